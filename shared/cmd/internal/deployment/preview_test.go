package deployment_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

// chain is an estate whose stack left reads what stack base promises.
func chain(t *testing.T) *throwAway {
	t.Helper()
	a := newThrowAway(t, diamond[:2])
	a.behave(t, "base", behaviour{Keep: 1, Value: "hello", Exports: []string{"greeting", "identity"}})
	a.behave(t, "left", behaviour{Reads: true})
	return a
}

// preview looks, fails the test unless the result is as wanted, and holds that
// nothing of the site was written and no copy of it is left.
func (a *throwAway) preview(t *testing.T, want estate.Result) deployment.Preview {
	t.Helper()
	before := a.fingerprint(t)
	p, err := a.Preview(context.Background(), a.all())
	if err != nil {
		t.Fatalf("%v\n%s", err, a.output)
	}
	if p.Result != want {
		t.Fatalf("the result is %q, want %q: %+v\n%s", p.Result, want, p.Stacks, a.output)
	}
	a.assertUntouched(t, before)
	return p
}

// places are the folders that a look must leave alone: source, state and
// settings.
var places = []string{"stacks", ".ringfence/state", ".ringfence/settings", "backend"}

// fingerprint is a digest of every file that a look must leave alone.
func (a *throwAway) fingerprint(t *testing.T) map[string]string {
	t.Helper()
	digests := map[string]string{}
	for _, place := range places {
		err := filepath.WalkDir(filepath.Join(a.Root, place), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				if err == nil && entry.Name() == "before" {
					return fs.SkipDir // the copies that an update makes of all states before it looks at them
				}
				return nil
			}
			content, err := os.ReadFile(file)
			digests[file] = fmt.Sprintf("%x", sha256.Sum256(content))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return digests
}

func (a *throwAway) assertUntouched(t *testing.T, before map[string]string) {
	t.Helper()
	after := a.fingerprint(t)
	for file := range before {
		if after[file] != before[file] {
			t.Errorf("%s was changed", file)
		}
	}
	for file := range after {
		if _, was := before[file]; !was {
			t.Errorf("%s was written", file)
		}
	}
	left, err := filepath.Glob(filepath.Join(a.Root, ".ringfence/shadow/*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// words describes what a stack's preview shows, one line per resource.
func words(s deployment.StackPreview) string {
	var lines []string
	for _, r := range s.Resources {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Action, r.Label, strings.Join(r.Properties, ","))))
	}
	return strings.Join(lines, "; ")
}

func TestEnginePreviewOfNothingDeployed(t *testing.T) {
	a := chain(t)
	p := a.preview(t, estate.Done)
	if got, want := words(p.Stacks[1]), "create Stash greeting; create Stash identity; create Stack ringfence-left-local"; got != want {
		t.Errorf("left: %s, want %s", got, want)
	}
	for _, s := range p.Stacks {
		if s.Created == 0 || s.Created != len(s.Resources) {
			t.Errorf("%s: %d to create, %d listed", s.Stack, s.Created, len(s.Resources))
		}
	}
	if left := p.Stacks[1]; left.Exact || len(left.Unknown) != 1 || !slices.Equal(left.Unknown[0].Outputs, []string{"hidden", "identity"}) {
		t.Errorf("left is exact %t, with unknown %+v", left.Exact, left.Unknown)
	}
	if !p.Stacks[0].Exact {
		t.Error("base reads nothing, and is not exact")
	}
}

// What an upstream stack would export is what the stacks below it are previewed
// with.
func TestEnginePreviewCarriesChangesDownstream(t *testing.T) {
	a := chain(t)
	a.up(t, estate.Done)
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" || !p.Stacks[1].Exact {
		t.Errorf("nothing changed, and the preview shows %+v", p.Stacks)
	}

	a.behave(t, "base", behaviour{Keep: 1, Value: "goodbye", Exports: []string{"greeting", "identity"}})
	p := a.preview(t, estate.Done)
	if got, want := words(p.Stacks[1]), "update Stash greeting input"; got != want || !p.Stacks[1].Exact {
		t.Errorf("left: %s, exact %t, want %s", got, p.Stacks[1].Exact, want)
	}
	report := a.up(t, estate.Done)
	for i, s := range report.Stacks {
		if s.Changes != p.Stacks[i].Changes {
			t.Errorf("%s: the preview foretold %+v, up did %+v", s.Stack, p.Stacks[i].Changes, s.Changes)
		}
	}

	t.Run("unknown until deployed", func(t *testing.T) {
		a.behave(t, "base", behaviour{Keep: 2, Value: "goodbye", Exports: []string{"greeting", "identity"}})
		p := a.preview(t, estate.Done)
		left := p.Stacks[1]
		if len(left.Unknown) != 1 || !slices.Equal(left.Unknown[0].Outputs, []string{"identity"}) || left.Exact {
			t.Errorf("left is exact %t, with unknown %+v", left.Exact, left.Unknown)
		}
		if got, want := words(left), "update Stash identity input"; got != want {
			t.Errorf("left: %s, want %s", got, want)
		}
	})
	t.Run("removed", func(t *testing.T) {
		a.behave(t, "base", behaviour{Keep: 1, Value: "goodbye", Exports: []string{"identity"}})
		p := a.preview(t, estate.Failed)
		if got, want := strings.Join(p.Stacks[1].Error, "\n"), "greeting: wanted a string, found nothing"; !strings.Contains(got, want) {
			t.Errorf("left fails with %q, want %q", got, want)
		}
	})
}

// What the preview of an edit foretells is what the deployment then does, apart
// from what was said to be unknown.
func TestEnginePreviewForetellsTheDeployment(t *testing.T) {
	both := []string{"greeting", "identity"}
	edits := []struct {
		name       string
		base, left behaviour
		// foretold for base and for left, in words
		wantBase, wantLeft string
	}{
		{
			"things added", behaviour{Keep: 3, Value: "hello", Exports: both}, behaviour{Reads: true},
			"create Stash thing-1; create Stash thing-2", "update Stash identity input",
		},
		{
			"things removed", behaviour{Keep: 1, Value: "hello", Exports: both}, behaviour{Reads: true},
			"delete Stash thing-1; delete Stash thing-2", "update Stash identity input",
		},
		{
			"a value changed", behaviour{Keep: 1, Value: "goodbye", Exports: both}, behaviour{Reads: true},
			"update Stash thing-0 input", "update Stash greeting input",
		},
		{
			"a thing replaced", behaviour{Keep: 1, Value: "hello", Replace: true, Exports: both}, behaviour{Reads: true},
			"replace Stash thing-0 input", "update Stash greeting input; update Stash identity input",
		},
		{
			"nobody reads any more", behaviour{Keep: 1, Value: "hello", Exports: both}, behaviour{Keep: 1, Value: "alone"},
			"", "delete Stash greeting; delete Stash identity; create Stash thing-0",
		},
		{
			"an output removed that nobody reads", behaviour{Keep: 1, Value: "hello"}, behaviour{Keep: 1, Value: "alone"},
			"", "",
		},
		{
			"outputs added that somebody reads", behaviour{Keep: 1, Value: "hello", Exports: both}, behaviour{Reads: true},
			"", "delete Stash thing-0; create Stash greeting; create Stash identity",
		},
	}
	a := chain(t)
	a.up(t, estate.Done)
	for _, edit := range edits {
		t.Run(edit.name, func(t *testing.T) {
			a.behave(t, "base", edit.base)
			a.behave(t, "left", edit.left)
			p := a.preview(t, estate.Done)
			report := a.up(t, estate.Done)
			for i, want := range []string{edit.wantBase, edit.wantLeft} {
				if got := words(p.Stacks[i]); got != want {
					t.Errorf("%s: foretold %s, want %s", p.Stacks[i].Stack, got, want)
				}
				if done := report.Stacks[i].Changes; p.Stacks[i].Exact && done != p.Stacks[i].Changes {
					t.Errorf("%s: foretold %+v, done %+v", p.Stacks[i].Stack, p.Stacks[i].Changes, done)
				}
			}
		})
	}
}

// A stack that fails in a preview is no reason to give up the others.
func TestEnginePreviewFailureSkipsDependents(t *testing.T) {
	a := newThrowAway(t, diamond)
	a.behave(t, "left", behaviour{Fail: "there is no room on the left"})
	p := a.preview(t, estate.Failed)
	var got []string
	for _, s := range p.Stacks {
		got = append(got, string(s.Stack)+" "+string(s.Result))
	}
	if want := "base done, left failed, right done, top skipped"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
	if want := []string{"there is no room on the left"}; !slices.Equal(p.Stacks[1].Error, want) {
		t.Errorf("the error is %q, want %q", p.Stacks[1].Error, want)
	}
}

func TestEnginePreviewStartsOneProcessPerStack(t *testing.T) {
	a := newThrowAway(t, diamond)
	a.up(t, estate.Done)
	calls := countCalls(t, a)
	a.preview(t, estate.Done)
	if got := calls(); len(got) != len(diamond) {
		t.Errorf("a preview of %d stacks starts %d processes:\n%s", len(diamond), len(got), strings.Join(got, "\n"))
	}
}

// Base ends only when top has begun: as long as no outputs change, no stack has
// to wait for another.
func TestEnginePreviewsSideBySide(t *testing.T) {
	a := newThrowAway(t, diamond)
	a.up(t, estate.Done)
	begun := filepath.Join(a.Root, "begun")
	a.behave(t, "base", behaviour{Keep: 2, Value: "first", Await: begun})
	a.behave(t, "top", behaviour{Keep: 2, Value: "second", Tell: begun})
	p := a.preview(t, estate.Done)
	if got, want := words(p.Stacks[3]), "update Stash thing-0 input; update Stash thing-1 input"; got != want || !p.Stacks[3].Exact {
		t.Errorf("top: %s, want %s", got, want)
	}
	log, err := os.ReadFile(filepath.Join(a.Root, p.Stacks[3].Log))
	if err != nil || !strings.Contains(string(log), "Previewing update (local)") {
		t.Errorf("the log does not hold the engine's output: %v\n%s", err, log)
	}
}
