package session

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// memory is an emulator's memory of marks.
type memory map[string]string

func (m memory) Mark(_ context.Context, name string) (string, error) { return m[name], nil }
func (m memory) SetMark(_ context.Context, name, mark string) error  { m[name] = mark; return nil }
func (m memory) RemoveMark(_ context.Context, name string) error     { delete(m, name); return nil }

func TestUnitFindings(t *testing.T) {
	tests := []struct {
		name     string
		happens  func(Session, memory)
		hasState bool
		want     Finding
	}{
		{"at first", func(Session, memory) {}, false, New},
		{"after a deployment", begin, true, Current},
		{"after one that failed at once", begin, false, Current},
		{"after a restart", func(s Session, m memory) { begin(s, m); clear(m) }, true, Stale},
		{"after a restart with nothing deployed", func(s Session, m memory) { begin(s, m); clear(m) }, false, New},
		{"a state that nobody marked", func(Session, memory) {}, true, Stale},
		{"somebody else's deployment", func(_ Session, m memory) { m["local"] = "theirs" }, false, Foreign},
		{"somebody else's after a restart", func(s Session, m memory) { begin(s, m); m["local"] = "theirs" }, true, Foreign},
		{"another environment", func(_ Session, m memory) { m["dev"] = "theirs" }, false, New},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := memory{}
			s := Session{Name: "local", Folder: filepath.Join(t.TempDir(), "state"), Emulator: m}
			tt.happens(s, m)
			if got, err := s.Check(t.Context(), tt.hasState); err != nil || got != tt.want {
				t.Errorf("found %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func begin(s Session, _ memory) {
	if err := s.Begin(context.Background()); err != nil {
		panic(err)
	}
}

func TestUnitOnlyTheNewestStaleStateIsKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state", "local")
	s := Session{Name: "local", Folder: folder, Emulator: memory{}}
	for _, content := range []string{"older", "newer"} {
		begin(s, nil)
		if err := os.WriteFile(filepath.Join(folder, "content"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SetAside(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(folder))
	if err != nil || len(entries) != 1 {
		t.Fatalf("there are %v, %v", entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(folder+".stale", "content")); err != nil || string(got) != "newer" {
		t.Errorf("kept %q, %v", got, err)
	}
}

func TestUnitEndLeavesNothing(t *testing.T) {
	m := memory{}
	s := Session{Name: "local", Folder: filepath.Join(t.TempDir(), "state"), Emulator: m}
	begin(s, m)
	if err := s.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Folder); !os.IsNotExist(err) || len(m) > 0 {
		t.Errorf("left: %v, %v", err, m)
	}
}

func TestUnitParametersSpeakSSM(t *testing.T) {
	values := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/ssm/aws4_request") {
			t.Errorf("not signed for SSM: %q", r.Header.Get("Authorization"))
		}
		body, _ := io.ReadAll(r.Body)
		var in struct{ Name, Value string }
		if err := json.Unmarshal(body, &in); err != nil {
			t.Error(err)
		}
		if in.Name == "/ringfence/broken/session" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		value, known := values[in.Name]
		switch action := r.Header.Get("X-Amz-Target"); {
		case action == "AmazonSSM.PutParameter":
			values[in.Name] = in.Value
			io.WriteString(w, `{"Version": 1}`)
		case !known:
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type": "com.amazonaws.ssm#ParameterNotFound", "message": "no"}`)
		case action == "AmazonSSM.GetParameter":
			json.NewEncoder(w).Encode(map[string]any{"Parameter": map[string]string{"Value": value}})
		case action == "AmazonSSM.DeleteParameter":
			delete(values, in.Name)
			io.WriteString(w, `{}`)
		}
	}))
	defer server.Close()
	p := Parameters{
		Endpoint: server.URL + "/", Region: "eu-central-1",
		Credentials: aws.Credentials{AccessKeyID: "KEY", SecretAccessKey: "secret"},
	}

	if mark, err := p.Mark(t.Context(), "local"); mark != "" || err != nil {
		t.Errorf("before: %q, %v", mark, err)
	}
	if err := p.SetMark(t.Context(), "local", "m1"); err != nil {
		t.Fatal(err)
	}
	if mark, err := p.Mark(t.Context(), "local"); mark != "m1" || err != nil {
		t.Errorf("after: %q, %v", mark, err)
	}
	for range 2 { // the second time there is nothing to remove, which is fine
		if err := p.RemoveMark(t.Context(), "local"); err != nil {
			t.Error(err)
		}
	}
	if len(values) > 0 {
		t.Errorf("left: %v", values)
	}
	_, err := p.Mark(t.Context(), "broken")
	var refused *apiError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "ssm GetParameter: 500 Internal Server Error: run the command again") {
		t.Errorf("got %v", err)
	}
}
