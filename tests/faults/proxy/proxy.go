// Package proxy stands between an AWS client and an emulated AWS, and lets calls
// go wrong.
//
// Its rules: what goes wrong is decided by seed, trial and number of the call
// alone; an error is worded as the service would; and AWS is never kinder than it
// is. The emulator knows the second try of a call by its invocation id and
// answers as it did the first time. AWS does not, so no id gets through twice.
package proxy

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Proxy is a proxy that listens on a port of its own.
type Proxy struct {
	server *httptest.Server
	client *http.Client

	mu       sync.Mutex
	upstream string
	plan     Plan
	tally    Tally
	out      bool
	// of counts the calls of the plan's operation.
	of int
}

// Tally is what a proxy has seen since it was given its plan.
type Tally struct {
	// Calls counts all calls, Writes those that change something, and Struck those
	// that went wrong.
	Calls, Writes, Struck int
	// Lost are the operations whose answers were lost, in their order, with the
	// service before them.
	Lost []string
}

// Start starts a proxy to the emulator at this address.
func Start(upstream string) *Proxy {
	p := &Proxy{upstream: upstream, client: &http.Client{
		// A connection that is used again may die under a call without our doing.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	p.server = httptest.NewServer(p)
	return p
}

// URL is the address of the proxy.
func (p *Proxy) URL() string { return p.server.URL }

// Close ends the proxy, and the calls that are under way.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
}

// Follow sends what comes from now on to another emulator.
func (p *Proxy) Follow(upstream string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upstream = upstream
}

// Keep makes a plan the one to follow, and begins to count anew.
func (p *Proxy) Keep(plan Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan, p.tally, p.out, p.of = plan, Tally{}, false, 0
}

// Tally returns what was seen since the plan was given.
func (p *Proxy) Tally() Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tally
}

// ServeHTTP answers one call.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	c, toAWS := read(r, body)
	if !toAWS {
		p.forward(w, r, body, 0)
		return
	}
	plan, number, struck := p.decide(c)
	if plan.Kind == Skew {
		p.skew(w, r, body, c, plan)
		return
	}
	if !struck {
		p.forward(w, r, body, 0)
		return
	}
	switch plan.Kind {
	case Throttle:
		throttled.answer(w, c, time.Now())
	case Break:
		broken.answer(w, c, time.Now())
	case Reset:
		reset(w)
	case Slow:
		select {
		case <-time.After(plan.delay(number)):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
		p.forward(w, r, body, 0)
	case Lose, Outage:
		p.lose(w, r, body, c)
	}
}

// decide counts a call and says what becomes of it.
func (p *Proxy) decide(c call) (plan Plan, number int, struck bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Calls++
	if c.Writes {
		p.tally.Writes++
	}
	plan, number = p.plan, p.tally.Calls
	if plan.Of != "" {
		if c.Service+" "+c.Operation != plan.Of {
			return Plan{}, 0, false
		}
		p.of++
		number = p.of
	} else if plan.Kind == Lose || plan.Kind == Outage {
		number = p.tally.Writes
	}
	switch {
	case plan.Kind == None, plan.Kind == Skew:
	case p.out:
		plan.Kind, struck = Reset, true
	case plan.Kind == Lose || plan.Kind == Outage:
		struck = c.Writes && plan.strikes(number)
		p.out = struck && plan.Kind == Outage
	default:
		struck = plan.strikes(number)
	}
	if struck {
		p.tally.Struck++
	}
	return plan, number, struck
}

// lose passes a call on and breaks the connection instead of answering. What AWS
// has refused is answered: nothing was done that could be forgotten.
func (p *Proxy) lose(w http.ResponseWriter, r *http.Request, body []byte, c call) {
	response, content, err := p.ask(r, body)
	if err != nil || response.StatusCode >= http.StatusMultipleChoices {
		p.give(w, response, content, err, 0)
		return
	}
	p.mu.Lock()
	p.tally.Lost = append(p.tally.Lost, c.Service+" "+c.Operation)
	p.mu.Unlock()
	reset(w)
}

// tolerance is how far apart the clocks may be (IAM User Guide, "Elements of an
// AWS API request signature").
const tolerance = 5 * time.Minute

// skew answers as an AWS whose clock is ahead of ours, or behind it.
func (p *Proxy) skew(w http.ResponseWriter, r *http.Request, body []byte, c call, plan Plan) {
	signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err == nil && time.Now().Add(plan.Ahead).Sub(signed).Abs() > tolerance {
		p.mu.Lock()
		p.tally.Struck++
		p.mu.Unlock()
		skewed.answer(w, c, time.Now().Add(plan.Ahead))
		return
	}
	p.forward(w, r, body, plan.Ahead)
}

func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, body []byte, ahead time.Duration) {
	response, content, err := p.ask(r, body)
	p.give(w, response, content, err, ahead)
}

// ask passes a call on to the emulator. A client that has gone does not take its
// call back.
func (p *Proxy) ask(r *http.Request, body []byte) (*http.Response, []byte, error) {
	p.mu.Lock()
	upstream := p.upstream
	p.mu.Unlock()
	onward, err := http.NewRequest(r.Method, upstream+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	onward.Header = r.Header.Clone()
	onward.Host = r.Host
	if onward.Header.Get("Amz-Sdk-Invocation-Id") != "" {
		onward.Header.Set("Amz-Sdk-Invocation-Id", rand.Text())
	}
	response, err := p.client.Do(onward)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response, content, err
}

// give hands an answer back. An emulator that does not answer is a broken
// connection, as it would be without us.
func (p *Proxy) give(w http.ResponseWriter, response *http.Response, content []byte, err error, ahead time.Duration) {
	if err != nil {
		reset(w)
		return
	}
	header := w.Header()
	for name, values := range response.Header {
		header[name] = values
	}
	header.Del("Transfer-Encoding")
	if response.Request.Method != http.MethodHead {
		header.Del("Content-Length")
	}
	header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(content)
}

// reset breaks the connection so that the client sees a reset.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	connection.Close()
}
