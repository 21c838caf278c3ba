// Package awsstub is a server for tests that answers what the command itself
// asks of AWS: who is calling, and the SSM parameters of a session. The protocol
// as such is tested where it is spoken, and against the emulator.
package awsstub

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Account is whose credentials every caller has.
const Account = "123456789012"

// Server plays AWS until the test ends.
type Server struct {
	*httptest.Server

	mu         sync.Mutex
	account    string
	parameters map[string]string
}

// New starts a server.
func New(t testing.TB) *Server {
	s := &Server{account: Account, parameters: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Answer makes every caller one of another account.
func (s *Server) Answer(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account = account
}

// Reset forgets all parameters, as a restart of the emulator does.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.parameters)
}

// Put sets a parameter.
func (s *Server) Put(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parameters[name] = value
}

// Names returns the names of the parameters there are.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.parameters))
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if strings.Contains(string(body), "Action=GetCallerIdentity") {
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:sts::%[1]s:user/somebody</Arn><Account>%[1]s</Account>`+
			`</GetCallerIdentityResult></GetCallerIdentityResponse>`, s.account)
		return
	}
	var in struct{ Name, Value string }
	_ = json.Unmarshal(body, &in)
	action := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSSM.")
	value, known := s.parameters[in.Name]
	switch {
	case strings.HasSuffix(action, ".GetResources"): // nothing carries any tag
		fmt.Fprint(w, `{"ResourceTagMappingList": []}`)
		return
	case action == "PutParameter":
		s.parameters[in.Name] = in.Value
	case !known:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type": "ParameterNotFound"}`)
		return
	case action == "DeleteParameter":
		delete(s.parameters, in.Name)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Parameter": map[string]string{"Value": value}})
}
