// Package emulatedaccount is, for tests, an AWS account of its own in the
// emulator that all tests share: nothing that is made in it is seen by another
// test, so nothing has to be cleaned up. It stands between the client and the
// emulator, and remembers what was asked for.
package emulatedaccount

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Account is an account in the emulator.
type Account struct {
	// ID is its twelve digits.
	ID string
	// Endpoint is where it answers.
	Endpoint string

	mu       sync.Mutex
	requests []Request
}

// Request is one request that reached the account.
type Request struct{ Method, Path, Target string }

// Changes reports whether a request to S3 would change something.
func (r Request) Changes() bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// New makes an account in the emulator at RINGFENCE_AWS_ENDPOINT.
func New(t testing.TB) *Account {
	t.Helper()
	given := os.Getenv("RINGFENCE_AWS_ENDPOINT")
	if given == "" {
		t.Fatal("RINGFENCE_AWS_ENDPOINT is not set: run this through `make test`")
	}
	emulator, err := url.Parse(given)
	if err != nil {
		t.Fatal(err)
	}
	a := &Account{ID: fmt.Sprintf("9%011d", rand.Int64N(1e11))}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(emulator)
		r.Out.Header.Set("x-moto-account-id", a.ID)
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.requests = append(a.requests, Request{r.Method, r.URL.Path, r.Header.Get("X-Amz-Target")})
		a.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	a.Endpoint = server.URL
	return a
}

// Config reaches the account in a region.
func (a *Account) Config(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &a.Endpoint, RetryMaxAttempts: 2,
		Credentials: credentials.NewStaticCredentialsProvider("KEY", "of no worth", ""),
	}
}

// Changes lists what was asked for since the last call and changes something
// below a path, such as /my-bucket/, sorted.
func (a *Account) Changes(below string) []string {
	return a.take(func(r Request) (string, bool) {
		return r.Method + " " + r.Path, r.Changes() && strings.HasPrefix(r.Path, below)
	})
}

// Requests counts what was asked for since the last call below a path, whatever it
// was.
func (a *Account) Requests(below string) int {
	return len(a.take(func(r Request) (string, bool) { return r.Path, strings.HasPrefix(r.Path+"/", below) }))
}

// Calls lists which actions of a JSON service were called since the last call, such
// as Decrypt of TrentService, which is KMS, each once.
func (a *Account) Calls(service string) []string {
	return slices.Compact(a.take(func(r Request) (string, bool) { return strings.CutPrefix(r.Target, service+".") }))
}

// take words the requests that it is about, sorted, and forgets all.
func (a *Account) take(word func(Request) (string, bool)) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var words []string
	for _, r := range a.requests {
		if w, ok := word(r); ok {
			words = append(words, w)
		}
	}
	a.requests = nil
	slices.Sort(words)
	return words
}
