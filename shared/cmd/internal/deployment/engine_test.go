package deployment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// results words a report: "base done, left failed".
func results(r deployment.Report) string {
	var words []string
	for _, s := range r.Stacks {
		words = append(words, string(s.Stack)+" "+string(s.Result))
	}
	return strings.Join(words, ", ")
}

func TestEngineLifeOfAnEstate(t *testing.T) {
	a := newThrowAway(t, diamond)

	report := a.up(t, estate.Done)
	for _, s := range report.Stacks {
		if want := (engine.Changes{Created: 3}); s.Changes != want {
			t.Errorf("first up, %s: %+v, want %+v", s.Stack, s.Changes, want)
		}
	}
	survey, err := a.Survey(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if top := survey["top"]; !top.Complete() || top.Resources != 3 || top.Outputs["hidden"] != "[secret]" {
		t.Errorf("the survey says %+v", top)
	}

	report = a.up(t, estate.Done)
	for _, s := range report.Stacks {
		if want := (engine.Changes{Unchanged: 3}); s.Changes != want {
			t.Errorf("second up, %s: %+v, want %+v", s.Stack, s.Changes, want)
		}
	}

	a.behave(t, "right", behaviour{Keep: 1, Value: "second"})
	report = a.up(t, estate.Done)
	if got, want := report.Stacks[2].Changes, (engine.Changes{Updated: 1, Deleted: 1, Unchanged: 1}); got != want {
		t.Errorf("up after a change, right: %+v, want %+v", got, want)
	}

	report = a.destroy(t, estate.Done)
	if got, want := results(report), "top done, right done, left done, base done"; got != want {
		t.Errorf("destroy: %s, want %s", got, want)
	}
	if _, err := os.Stat(string(a.State())); !os.IsNotExist(err) {
		t.Errorf("the state is left: %v", err)
	}
	if left := a.aws.Names(); len(left) > 0 {
		t.Errorf("the emulator still holds %v", left)
	}
}

// The stacks' folders are source: whatever a run writes stays out of them.
func TestEngineWritesNothingIntoSourceFolders(t *testing.T) {
	a := newThrowAway(t, diamond[:1])
	a.up(t, estate.Done)
	entries, err := os.ReadDir(filepath.Join(a.Root, "stacks", "base"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"Pulumi.yaml", "behaviour"}; !slices.Equal(names, want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
}

// Every process of the CLI costs a fifth of a second or more.
func TestEngineStartsOneProcessPerStack(t *testing.T) {
	a := newThrowAway(t, diamond)
	a.up(t, estate.Done)
	calls := countCalls(t, a)
	a.up(t, estate.Done)
	if got := calls(); len(got) != len(diamond) {
		t.Errorf("an up of %d unchanged stacks starts %d processes:\n%s", len(diamond), len(got), strings.Join(got, "\n"))
	}
}

// countCalls puts a script that writes down its arguments in front of the CLI.
func countCalls(t *testing.T, a *throwAway) func() []string {
	t.Helper()
	log := filepath.Join(a.Root, "calls")
	script := fmt.Sprintf("#!/bin/sh\necho \"$*\" >> '%s'\nexec '%s/pulumi' \"$@\"\n", log, realTools(t))
	cli := filepath.Join(a.Root, "counted-pulumi")
	if err := os.WriteFile(cli, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	a.Machine.(*machine).cli = cli
	return func() []string {
		content, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(content)), "\n")
	}
}

func TestEngineFailureSkipsDependentsAndFinishesTheRest(t *testing.T) {
	a := newThrowAway(t, append(slices.Clone(diamond), graph.Stack{Name: "apart"}))
	a.behave(t, "left", behaviour{Keep: 1, Fail: "there is no room on the left"})
	report := a.up(t, estate.Failed)

	if got, want := results(report), "base done, left failed, right done, top skipped, apart done"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	left, top := report.Stacks[1], report.Stacks[3]
	if want := []string{"there is no room on the left"}; !slices.Equal(left.Error, want) {
		t.Errorf("the error is %q, want %q", left.Error, want)
	}
	if top.SkippedBecause != "left" {
		t.Errorf("top was skipped because of %q, want left", top.SkippedBecause)
	}
	log, err := os.ReadFile(filepath.Join(a.Root, left.Log))
	if err != nil || !strings.Contains(string(log), "there is no room on the left") || !strings.Contains(string(log), "Updating (local)") {
		t.Errorf("the log does not hold the engine's output: %v\n%s", err, log)
	}

	a.behave(t, "left", behaviour{Keep: 1})
	if got, want := results(a.up(t, estate.Done)), "base done, left done, right done, top done, apart done"; got != want {
		t.Errorf("up after the repair: %s, want %s", got, want)
	}
}

func TestEngineInterrupt(t *testing.T) {
	for _, killed := range []bool{false, true} {
		t.Run(map[bool]string{false: "once", true: "twice"}[killed], func(t *testing.T) {
			a := newThrowAway(t, diamond)
			hangs := filepath.Join(a.Root, "hangs")
			a.behave(t, "left", behaviour{Keep: 3, Hang: hangs})
			ctx, interrupt := context.WithCancel(context.Background())
			ended := make(chan deployment.Report)
			go func() {
				report, err := a.Up(ctx, a.all())
				if err != nil {
					t.Error(err)
				}
				ended <- report
			}()
			waitFor(t, hangs)
			interrupt()
			if killed {
				close(a.kill)
			}
			report := <-ended

			if report.Result != estate.Interrupted {
				t.Errorf("the result is %q: %s", report.Result, results(report))
			}
			if left := report.Stacks[1]; left.Result != estate.Interrupted {
				t.Errorf("left is %s", left.Result)
			}
			if top := report.Stacks[3]; top.Result != estate.NotStarted {
				t.Errorf("top is %s", top.Result)
			}
			if base := report.Stacks[0]; base.Standing != 3 {
				t.Errorf("base stands with %d resources, want 3", base.Standing)
			}
			assertNoLock(t, a)

			// The next run goes on where this one was stopped.
			a.Kill = make(chan struct{})
			a.behave(t, "left", behaviour{Keep: 3})
			a.up(t, estate.Done)
		})
	}
}

func waitFor(t *testing.T, file string) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			return
		}
	}
	t.Fatalf("%s was not written within a minute", file)
}

func assertNoLock(t *testing.T, a *throwAway) {
	t.Helper()
	survey, err := a.Survey(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for name, known := range survey {
		if len(known.Locks) > 0 {
			t.Errorf("%s is locked by %v", name, known.Locks)
		}
	}
}

func TestEngineLocks(t *testing.T) {
	a := newThrowAway(t, diamond[:1])
	a.up(t, estate.Done)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}

	t.Run("of a process that is gone is released", func(t *testing.T) {
		lock(t, a, dead.Process.Pid, host)
		a.up(t, estate.Done)
		if !strings.Contains(a.output.String(), "base: released the lock of") {
			t.Errorf("nothing was said:\n%s", a.output)
		}
		assertNoLock(t, a)
	})
	for name, owner := range map[string]struct {
		pid  int
		host string
	}{
		"of a living process is respected": {os.Getpid(), host},
		"of another machine is respected":  {dead.Process.Pid, "another-machine"},
	} {
		t.Run(name, func(t *testing.T) {
			file := lock(t, a, owner.pid, owner.host)
			_, err := a.Up(context.Background(), a.all())
			if err == nil || !strings.Contains(err.Error(), "stack base is locked by somebody@"+owner.host) {
				t.Errorf("got %v", err)
			}
			if err := os.Remove(file); err != nil {
				t.Errorf("the lock is gone: %v", err)
			}
		})
	}
}

// lock leaves a lock on stack base as an engine would.
func lock(t *testing.T, a *throwAway, pid int, host string) string {
	t.Helper()
	content, err := json.Marshal(map[string]any{"pid": pid, "username": "somebody", "hostname": host, "timestamp": time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(".ringfence/state/local/.pulumi/locks/organization/ringfence-base/local", "stale.json")
	a.write(t, name, string(content))
	return filepath.Join(a.Root, name)
}
