package emulator

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakePython stands for a Python that does something else than to serve.
func fakePython(t *testing.T, script string) python {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return python{Path: path}
}

func TestUnitStartFails(t *testing.T) {
	root := rootWith(t, fakePython(t, "echo no module named moto >&2; exit 1"))
	_, err := Start(t.Context(), root, 0, silent)
	for _, want := range []string{"the emulator did not start: it ended at once", "emulator.log", "no module named moto"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if status, err := Current(t.Context(), root); err != nil || status.Running {
		t.Errorf("status after a failed start: %+v, %v", status, err)
	}
	if p := folder(runtimeFolder(root)).chosen(); p.Path != "" {
		t.Error("the Python that failed is still the chosen one")
	}
}

func TestUnitStartIsCancelled(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	root := rootWith(t, fakePython(t, "echo $$ > "+pid+"; sleep 600"))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range 500 {
			if text, _ := os.ReadFile(pid); len(text) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	began := time.Now()
	if _, err := Start(ctx, root, 0, silent); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("a cancelled start took %s", took)
	}
}

func TestUnitGivenEndpoint(t *testing.T) {
	tests := map[string]struct{ given, want, err string }{
		"unset":                           {"", "", ""},
		"an address":                      {"http://127.0.0.1:5000", "http://127.0.0.1:5000", ""},
		"a slash at the end does no harm": {"http://moto:5000/", "http://moto:5000", ""},
		"no scheme":                       {"localhost:5000", "", "must be an address such as"},
		"a path":                          {"http://127.0.0.1:5000/moto-api", "", "must be an address such as"},
		"another scheme":                  {"ftp://127.0.0.1", "", "must be an address such as"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(EndpointVariable, test.given)
			got, err := givenEndpoint()
			if got != test.want || (err == nil) != (test.err == "") || (err != nil && !strings.Contains(err.Error(), test.err)) {
				t.Errorf("got %q, %v, want %q, %q", got, err, test.want, test.err)
			}
		})
	}
}

func TestUnitGivenEndpointDoesNotAnswer(t *testing.T) {
	root := t.TempDir()
	t.Setenv(EndpointVariable, "http://127.0.0.1:1")
	_, startErr := Start(t.Context(), root, 0, silent)
	_, statusErr := Current(t.Context(), root)
	for name, err := range map[string]error{"start": startErr, "status": statusErr} {
		if err == nil || !strings.Contains(err.Error(), "RINGFENCE_AWS_ENDPOINT=http://127.0.0.1:1 does not answer") ||
			!strings.Contains(err.Error(), "unset the variable") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if was, err := Stop(t.Context(), root, silent); err != nil || was.Running || !was.Given {
		t.Errorf("stop: %+v, %v", was, err)
	}
	if _, err := os.Stat(runtimeFolder(root)); !os.IsNotExist(err) {
		t.Error("something was started or recorded for an emulator that is not ours")
	}
}

func TestUnitNamedPythonHasNoMoto(t *testing.T) {
	t.Setenv(EndpointVariable, "")
	p := fakePython(t, "exit 1")
	t.Setenv(PythonVariable, p.Path)
	err := Prepare(t.Context(), t.TempDir(), silent)
	for _, want := range []string{PythonVariable + "=" + p.Path, "no Python with moto", "moto[server]==" + Version} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
