// Package git asks questions of the repository that holds the checkout. It calls
// git itself, never writes, and takes no setting of the user's for an answer.
package git

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

// Checkout is a folder that git looks after.
type Checkout struct{ Root string }

// Head is the commit of the checkout; empty where there is none.
func (c Checkout) Head(ctx context.Context) string {
	commit, err := c.Run(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(commit)
}

// Modified reports whether the checkout is not as its commit has it.
func (c Checkout) Modified(ctx context.Context) bool {
	changes, err := c.Run(ctx, "status", "--porcelain")
	return err != nil || strings.TrimSpace(changes) != ""
}

// MergeBase is the commit at which the checkout left base, which is a branch, a
// tag or a commit.
func (c Checkout) MergeBase(ctx context.Context, base string) (string, error) {
	if base == "" || strings.HasPrefix(base, "-") {
		// No reference begins with a dash (git check-ref-format), but options do.
		return "", fmt.Errorf("--base %q is no commit: give a branch, a tag or a commit, such as origin/main", base)
	}
	if c.Head(ctx) == "" {
		return "", errors.New("this checkout has no commit yet, so there is nothing to compare")
	}
	commit, err := c.Run(ctx, "rev-parse", "--verify", "--quiet", base+"^{commit}")
	if err != nil || strings.HasPrefix(commit, "^") { // git's way to say: all but this one
		return "", c.missing(ctx, fmt.Sprintf("--base %s: this checkout knows no such commit", base), "git fetch gets what is missing")
	}
	since, err := c.Run(ctx, "merge-base", strings.TrimSpace(commit), "HEAD")
	if err != nil {
		return "", c.missing(ctx, fmt.Sprintf("--base %s has no commit in common with HEAD", base), "compare with a commit of the same history")
	}
	return strings.TrimSpace(since), nil
}

// missing words a commit that is not there. A clone may have been told to leave
// it out.
func (c Checkout) missing(ctx context.Context, problem, way string) error {
	if shallow, err := c.Run(ctx, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(shallow) == "true" {
		way = "the clone is shallow: in a workflow give actions/checkout `fetch-depth: 0`, elsewhere run `git fetch --unshallow`"
	}
	return fmt.Errorf("%s: %s", problem, way)
}

// Run runs git in the checkout and returns what it prints. Paths among the
// arguments are taken literally.
func (c Checkout) Run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", c.Root, "--literal-pathspecs"}, args...)...)
	cmd.Env = environ(cmd.Environ())
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	err := process.Run(ctx, cmd)
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
