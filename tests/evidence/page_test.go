package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	keyboard "github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/tests/recorded"
)

// visible counts the controls that are shown.
const visible = `document.querySelectorAll("details.control:not([hidden])").length`

func TestUnitPageShowsTheEstate(t *testing.T) {
	b := open(t, input(t, recorded.Estate(t, environments, "local")), 1280, 900)
	b.photograph("light")
	is(b, visible, len(controls.All()))
	is(b, `document.querySelectorAll(".picture.wide").length`, 1)
	is(b, `getComputedStyle(document.querySelector(".picture.narrow")).display`, "none")
	is(b, `[...document.querySelectorAll(".picture.wide .name")].map(e => e.textContent).join(" ")`, "network security data audit")
	if rows := ask[int](b, `document.querySelectorAll(".heat tbody tr").length`); rows != len(controls.All()) {
		t.Errorf("the heat map has %d rows", rows)
	}
	if title := ask[string](b, `document.querySelector("h1").textContent`); !strings.HasSuffix(title, "controls hold") {
		t.Errorf("the headline is %q", title)
	}
}

// What is broken is on top in words, open in the list, and marked in the picture.
// Names from the estate stay text.
func TestUnitPageShowsWhatIsBroken(t *testing.T) {
	b := open(t, broken(t), 1280, 900)
	b.photograph("broken")
	is(b, `document.querySelector("#DAT-06").open`, true)
	is(b, `document.querySelector("#DAT-06 .status").innerText.includes("broken")`, true)
	is(b, `document.querySelector("#DAT-06 .findings .resource").textContent`, "data: aws:s3/bucketV2:BucketV2 data")
	is(b, `document.querySelectorAll(".picture.wide .isbroken").length > 0`, true)
	is(b, `document.querySelectorAll("img").length`, 0)
	is(b, `document.querySelectorAll("script").length`, 2)
	is(b, `document.querySelectorAll(".drifted").length`, 2)
}

func TestUnitPageFiltersAndSearches(t *testing.T) {
	b := open(t, broken(t), 1280, 900)
	b.do(chromedp.SetValue("#filter-status", "broken"), chromedp.Evaluate(`document.querySelector("#filter-status").dispatchEvent(new Event("input", {bubbles: true}))`, nil))
	brokenOnes := ask[int](b, `document.querySelectorAll('details.control[data-status="broken"]').length`)
	is(b, visible, brokenOnes)
	is(b, `document.querySelectorAll(".heat tbody tr:not([hidden])").length`, brokenOnes)
	b.do(chromedp.Click("#filters button[type=reset]"))
	b.do(chromedp.Poll(visible+fmt.Sprintf(" === %d", len(controls.All())), nil))

	b.do(chromedp.SendKeys("#search", "dat-06"))
	is(b, visible, 1)
	is(b, `document.querySelector("#shown").textContent`, fmt.Sprintf("1 of %d controls", len(controls.All())))
	b.do(chromedp.SendKeys("#search", "no such thing"))
	is(b, visible, 0)
	is(b, `document.querySelector("#none").hidden`, false)
	b.do(chromedp.Click("#clear"))
	b.do(chromedp.Poll(visible+fmt.Sprintf(" === %d", len(controls.All())), nil))
}

// All can be done without a mouse.
func TestUnitPageIsDrivenByKeys(t *testing.T) {
	b := open(t, input(t, recorded.Estate(t, environments, "local")), 1280, 900)
	b.press(kb.Tab)
	is(b, `document.activeElement.className`, "skip")
	// The character would come with the key, and the page keeps it from being typed.
	b.do(keyboard.DispatchKeyEvent(keyboard.KeyDown).WithKey("/").WithText("/"))
	is(b, `document.activeElement.id`, "search")
	is(b, `document.activeElement.value`, "")
	b.press("a", "c", "-", "4")
	if n := ask[int](b, visible); n == 0 || n == len(controls.All()) {
		t.Errorf("a search for a requirement shows %d controls", n)
	}
	b.press(kb.Escape)
	is(b, visible, len(controls.All()))
	b.do(chromedp.Focus("#NET-05 summary"))
	b.press(kb.Enter)
	is(b, `document.querySelector("#NET-05").open`, true)

	b.do(chromedp.Evaluate(`document.querySelector('#grid td[tabindex="0"]').focus()`, nil))
	first := ask[string](b, `document.querySelector("#because").textContent`)
	b.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowRight)
	second := ask[string](b, `document.querySelector("#because").textContent`)
	if first == second || !strings.Contains(second, "endpoint") {
		t.Errorf("the cell says %q, and two below %q", first, second)
	}
	is(b, `document.querySelectorAll('#grid td[tabindex="0"]').length`, 1)
	b.photographPart("access", "#access")
}

// A cell of the grid names the statement that decided.
func TestUnitPageNamesTheDecidingStatement(t *testing.T) {
	b := open(t, input(t, recorded.Estate(t, environments, "local")), 1280, 900)
	b.do(chromedp.SetValue("#who", "anonymous"), chromedp.Evaluate(`document.querySelector("#who").dispatchEvent(new Event("input"))`, nil))
	is(b, `document.querySelectorAll("#grid tbody tr").length > 0`, true)
	b.do(chromedp.Evaluate(`document.querySelector("#grid td.cell.deny").dispatchEvent(new MouseEvent("mouseover", {bubbles: true}))`, nil))
	if said := ask[string](b, `document.querySelector("#because").textContent`); !strings.Contains(said, "explicit deny") || !strings.Contains(said, "statement ") {
		t.Errorf("the cell says %q", said)
	}
}

const ground = `getComputedStyle(document.body).backgroundColor`

func TestUnitPageIsLightAndDark(t *testing.T) {
	b := open(t, broken(t), 1280, 900)
	b.do(prefer("light"))
	light := ask[string](b, ground)
	b.do(prefer("dark"))
	dark := ask[string](b, ground)
	if light == dark {
		t.Errorf("the ground is %s in light and in dark", light)
	}
	b.photograph("dark")
	b.do(chromedp.Click("#theme"))
	is(b, ground, light)
	b.do(chromedp.Click("#theme"))
	is(b, `document.documentElement.dataset.theme`, "dark")
	b.do(prefer("light"))
	is(b, ground, dark)
}

func TestUnitPageFitsAPhone(t *testing.T) {
	b := open(t, broken(t), 360, 740)
	is(b, `document.documentElement.scrollWidth <= 360`, true)
	is(b, `getComputedStyle(document.querySelector(".picture.wide")).display`, "none")
	b.do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(e => { e.open = true; })`, nil))
	if width := ask[int](b, `document.documentElement.scrollWidth`); width > 360 {
		wide := ask[string](b, `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 361 && !e.closest(".scroll, table")).slice(0, 5).map(e => e.tagName + "." + e.className).join(", ")`)
		t.Errorf("with everything open the page is %d wide: %s", width, wide)
	}
	b.do(chromedp.Evaluate(`document.querySelectorAll("details.control:not(.broken), .coverage details").forEach(e => { e.open = false; })`, nil))
	b.photograph("phone")
}

func TestUnitPagePrints(t *testing.T) {
	b := open(t, broken(t), 1280, 900)
	var pdf []byte
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPrintBackground(true).WithPaperWidth(8.27).WithPaperHeight(11.69).Do(ctx)
		return err
	}))
	t.Logf("PDF: %s", keep(t, "print.pdf", pdf))
	pages := regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)
	if !strings.HasPrefix(string(pdf), "%PDF-") || len(pdf) > 4<<20 || len(pages) > 30 {
		t.Errorf("the PDF has %d bytes and %d pages", len(pdf), len(pages))
	}
}

// axe-core knows the barriers of WCAG 2.2, A and AA, and good practice.
func TestUnitPageHasNoBarriers(t *testing.T) {
	source := axe(t)
	b := open(t, broken(t), 1280, 900)
	b.do(chromedp.Evaluate(`document.querySelectorAll("details.control.holds, details.control.off, details.control.excepted, .coverage details").forEach((e, i) => { e.open = i % 20 === 0; })`, nil))
	b.do(chromedp.Evaluate(source+"; 0", nil))
	// Nothing but the colors is another in the dark.
	for scheme, options := range map[string]string{"light": `{}`, "dark": `{runOnly: ["color-contrast"]}`} {
		b.do(prefer(scheme))
		var result string
		b.do(chromedp.Evaluate(`axe.run(document, Object.assign({resultTypes: ["violations"]}, `+options+`)).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.target + " " + n.failureSummary).join(" | "))))`, &result,
			chromedp.EvalAsValue, awaiting))
		var violations []string
		if err := json.Unmarshal([]byte(result), &violations); err != nil {
			t.Fatal(err)
		}
		for _, v := range violations {
			t.Errorf("%s: %s", scheme, v)
		}
	}
}

// A hundred workloads are drawn, filtered and searched like five.
func TestUnitPageCarriesAHundredWorkloads(t *testing.T) {
	b := open(t, input(t, recorded.Crowded(t, environments, 100)), 1280, 900)
	milliseconds := ask[float64](b, `(() => { const from = performance.now(); const s = document.querySelector("#search"); s.value = "net"; s.dispatchEvent(new Event("input", {bubbles: true})); document.body.offsetHeight; return performance.now() - from; })()`)
	load := ask[float64](b, `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`)
	t.Logf("ready after %.0f ms, a search takes %.0f ms, %d cells", load, milliseconds, ask[int](b, `document.querySelectorAll("#grid td.cell").length`))
	is(b, `document.querySelector(".picture.wide").textContent.includes("and 93 more")`, true)
}
