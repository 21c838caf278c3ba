package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script is a stand-in for the CLI.
func script(t *testing.T, text string) Engine {
	t.Helper()
	cli := filepath.Join(t.TempDir(), "pulumi")
	if err := os.WriteFile(cli, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return Engine{CLI: cli, Env: []string{"PATH=" + os.Getenv("PATH"), "COLOR=green"}, Kill: make(chan struct{})}
}

func TestUnitCommandRuns(t *testing.T) {
	e := script(t, `echo "$COLOR $MORE $*"; echo careful >&2; exit 3`)
	out, errOut, code, err := command{Engine: e}.Run(t.Context(), t.TempDir(), nil, nil, nil, []string{"MORE=yes"}, "up")
	if out != "green yes --non-interactive up\n" || errOut != "careful\n" || code != 3 || err == nil {
		t.Errorf("got %q, %q, %d, %v", out, errOut, code, err)
	}
}

func TestUnitQuestionsThatNobodyAskedCostNoProcess(t *testing.T) {
	e := script(t, `echo ran`)
	tests := []struct {
		args    string
		known   bool
		process bool
	}{
		{"stack output --json --stack local", false, false},
		{"stack history --json --show-secrets", false, false},
		{"stack select --stack local", true, false},
		{"stack select --stack local", false, true},
		{"stack init local", true, true},
		{"up --yes", true, true},
	}
	for _, tt := range tests {
		out, _, _, err := command{Engine: e, known: tt.known}.Run(t.Context(), t.TempDir(), nil, nil, nil, nil, strings.Fields(tt.args)...)
		if err != nil || (out == "ran\n") != tt.process {
			t.Errorf("%s (known %t): output %q, %v", tt.args, tt.known, out, err)
		}
	}
}

func TestUnitInterruptIsPassedOnOnceAndWaitedFor(t *testing.T) {
	e := script(t, `trap 'echo saving; sleep 0.2; echo saved; exit 0' INT; echo ready > "$READY"; while :; do sleep 0.05; done`)
	out, took, _ := runUntilReady(t, e, func(cancel context.CancelFunc) { cancel() })
	if out != "saving\nsaved\n" {
		t.Errorf("the CLI wrote %q in %s, want it to end by itself", out, took)
	}
}

func TestUnitKillEndsAStubbornProcess(t *testing.T) {
	e := script(t, `trap '' INT; echo ready > "$READY"; while :; do sleep 0.05; done`)
	kill := make(chan struct{})
	e.Kill = kill
	_, took, err := runUntilReady(t, e, func(cancel context.CancelFunc) { cancel(); close(kill) })
	if err == nil || took > 10*time.Second {
		t.Errorf("ended after %s with %v", took, err)
	}
}

func runUntilReady(t *testing.T, e Engine, then func(context.CancelFunc)) (out string, took time.Duration, err error) {
	t.Helper()
	ready := filepath.Join(t.TempDir(), "ready")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for {
			if _, err := os.Stat(ready); err == nil {
				then(cancel)
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	begun := time.Now()
	out, _, _, err = command{Engine: e}.Run(ctx, t.TempDir(), nil, nil, nil, []string{"READY=" + ready}, "up")
	return out, time.Since(begun), err
}

func TestUnitSettingsKeepWhatTheCLIWrote(t *testing.T) {
	job := Job{
		Project: "ringfence-data", Stack: "pr-42", Settings: filepath.Join(t.TempDir(), "settings"),
		Config: map[string]string{"ringfence:environment": "ephemeral"},
	}
	if err := job.writeSettings(); err != nil {
		t.Fatal(err)
	}
	file := job.settingsFile()
	if filepath.Base(file) != "Pulumi.pr-42.yaml" {
		t.Errorf("the file is %s", file)
	}
	if err := os.WriteFile(file, []byte("encryptionsalt: v1:abc\nconfig:\n  old: value\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := job.writeSettings(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "config:\n    ringfence:environment: ephemeral\nencryptionsalt: v1:abc\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
