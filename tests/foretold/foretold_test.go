// Package foretold holds that a deployment does what its preview has foretold,
// resource by resource, and no more.
//
// Level of proof: emulator. The real programs are edited in a checkout of their
// own, as somebody's pull request might, and previewed and deployed with the real
// command, engine and provider code on a standing estate.
//
// The estate has no S3 lifecycle rules: for each change of these the provider waits
// 55 s, as AWS would have it.
package foretold

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/checkout"
)

// change is what happens to a resource.
type change struct {
	Action, URN, Label string
	Properties         []string
	Forces             []string `json:"forcesReplacement"`
}

func (c change) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Action, c.Label, strings.Join(c.Properties, ", ")))
}

// result is what preview and up print about a stack, as far as it matters here.
type result struct {
	Result string
	Stacks []struct {
		Stack     graph.Name
		Result    string
		Exact     bool
		Resources []change
		Error     []string
		Unknown   []struct {
			From    graph.Name
			Outputs []string
		}
	}
	Findings []struct{ Control, Stack, Resource, Found string }
	Err      string `json:"error"`
}

func TestEmulatorUpDoesWhatThePreviewForetold(t *testing.T) {
	estate := deployed(t)
	for i, round := range rounds {
		var names []string
		for _, e := range round {
			names = append(names, e.name)
			estate.replace(t, e.file, e.old, e.new)
		}
		t.Run(fmt.Sprintf("round %d", i+1), func(t *testing.T) {
			t.Logf("edits: %s", strings.Join(names, "; "))
			foretold := estate.run(t, "preview")
			for _, e := range round {
				t.Run(e.name, func(t *testing.T) { e.isForetold(t, foretold) })
			}
			compare(t, foretold, estate.run(t, "up"))
		})
	}
	t.Run("a preview afterwards foretells nothing", func(t *testing.T) {
		for _, s := range estate.run(t, "preview").Stacks {
			if len(s.Resources) > 0 || !s.Exact {
				t.Errorf("%s: %v, exact %t", s.Stack, s.Resources, s.Exact)
			}
		}
	})
	t.Run("another address range", func(t *testing.T) { anotherRange(t, estate) })
}

// isForetold holds that the preview shows the edit.
func (e edit) isForetold(t *testing.T, foretold result) {
	for _, s := range foretold.Stacks {
		var shown []string
		for _, c := range s.Resources {
			shown = append(shown, c.Action+" "+c.Label)
		}
		for _, want := range e.shows[s.Stack] {
			if !slices.Contains(shown, want) {
				t.Errorf("%s: %q is not foretold; %q is", s.Stack, want, shown)
			}
		}
	}
}

// compare holds that what was done is what was foretold. Where a stack read values
// that were declared unknown, an update may turn out to be none: a value that turns
// out as it was is no change.
func compare(t *testing.T, foretold, done result) {
	for i, s := range done.Stacks {
		t.Run(string(s.Stack), func(t *testing.T) {
			before := foretold.Stacks[i]
			t.Logf("exact %t, unknown %v, done %v", before.Exact, before.Unknown, s.Resources)
			said := map[string]change{}
			for _, c := range before.Resources {
				said[c.URN] = c
			}
			for _, c := range s.Resources {
				was, ok := said[c.URN]
				if !ok || !allows(was, c, before.Exact) {
					t.Errorf("a surprise: done is %q, foretold was %q", c, was)
				}
				delete(said, c.URN)
			}
			for _, c := range said {
				if before.Exact || c.Action != "update" {
					t.Errorf("foretold and not done: %s", c)
				} else {
					t.Logf("not needed: %s", c)
				}
			}
		})
	}
}

// allows reports whether a change is the one that was foretold, or with unknown
// values less than it.
func allows(foretold, done change, exact bool) bool {
	said, did := tops(foretold.Properties), tops(done.Properties)
	if exact {
		return foretold.Action == done.Action && slices.Equal(said, did)
	}
	less := foretold.Action == done.Action || foretold.Action == "replace" && done.Action == "update"
	return less && !slices.ContainsFunc(did, func(property string) bool { return !slices.Contains(said, property) })
}

// tops are the properties that paths lead into: of a list that is not known yet
// the elements cannot be told.
func tops(paths []string) []string {
	var out []string
	for _, path := range paths {
		out = append(out, path[:strings.IndexAny(path+".", ".[")])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// anotherRange previews what nobody should do to an estate in use: its consequences
// show in one preview in all stacks that it reaches. Nothing that audit reads changes
// with it, and the preview says that too.
func anotherRange(t *testing.T, e estate) {
	e.replace(t, environmentFile, "10.60.", "10.61.")
	for _, s := range e.run(t, "preview").Stacks {
		t.Logf("%s: exact %t, unknown %v, %v", s.Stack, s.Exact, s.Unknown, s.Resources)
		if reached := s.Stack != graph.Audit; reached != (len(s.Resources) > 0) {
			t.Errorf("%s: foretold is %v", s.Stack, s.Resources)
		}
	}
}

// estate is a standing estate and the checkout that it was deployed from.
type estate struct{ root string }

// deployed deploys the estate in an emulator of its own.
func deployed(t *testing.T) estate {
	e := estate{checkout.Copy(t)}
	checkout.LendEmulator(t, e.root)
	t.Cleanup(func() {
		if out, err := e.command("emulator", "stop").CombinedOutput(); err != nil {
			t.Errorf("the emulator goes on: %v\n%s", err, out)
		}
	})
	e.replace(t, "shared/secure/bucket.go", "if err := b.expire(ctx, args, bucket, versioning); err != nil {", "if err := error(nil); err != nil {")
	exceptions := "exceptions:\n"
	for _, waived := range []struct{ control, stack, bucket string }{
		{"DAT-19", "data", "access-logs"}, {"DAT-19", "data", "data"}, {"DAT-21", "data", "access-logs"},
		{"DAT-19", "audit", "audit"}, {"DAT-19", "audit", "config"}, {"AUD-13", "audit", "audit"}, {"AUD-34", "audit", "config"},
	} {
		exceptions += fmt.Sprintf("  - control: %s\n    stack: %s\n    resource: aws:s3/bucketV2:BucketV2 %s\n    owner: tests\n"+
			"    reason: a lifecycle takes a minute\n    compensation: other tests deploy it\n    expires: 2099-12-31\n",
			waived.control, waived.stack, waived.bucket)
	}
	e.replace(t, "stacks/environments/exceptions.yaml", "exceptions:\n", exceptions)
	e.run(t, "up")
	return e
}

// replace changes a file of the checkout.
func (e estate) replace(t *testing.T, file, old, new string) {
	t.Helper()
	checkout.Replace(t, filepath.Join(e.root, filepath.FromSlash(file)), old, new)
}

// command is one run of the command, with the emulator of this checkout.
func (e estate) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(e.root, ".ringfence", "bin", "ringfence"), args...)
	cmd.Dir, cmd.Env = e.root, append(os.Environ(), "RINGFENCE_AWS_ENDPOINT=")
	return cmd
}

// run previews or deploys, and fails the test when that fails.
func (e estate) run(t *testing.T, command string) result {
	t.Helper()
	cmd := e.command(command, "--env", "ephemeral", "--name", "foretold", "--json")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var r result
	if unread := json.Unmarshal(out.Bytes(), &r); unread != nil {
		t.Fatalf("%s: %v, %v\n%s", command, err, unread, said.String())
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s%s\nfindings: %v", command, err, said.String(), r.Err, r.Findings)
	}
	return r
}
