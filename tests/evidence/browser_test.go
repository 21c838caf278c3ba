package evidence

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/ringfence/ringfence/shared/evidence"
)

// patience is how long one browser may take, on a machine that does much else.
const patience = 4 * time.Minute

// tab is a page in a browser. At the end of its test it must have asked nobody
// for anything and said nothing on the console.
type tab struct {
	context.Context
	t *testing.T

	mu    sync.Mutex
	asked []string
	said  []string
}

// open opens the report of an input in a browser of its own.
func open(t *testing.T, in evidence.Input, width, height int64) *tab {
	t.Helper()
	file := keep(t, t.Name()+".html", bundle(t, in)[evidence.PageFile])
	return openFile(t, file, width, height)
}

func openFile(t *testing.T, file string, width, height int64) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.WSURLReadTimeout(patience/2))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{Context: ctx, t: t}
	chromedp.ListenTarget(ctx, b.listen)
	t.Cleanup(b.wasQuiet) // before the browser is closed
	b.do(network.Enable(), log.Enable(), chromedp.EmulateViewport(width, height), prefer("light"), chromedp.Navigate("file://"+file), chromedp.WaitVisible("#filters"))
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, "file://") || !strings.HasSuffix(url, ".html") {
			b.asked = append(b.asked, url)
		}
	case *runtime.EventConsoleAPICalled:
		for _, argument := range e.Args {
			b.said = append(b.said, fmt.Sprintf("%s %s", e.Type, argument.Value))
		}
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		b.said = append(b.said, "dialog: "+e.Message)
	}
}

func (b *tab) wasQuiet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) > 0 {
		b.t.Errorf("the page asked for %s", strings.Join(b.asked, ", "))
	}
	if len(b.said) > 0 {
		b.t.Errorf("the page said on the console:\n%s", strings.Join(b.said, "\n"))
	}
}

func (b *tab) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// ask returns the value of an expression in the page.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	var value T
	b.do(chromedp.Evaluate(expression, &value))
	return value
}

// is wants an expression in the page to have a value.
func is[T comparable](b *tab, expression string, want T) {
	b.t.Helper()
	if got := ask[T](b, expression); got != want {
		b.t.Errorf("%s is %v, not %v", expression, got, want)
	}
}

// press types keys where the focus is.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

// photograph keeps a picture of the whole page.
func (b *tab) photograph(name string) {
	b.t.Helper()
	var image []byte
	b.do(chromedp.FullScreenshot(&image, 100))
	b.t.Logf("screenshot: %s", keep(b.t, name+".png", image))
}

// photographPart keeps a picture of a part of the page.
func (b *tab) photographPart(name, selector string) {
	b.t.Helper()
	var image []byte
	b.do(chromedp.Screenshot(selector, &image))
	b.t.Logf("screenshot: %s", keep(b.t, name+".png", image))
}

// prefer makes the system prefer dark, or light. It wants no motion: a picture is
// not taken while the page scrolls.
func prefer(scheme string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	})
}

// awaiting makes an evaluation wait for a promise.
func awaiting(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
