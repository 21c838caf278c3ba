package affected

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

// Change is what differs between a checkout and an earlier commit.
type Change struct {
	// Since is the commit that the checkout was compared with: the merge base.
	Since string `json:"since,omitempty"`
	// Files are the names of all files that differ, from the root of the
	// checkout, with slashes, sorted. A renamed file counts with both names.
	Files []string `json:"files"`
	// Everything: there was nothing to compare with.
	Everything bool `json:"-"`
}

// ReadChange finds out what has changed since the checkout left base: what was
// committed since the merge base, what is not committed yet, and files that git
// does not know yet and does not ignore. Nothing is written.
//
// A base of zeros only is what GitHub names as the commit before the first one:
// everything has changed.
func ReadChange(ctx context.Context, root, base string) (Change, error) {
	if base != "" && strings.Trim(base, "0") == "" && len(base) >= len("0000000") {
		return Change{Files: []string{}, Everything: true}, nil
	}
	g := git{ctx: ctx, root: root}
	if _, err := g.run("ls-files", "--error-unmatch", "--", "go.work"); err != nil {
		return Change{}, fmt.Errorf("what has changed is asked of git, and %s is no checkout of it: %w", root, err)
	}
	since, err := g.mergeBase(base)
	if err != nil {
		return Change{}, err
	}
	// Every setting of the user that would change the list is overruled.
	differ, err := g.run("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", "--ignore-submodules=none", since, "--")
	if err != nil {
		return Change{}, err
	}
	unknown, err := g.run("ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return Change{}, err
	}
	files := strings.FieldsFunc(differ+unknown, func(r rune) bool { return r == 0 })
	slices.Sort(files)
	return Change{Since: since, Files: append([]string{}, slices.Compact(files)...)}, nil
}

// git asks questions of the repository that holds a folder.
type git struct {
	ctx  context.Context
	root string
}

// mergeBase is the commit at which the checkout left base.
func (g git) mergeBase(base string) (string, error) {
	if base == "" || strings.HasPrefix(base, "-") {
		// No reference begins with a dash (git check-ref-format), but options do.
		return "", fmt.Errorf("--base %q is no commit: give a branch, a tag or a commit, such as origin/main", base)
	}
	if _, err := g.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}"); err != nil {
		return "", errors.New("this checkout has no commit yet, so there is nothing to compare")
	}
	commit, err := g.run("rev-parse", "--verify", "--quiet", base+"^{commit}")
	if err != nil || strings.HasPrefix(commit, "^") { // git's way to say: all but this one
		return "", g.missing(fmt.Sprintf("--base %s: this checkout knows no such commit", base), "git fetch gets what is missing")
	}
	since, err := g.run("merge-base", strings.TrimSpace(commit), "HEAD")
	if err != nil {
		return "", g.missing(fmt.Sprintf("--base %s has no commit in common with HEAD", base), "compare with a commit of the same history")
	}
	return strings.TrimSpace(since), nil
}

// missing words a commit that is not there. A clone may have been told to leave
// it out.
func (g git) missing(problem, way string) error {
	if shallow, err := g.run("rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(shallow) == "true" {
		way = "the clone is shallow: in a workflow give actions/checkout `fetch-depth: 0`, elsewhere run `git fetch --unshallow`"
	}
	return fmt.Errorf("%s: %s", problem, way)
}

// run runs git and returns what it prints.
func (g git) run(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", g.root, "--literal-pathspecs"}, args...)...)
	cmd.Env = environ(cmd.Environ())
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	err := process.Run(g.ctx, cmd)
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("git is not on PATH")
	}
	if text := strings.TrimSpace(problem.String()); err != nil && text != "" {
		err = errors.New(text)
	}
	return out.String(), err
}

// environ lets the folder decide which repository it is, also where a hook of
// git has called the command, and keeps git from writing its index.
func environ(env []string) []string {
	env = slices.DeleteFunc(env, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}, name)
	})
	return append(env, "GIT_OPTIONAL_LOCKS=0")
}
