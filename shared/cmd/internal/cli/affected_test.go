package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
)

// committed is a checkout in git, with programs as small as can be, and its
// first commit.
func committed(t *testing.T) string {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
		// So that the commit has the same name wherever the test runs.
		"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
	} {
		t.Setenv(name, value)
	}
	root := checkout(t, nil)
	work := "go 1.26.0\n"
	for _, folder := range []string{"shared", "stacks/network", "stacks/security", "stacks/data", "stacks/audit"} {
		work += "use ./" + folder + "\n"
		save(t, root, folder+"/go.mod", "module example.com/"+folder+"\n")
	}
	save(t, root, "go.work", work)
	for _, folder := range []string{"shared/cmd", "shared/policypack", "stacks/network", "stacks/security"} {
		save(t, root, folder+"/main.go", "package main\n")
	}
	for _, n := range []graph.Name{graph.Data, graph.Audit} {
		save(t, root, n.Dir()+"/main.go", "package main\n\nimport _ \"example.com/shared/bucket\"\n")
	}
	save(t, root, "shared/bucket/bucket.go", "package bucket\n")
	runGit(t, root, "init", "--quiet", "--initial-branch", "main")
	runGit(t, root, "add", "--all", "--force")
	runGit(t, root, "commit", "--quiet", "--message", "base")
	return root
}

func save(t *testing.T, root, name, content string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func runGit(t *testing.T, root string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", root}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// affectedBy runs the command, and takes the name of the base out of what it
// prints.
func affectedBy(t *testing.T, root string, args ...string) string {
	t.Helper()
	status, out, errOut := run(t, root, append([]string{"affected", "--base", "main"}, args...)...)
	if status != exitOK || errOut != "" {
		t.Fatalf("status %d: %s", status, errOut)
	}
	head := exec.Command("git", "-C", root, "rev-parse", "main")
	commit, err := head.Output()
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.TrimSpace(string(commit))
	return strings.ReplaceAll(strings.ReplaceAll(out, whole, "COMMIT"), whole[:12], "COMMIT")
}

func TestUnitAffected(t *testing.T) {
	root := committed(t)
	check(t, "affected-nothing.golden", affectedBy(t, root))
	if got := affectedBy(t, root, "--matrix"); got != `{"stack":[]}`+"\n" {
		t.Errorf("nothing has changed, and the matrix is %s", got)
	}
	save(t, root, "README.md", "")
	save(t, root, "break\n::out", "")
	save(t, root, "stacks/audit/main.go", "package main\n")
	save(t, root, "stacks/environments/dev.yaml", "")
	save(t, root, "shared/bucket/bucket.go", "package bucket\n\nconst a = 1\n")
	save(t, root, "stacks/data/main.go", "package main\n\nimport _ \"example.com/shared/bucket\" // why\n")
	check(t, "affected.golden", affectedBy(t, root, "--env", "local"))
	check(t, "affected.json.golden", affectedBy(t, root, "--env", "local", "--json"))
	if err := os.Remove(filepath.Join(root, "break\n::out")); err != nil {
		t.Fatal(err)
	}
	if got, want := affectedBy(t, root, "--env", "local", "--matrix"), `{"stack":["data","audit"]}`+"\n"; got != want {
		t.Errorf("the matrix is %s, want %s", got, want)
	}
	if got := affectedBy(t, root, "--matrix"); !json.Valid([]byte(got)) || !strings.Contains(got, "network") {
		t.Errorf("in any environment, the matrix is %s", got)
	}
}

// Without a change, what is not deployed counts when that is asked for.
func TestUnitAffectedOrStale(t *testing.T) {
	root := committed(t)
	check(t, "affected-or-stale.golden", affectedBy(t, root, "--env", "local", "--or-stale"))
	if got, want := affectedBy(t, root, "--env", "local", "--matrix"), `{"stack":[]}`+"\n"; got != want {
		t.Errorf("not asked for, the matrix is %s, want %s", got, want)
	}
}

func TestUnitAffectedThatCannotBeTold(t *testing.T) {
	root := committed(t)
	save(t, root, "shared/bucket/broken.go", "package bucket\n\nimport nothing\n")
	for args, want := range map[string]string{
		"--base main":                 "what stacks/data is built from cannot be read",
		"--base nowhere":              "--base nowhere: this checkout knows no such commit",
		"--base main --env elsewhere": `environment "elsewhere": there is no`,
	} {
		status, out, errOut := run(t, root, append([]string{"affected"}, strings.Fields(args)...)...)
		if status != exitFailed || !strings.Contains(errOut, want) || out != "" {
			t.Errorf("%s: status %d, %q, %q; want %q", args, status, out, errOut, want)
		}
	}
}
