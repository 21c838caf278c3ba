// Package calls counts the calls of AWS's API that a program makes.
//
// Its rule: it listens and changes nothing. A proxy stands before the emulator and
// hands every request on as it is, and it stands before the emulator of both sides
// alike. A call is counted once, however often its client has to send it: the
// second try of a call says so itself.
package calls

import (
	"bytes"
	"context"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
)

// Proxy counts the calls that pass through it.
type Proxy struct {
	// Endpoint is the address to call instead of the emulator's.
	Endpoint string

	server *http.Server
	guard  sync.Mutex
	count  Count
}

// Start puts a proxy before the emulator at an address.
func Start(emulator string) (*Proxy, error) {
	target, err := url.Parse(emulator)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{Endpoint: "http://" + listener.Addr().String(), count: Count{}}
	onward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is part of what is signed, and may name a bucket
		},
		// A client that is interrupted breaks its calls off, which is nobody's fault.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	p.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.note(r); err != nil {
			panic(http.ErrAbortHandler) // the client has gone in the middle of its request
		}
		onward.ServeHTTP(w, r)
	})}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

// Close ends the proxy.
func (p *Proxy) Close() { _ = p.server.Shutdown(context.Background()) }

// Take returns what was called since the last time it was asked.
func (p *Proxy) Take() Count {
	p.guard.Lock()
	defer p.guard.Unlock()
	taken := maps.Clone(p.count)
	clear(p.count)
	return taken
}

// note counts a request if it is the first try of a call. What is asked of the
// emulator itself is no call of AWS.
func (p *Proxy) note(r *http.Request) error {
	if strings.HasPrefix(r.URL.Path, "/moto-api/") || again(r.Header.Get("Amz-Sdk-Request")) {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.guard.Lock()
	defer p.guard.Unlock()
	p.count[operation(r, body)]++
	return nil
}

// again says whether a request is a further try. The header reads
// "attempt=2; max=3".
func again(header string) bool {
	for field := range strings.SplitSeq(header, ";") {
		if attempt, ok := strings.CutPrefix(strings.TrimSpace(field), "attempt="); ok {
			return attempt != "1"
		}
	}
	return false
}
