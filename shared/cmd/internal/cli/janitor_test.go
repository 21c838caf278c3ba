package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/janitor"
	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// leave puts a state of stacks in place that was last updated some hours before
// noon, as the deployment of an environment file leaves it.
func leave(t *testing.T, root, environment, name string, hours float64, stacks ...graph.Name) {
	t.Helper()
	for _, stack := range stacks {
		updated := noon.Add(-time.Duration(hours * float64(time.Hour))).Format(time.RFC3339)
		content := fmt.Sprintf(`{"manifest": {"time": %q}, "resources": [
			{"urn": "urn:pulumi:%[2]s::p::pulumi:pulumi:Stack::p", "type": "pulumi:pulumi:Stack", "outputs": {"a": "b"}},
			{"urn": "urn:pulumi:%[2]s::p::aws:kms/key:Key::k", "type": "aws:kms/key:Key", "custom": true, "id": "k-%[2]s",
			 "outputs": {"arn": "arn:aws:kms:::k", "tags": {"ControlSet": "ringfence", "Environment": %[3]q}}}]}`, updated, name, environment)
		err := state.Folder(filepath.Join(root, ".ringfence/state", name)).Put(stack.Project(), name,
			state.Deployment{Version: 3, Content: json.RawMessage(content)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// lock locks a stack of an emulated environment.
func lock(t *testing.T, root, name string, stack graph.Name, user, host string, hours int) string {
	t.Helper()
	file := filepath.Join(root, ".ringfence/state", name, ".pulumi/locks/organization", stack.Project(), name, "1.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(state.Lock{PID: 4711, Username: user, Hostname: host, Timestamp: noon.Add(-time.Duration(hours) * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// leaked is a checkout with all that a janitor can meet; held releases the
// deployment on which another ringfence works.
func leaked(t *testing.T) (root string, locks map[string]string, held func()) {
	t.Helper()
	root = checkout(t, nil)
	leave(t, root, "ephemeral", "pr-1", 6.1, graph.Network, graph.Security)
	leave(t, root, "ephemeral", "pr-2", 5.9, graph.Network)
	leave(t, root, "ephemeral", "pr-3", 7, graph.Network, graph.Data)
	leave(t, root, "ephemeral", "pr-4", 8, graph.Network)
	leave(t, root, "ephemeral", "pr-5", 1, graph.Network) // the newest counts
	leave(t, root, "ephemeral", "pr-5", 30, graph.Security)
	leave(t, root, "ephemeral", "pr-6", 9, graph.Network)
	leave(t, root, "local", "local", 1000, graph.Network) // of another file
	leave(t, root, "local", "demo", 1000, graph.Network)
	leave(t, root, "ephemeral", "mixed", 1000, graph.Network)
	leave(t, root, "dev", "mixed", 1000, graph.Security) // of two files at once
	leave(t, root, "", "untagged", 1000, graph.Network)
	if err := os.MkdirAll(filepath.Join(root, ".ringfence/state/pr-9.stale/.pulumi"), 0o700); err != nil {
		t.Fatal(err)
	}
	locks = map[string]string{
		"alice":  lock(t, root, "pr-3", graph.Data, "alice", "laptop", 2),
		"dead":   lock(t, root, "pr-4", graph.Network, "runner", "fv-az1-1", 8),
		"living": lock(t, root, "pr-2", graph.Network, "runner", "runnervmabc12", 1),
	}
	held, free, err := lockfile.Try(filepath.Join(root, ".ringfence/state/pr-6.lock"))
	if err != nil || !free {
		t.Fatal(err)
	}
	return root, locks, held
}

// clean runs the janitor at noon, where the emulator is gone: a destruction sets
// the state aside, and starts nothing.
func clean(t *testing.T, root string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	app := &App{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr, Environ: []string{"PATH=/usr/bin"}, Root: root,
		Stacks: graph.All(), Machine: untouchable{t: t}, Clock: func() time.Time { return noon },
	}
	status = app.Run(t.Context(), make(chan struct{}), append([]string{"janitor"}, args...))
	return status, stdout.String(), stderr.String()
}

func TestUnitJanitorDestroysWhatIsPastItsTime(t *testing.T) {
	root, locks, held := leaked(t)
	defer held()
	status, dry, errOut := clean(t, root, "--dry-run")
	check(t, "janitor-dry-run.golden", dry)
	if status != exitOK || errOut != "" {
		t.Errorf("status %d: %s", status, errOut)
	}
	expectLocks(t, locks, "alice", "dead", "living")
	expectNames(t, root, "demo local mixed pr-1 pr-2 pr-3 pr-4 pr-5 pr-6 untagged")

	markdown := filepath.Join(t.TempDir(), "janitor.md")
	_, out, _ := clean(t, root, "--markdown", markdown)
	check(t, "janitor.golden", out)
	expectLocks(t, locks, "alice", "living")
	expectNames(t, root, "demo local mixed pr-2 pr-3 pr-5 pr-6 untagged")
	content, err := os.ReadFile(markdown)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "janitor.md.golden", string(content))
}

// What cannot be read is said, and keeps nothing else from being cleared away.
func TestUnitJanitorGoesOnAfterAFailure(t *testing.T) {
	root := checkout(t, nil)
	leave(t, root, "ephemeral", "pr-1", 7, graph.Network)
	leave(t, root, "ephemeral", "pr-2", 7, graph.Network)
	if err := os.WriteFile(filepath.Join(root, ".ringfence/state/pr-1/.pulumi/stacks/ringfence-network/pr-1.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, _ := clean(t, root)
	if status != exitFailed || !strings.Contains(out, "pr-1 could not be destroyed") || !strings.Contains(out, "not a Pulumi state file") {
		t.Errorf("status %d: %s", status, out)
	}
	expectNames(t, root, "pr-1")
}

// A destruction that failed has written the state just now; what it left does not
// wait for its time once more. Somebody who has deployed again since does.
func TestUnitJanitorDestroysWhatAFailedDestructionLeft(t *testing.T) {
	root := checkout(t, nil)
	leave(t, root, "ephemeral", "pr-1", 0.5, graph.Network)
	remember(t, root, "pr-1", graph.Network, "update", 7)
	remember(t, root, "pr-1", graph.Network, "destroy", 2)
	remember(t, root, "pr-1", graph.Network, "destroy", 0.5)
	leave(t, root, "ephemeral", "pr-2", 0.5, graph.Network)
	remember(t, root, "pr-2", graph.Network, "destroy", 2)
	remember(t, root, "pr-2", graph.Network, "update", 0.5)
	leave(t, root, "ephemeral", "pr-3", 0.5, graph.Network) // by an update that was killed
	remember(t, root, "pr-3", graph.Network, "update", 7)
	remember(t, root, "pr-3", graph.Network, "destroy", 2)
	leave(t, root, "ephemeral", "pr-4", 0.5, graph.Network)
	remember(t, root, "pr-4", graph.Network, "update", 7) // in the middle of the next
	_, out, _ := clean(t, root)
	if !strings.Contains(out, "pr-1: destroying what was last updated on 2026-11-22 05:00:00 UTC") {
		t.Errorf("it says %s", out)
	}
	expectNames(t, root, "pr-2 pr-3 pr-4")
}

// remember puts an entry into the history of a stack, some hours before noon.
func remember(t *testing.T, root, name string, stack graph.Name, kind string, hours float64) {
	t.Helper()
	ended := noon.Add(-time.Duration(hours * float64(time.Hour)))
	folder := filepath.Join(root, ".ringfence/state", name, ".pulumi/history", stack.Project(), name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, fmt.Sprintf("%s-%d.history.json", name, ended.UnixNano()))
	if err := os.WriteFile(file, fmt.Appendf(nil, `{"kind": %q, "endTime": %d, "result": "failed"}`, kind, ended.Unix()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What has no age is not old.
func TestUnitJanitorLeavesAloneWhatSaysNoTime(t *testing.T) {
	root := checkout(t, nil)
	leave(t, root, "ephemeral", "pr-1", 7, graph.Network)
	file := filepath.Join(root, ".ringfence/state/pr-1/.pulumi/stacks/ringfence-network/pr-1.json")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	timeless := regexp.MustCompile(`"time":\s*"[^"]*"`).ReplaceAll(content, []byte(`"version": ""`))
	if err := os.WriteFile(file, timeless, 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, _ := clean(t, root)
	if status != exitFailed || !strings.Contains(out, "does not say when it was last updated") {
		t.Errorf("status %d: %s", status, out)
	}
	expectNames(t, root, "pr-1")
}

func expectLocks(t *testing.T, locks map[string]string, want ...string) {
	t.Helper()
	for who, file := range locks {
		_, err := os.Stat(file)
		if there := err == nil; there != strings.Contains(strings.Join(want, " "), who) {
			t.Errorf("the lock of %s is there: %t", who, there)
		}
	}
}

func expectNames(t *testing.T, root, want string) {
	t.Helper()
	var names []string
	folders, err := filepath.Glob(filepath.Join(root, ".ringfence/state/*/.pulumi/stacks"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := filepath.Base(filepath.Dir(filepath.Dir(folder))); !strings.Contains(name, ".") {
			names = append(names, name)
		}
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("there are %q, want %q", got, want)
	}
}

func TestUnitJanitorRefusesWhatIsNotEphemeral(t *testing.T) {
	root := checkout(t, nil)
	for _, tt := range []struct {
		says string
		args []string
	}{
		{"stacks/environments/dev.yaml: lifecycle is standard: the janitor destroys ephemeral environments only", []string{"--env", "dev"}},
		{"the janitor destroys ephemeral environments only", []string{"--env", "dev", "--older-than", "1h"}},
		{"local.yaml: nothing says how long a deployment may stand: set timeToLiveHours", []string{"--env", "local"}},
		{"give a time above zero", []string{"--older-than", "0s"}},
		{"give a time above zero", []string{"--older-than", "-1h"}},
		{"unknown flag: --name", []string{"--name", "pr-1"}},
	} {
		status, _, errOut := clean(t, root, tt.args...)
		if status == exitOK || !strings.Contains(errOut, tt.says) {
			t.Errorf("%v: status %d, %s", tt.args, status, errOut)
		}
	}
	if status, out, _ := clean(t, root); status != exitOK || out != "nothing is deployed of environment ephemeral\n" {
		t.Errorf("status %d, %s", status, out)
	}
}

// What people have to see is put where a file or a name cannot break out of it.
func TestUnitJanitorMarkdown(t *testing.T) {
	check(t, "janitor-failed.md.golden", janitorMarkdown(janitor.Report{Environment: "ephemeral", Result: estate.Failed,
		Deployments: []janitor.Deployment{{Name: "pr-1", Fate: janitor.Failed, Error: []string{"data: it says ```", "no"}}},
		Orphans:     []string{"arn:aws:s3:::left", "arn:aws:sns:eu-central-1:1:topic"},
	}))
	check(t, "janitor-unseen.md.golden", janitorMarkdown(janitor.Report{
		Environment: "ephemeral", Result: estate.Failed, Unseen: "AccessDenied: it says ```",
	}))
	// An empty text closes the issue.
	if got := janitorMarkdown(janitor.Report{Result: estate.Interrupted}); !strings.Contains(got, "interrupted") {
		t.Errorf("an interrupted run says %q", got)
	}
	if got := janitorMarkdown(janitor.Report{Deployments: []janitor.Deployment{{Fate: janitor.Destroyed}, {Fate: janitor.Stays}}}); got != "" {
		t.Errorf("nothing needs a person, and it says %q", got)
	}
}

func TestUnitUnlock(t *testing.T) {
	root := checkout(t, nil)
	file := lock(t, root, "local", graph.Data, "alice", "laptop", 2)
	for _, tt := range []struct {
		says   string
		answer string
		args   []string
		left   bool
	}{
		{"name the one stack", "", nil, true},
		{"name the one stack", "", []string{"--stack", "data", "--stack", "audit"}, true},
		{"nobody has locked stack audit", "", []string{"--stack", "audit", "--yes"}, true},
		{`that is not "data": nothing was released`, "audit\n", []string{"--stack", "data"}, true},
		{"locked by alice@laptop (process 4711) since 2026-11-22 10:00 UTC", "data\n", []string{"--stack", "data"}, false},
	} {
		var out bytes.Buffer
		app := &App{In: strings.NewReader(tt.answer), Out: &out, Err: &out, Root: root, Stacks: graph.All(), Machine: untouchable{t: t}}
		app.Run(t.Context(), make(chan struct{}), append([]string{"unlock"}, tt.args...))
		_, err := os.Stat(file)
		if !strings.Contains(out.String(), tt.says) || (err == nil) != tt.left {
			t.Errorf("%v: the lock is there: %t, and it says %s", tt.args, err == nil, &out)
		}
	}
}
