// Package workflows holds the real workflows against the tools that know
// GitHub, against the repository, and runs them.
//
// Levels of proof: unit, where files are read; engine, where a workflow file is
// run, with a stand-in for ./ringfence and for the actions of others. What only
// GitHub does is not proved here: permissions, environments and their
// approvals, and the token for AWS.
package workflows

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// What the tests read outside of this module. They are links, because go test
// takes an old result for a new one where only files outside of the module have
// changed.
const (
	github        = "testdata/github"
	environments  = "testdata/environments"
	documentation = "testdata/workflows.md"
)

func TestUnitActionlintFindsNothing(t *testing.T) {
	if out, err := actionlint(t, root); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestUnitZizmorFindsNothing(t *testing.T) {
	if out, err := zizmor(t, root); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// A tool that is silent because it looked at nothing proves nothing.
func TestUnitTheToolsFindADefect(t *testing.T) {
	tests := []struct {
		name          string
		lint          func(*testing.T, string) (string, error)
		file          string
		before, after string
		says          string
	}{
		{"actionlint, a value that does not exist", actionlint, "workflows/preview.yml",
			"ENVIRONMENT: ${{ matrix.environment }}", "ENVIRONMENT: ${{ matrix.enviroment }}", `"enviroment" is not defined`},
		{"actionlint, an input that a workflow does not take", actionlint, "workflows/deploy.yml",
			"      environment: dev\n", "      environment: dev\n      stack: data\n", `"stack" is not defined`},
		{"actionlint, a job that does not exist", actionlint, "workflows/preview.yml",
			"needs: [affected, estate]\n", "needs: [affected, state]\n", `does not exist`},
		{"shellcheck, a word that falls apart", actionlint, "workflows/deploy-stack.yml",
			`"$STACK" --only`, "$STACK --only", "SC2086"},
		{"zizmor, an action by its tag", zizmor, "actions/setup/action.yml",
			"actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5", "actions/cache@v5", "unpinned-uses"},
		{"zizmor, an input in a script", zizmor, "workflows/nightly.yml",
			`"$FUZZ_TIME"`, "${{ inputs.fuzz-time }}", "template-injection"},
		{"zizmor, a token left behind", zizmor, "workflows/ci.yml",
			"persist-credentials: false", "persist-credentials: true", "artipacked"},
		{"zizmor, a widened permission", zizmor, "workflows/ci.yml",
			"permissions: {}\n\n", "permissions: write-all\n\n", "excessive-permissions"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			copied := t.TempDir()
			copyTree(t, github, filepath.Join(copied, ".github"))
			replace(t, filepath.Join(copied, ".github", tt.file), tt.before, tt.after)
			out, err := tt.lint(t, copied)
			if err == nil || !strings.Contains(out, tt.says) {
				t.Errorf("want it to say %q, got %v\n%s", tt.says, err, out)
			}
		})
	}
}

// Every exception weakens a tool, so a new one is a decision of its own.
func TestUnitExceptionsAreCounted(t *testing.T) {
	for _, tt := range []struct {
		file, mark string
		want       int
	}{
		{"zizmor.yml", "disable: true", 1},
		{"zizmor.yml", "ignore:", 0},
		{"actionlint.yaml", "      - ", 1},
	} {
		if got := strings.Count(read(t, filepath.Join(github, tt.file)), tt.mark); got != tt.want {
			t.Errorf(".github/%s has %d × %q, want %d", tt.file, got, tt.mark, tt.want)
		}
	}
	for _, file := range list(t, github+"/workflows/*", github+"/actions/*/*") {
		for _, mark := range []string{"zizmor: ignore", "shellcheck disable"} {
			if strings.Contains(read(t, file), mark) {
				t.Errorf("%s has an exception of its own, %q: put it into the tool's configuration", file, mark)
			}
		}
	}
}

// actionlint checks the workflows of a checkout, and their scripts with
// shellcheck.
func actionlint(t *testing.T, dir string) (string, error) {
	t.Helper()
	if dir != root { // a folder is a project to actionlint when it has a .git
		if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(tool(t, "actionlint"), "-no-color", "-shellcheck", tool(t, "shellcheck"), "-pyflakes", "")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// zizmor checks everything below .github at its strictest, without asking GitHub.
func zizmor(t *testing.T, dir string) (string, error) {
	t.Helper()
	out, err := exec.Command(tool(t, "zizmor"), "--offline", "--no-progress", "--color=never", "--persona=auditor",
		"--config", filepath.Join(dir, ".github/zizmor.yml"), filepath.Join(dir, ".github")).CombinedOutput()
	return string(out), err
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// list returns the files that match.
func list(t *testing.T, patterns ...string) []string {
	t.Helper()
	var out []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing matches %s: %v", pattern, err)
		}
		out = append(out, found...)
	}
	return out
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func replace(t *testing.T, file, before, after string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), before) {
		t.Fatalf("%s has no %q: bring the test up to date with it", file, before)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(content), before, after)), 0o644); err != nil {
		t.Fatal(err)
	}
}
