package workflows

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/workflows"
)

// scenario is one event on GitHub and the world it meets.
type scenario struct {
	// workflow is the file that runs, event what starts it.
	workflow, event string
	payload         map[string]any
	// environments is the variable RINGFENCE_ENVIRONMENTS.
	environments string
	// fails is part of the call of ./ringfence that ends with 1.
	fails string
	// sandbox is the variable RINGFENCE_SANDBOX.
	sandbox string
	// attestations is the variable RINGFENCE_ATTESTATIONS.
	attestations string
	// affected and preview are what ./ringfence affected and preview print: all
	// stacks, where it is left out.
	affected, preview string
	// drift is what ./ringfence drift prints, and issue what it and ./ringfence
	// janitor write for people.
	drift, issue string
	// listed are the comments or issues that GitHub has.
	listed []map[string]any
	// inputs are those of a workflow_dispatch.
	inputs map[string]string
	// real is the checkout whose ./ringfence is run, in the environment env;
	// empty: a stand-in is.
	real string
	env  []string
}

// result is what came of it.
type result struct {
	// Calls are the calls of ./ringfence, gh, go and the roles taken, in order.
	Calls string
	// Green says that the run succeeded.
	Green bool
	// Log is what act printed.
	Log string
}

// standIns replace the actions of others, by name.
var standIns = map[string]string{
	"actions/checkout":                      "nothing", // act copies the checkout itself
	"actions/setup-go":                      "nothing",
	"actions/cache":                         "nothing",
	"actions/upload-artifact":               "upload",
	"actions/download-artifact":             "download",
	"actions/attest":                        "attest",
	"aws-actions/configure-aws-credentials": "credentials",
}

// run runs the real workflow with act on this machine.
func (s scenario) run(t *testing.T) result {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Fatal("the workflows use jq, which every GitHub runner has; install it to run them here")
	}
	world := t.TempDir()
	payload := map[string]any{"repository": map[string]any{"full_name": "o/r", "default_branch": "main"}, "inputs": s.inputs}
	for key, value := range s.payload {
		payload[key] = value
	}
	writeJSON(t, filepath.Join(world, "event.json"), payload)
	writeJSON(t, filepath.Join(world, "listed.json"), append([]map[string]any{}, s.listed...))
	writeFile(t, filepath.Join(world, "affected.json"), cmp.Or(s.affected, allAffected))
	writeFile(t, filepath.Join(world, "preview.json"), cmp.Or(s.preview, allChange))
	writeFile(t, filepath.Join(world, "drift.json"), s.drift+"\n")
	writeFile(t, filepath.Join(world, "janitor.json"), "a table\n")
	writeFile(t, filepath.Join(world, "drift.md"), s.issue)
	writeFile(t, filepath.Join(world, "janitor.md"), s.issue)

	args := []string{s.event, "--workflows", ".github/workflows/" + s.workflow, "--eventpath", filepath.Join(world, "event.json"),
		"--platform", "ubuntu-24.04=-self-hosted", "--pull=false", "--no-cache-server", "--concurrent-jobs", "1",
		"--env", "SCENARIO=" + world, "--env", "FAILS=" + cmp.Or(s.fails, "nothing at all")}
	if s.environments != "" {
		args = append(args, "--var", "RINGFENCE_ENVIRONMENTS="+s.environments)
	}
	if s.sandbox != "" {
		args = append(args, "--var", "RINGFENCE_SANDBOX="+s.sandbox)
	}
	if s.attestations != "" {
		args = append(args, "--var", "RINGFENCE_ATTESTATIONS="+s.attestations)
	}
	for _, uses := range foreign(t) {
		name, _, _ := strings.Cut(uses, "@")
		args = append(args, "--local-repository", uses+"="+absolute(t, "testdata/actions/"+standIns[name]))
	}
	cmd := exec.Command(tool(t, "act"), args...)
	cmd.Dir = s.checkout(t)
	cmd.Env = append(append(os.Environ(), s.env...), "PATH="+s.machine(t)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"HOME="+world, "XDG_CACHE_HOME="+filepath.Join(world, "cache"), "XDG_CONFIG_HOME="+filepath.Join(world, "config"))
	log, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	calls, err2 := os.ReadFile(filepath.Join(world, "calls"))
	if err2 != nil && !errors.Is(err2, fs.ErrNotExist) {
		t.Fatal(err2)
	}
	return result{Calls: inAnyOrder(string(calls)), Green: err == nil, Log: string(log)}
}

// inAnyOrder sorts the calls up to the first of gh, where a workflow has a
// matrix: its jobs run in any order. What deploys has none.
func inAnyOrder(calls string) string {
	if strings.Contains(calls, "--save-plan") {
		return calls
	}
	head, tail := calls, ""
	if i := strings.Index(calls, "gh "); i >= 0 && (i == 0 || calls[i-1] == '\n') {
		head, tail = calls[:i], calls[i:]
	}
	lines := slices.Sorted(strings.Lines(head))
	return strings.Join(lines, "") + tail
}

// machine is a folder with what stands in for commands. With the real
// ./ringfence, Go is real too, but for the tests that a workflow asks of it.
func (s scenario) machine(t *testing.T) string {
	t.Helper()
	if s.real == "" {
		return absolute(t, "testdata/machine")
	}
	folder := t.TempDir()
	for _, from := range []string{"testdata/machine/gh", "testdata/machine/make", "testdata/real/go"} {
		command(t, from, filepath.Join(folder, filepath.Base(from)))
	}
	return folder
}

// checkout is a copy of what the workflows need of the repository.
func (s scenario) checkout(t *testing.T) string {
	t.Helper()
	dir, from, environments := t.TempDir(), github, environments
	if s.real != "" {
		from, environments = filepath.Join(s.real, ".github"), filepath.Join(s.real, "stacks/environments")
	}
	copyTree(t, from, filepath.Join(dir, ".github"))
	copyTree(t, environments, filepath.Join(dir, "stacks/environments"))
	// Newer than act 0.2.89.
	replace(t, filepath.Join(dir, ".github/workflows/deploy.yml"), "  queue: max\n", "")
	for _, module := range modules(t) {
		writeFile(t, filepath.Join(dir, module), "module")
	}
	if s.real == "" {
		command(t, "testdata/machine/ringfence", filepath.Join(dir, "ringfence"))
	} else {
		command(t, "testdata/real/ringfence", filepath.Join(dir, "ringfence"))
	}
	repository(t, dir)
	git(t, dir, "remote", "add", "origin", "https://github.com/o/r")
	return dir
}

// repository makes a folder a repository, without what only runs there, and
// returns its one commit.
func repository(t *testing.T, dir string) (commit string) {
	t.Helper()
	git(t, dir, "init", "--quiet", "--initial-branch=main")
	writeFile(t, filepath.Join(dir, ".git/info/exclude"), ".ringfence\n")
	return commitAll(t, dir)
}

// commitAll commits what there is.
func commitAll(t *testing.T, dir string) (commit string) {
	t.Helper()
	git(t, dir, "add", "--all")
	git(t, dir, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "--message=all")
	return strings.TrimSpace(git(t, dir, "rev-parse", "HEAD"))
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// command copies a script.
func command(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// foreign are the actions of others, with their commits.
func foreign(t *testing.T) []string {
	t.Helper()
	all, err := workflows.Load(github)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, w := range all {
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				name, _, found := strings.Cut(s.Uses, "@")
				if !found || slices.Contains(out, s.Uses) {
					continue
				}
				if standIns[name] == "" {
					t.Fatalf("nothing stands in for %s: add it to standIns", name)
				}
				out = append(out, s.Uses)
			}
		}
	}
	return out
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	out, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func writeJSON(t *testing.T, file string, value any) {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, string(content))
}

func writeFile(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
