package toolchain

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fakePlugin is a plugin that is a shell script.
func fakePlugin(t *testing.T, script string) Tools {
	t.Helper()
	path := filepath.Join(t.TempDir(), pluginName)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return Tools{AWSPlugin: path}
}

func TestUnitSharedProvider(t *testing.T) {
	p, err := StartProvider(t.Context(), fakePlugin(t, `echo "$PORT"; echo more; exec sleep 600`), []string{"PORT=4711", "PATH=/usr/bin:/bin"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Attach() != "PULUMI_DEBUG_PROVIDERS=aws:4711" {
		t.Errorf("attach %q", p.Attach())
	}
	p.Stop()
	if p.process.Alive() {
		t.Error("alive after Stop")
	}
}

func TestUnitProviderDoesNotStart(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"it ends":          {"echo no such region >&2; exit 1", "no such region"},
		"it names no port": {"echo hello; sleep 600", `parsing "hello"`},
		"it says nothing":  {"sleep 600", "context deadline exceeded"},
		"it cannot be run": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tools := fakePlugin(t, test.script)
			if test.script == "" {
				tools.AWSPlugin += "-missing"
				test.want = "no such file"
			}
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if _, err := StartProvider(ctx, tools, nil); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestEngineTools runs the tools of this checkout.
func TestEngineTools(t *testing.T) {
	tools, err := Ensure(t.Context(), checkout, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	version := exec.Command(tools.Pulumi, "version")
	version.Env = append(os.Environ(), tools.Env()...)
	if out, err := version.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "v"+PulumiVersion {
		t.Errorf("pulumi version: %v\n%s", err, out)
	}
	list := exec.Command(tools.Pulumi, "plugin", "ls")
	list.Env = version.Env
	if out, err := list.CombinedOutput(); err != nil || !strings.Contains(string(out), AWSPluginVersion) {
		t.Errorf("the engine does not see the plugin: %v\n%s", err, out)
	}

	p, err := StartProvider(t.Context(), tools, nil)
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port))
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
	p.Stop()
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("the provider answers after Stop")
	}
}
