package affected

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/git"
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
	g := git.Checkout{Root: root}
	if _, err := g.Run(ctx, "ls-files", "--error-unmatch", "--", "go.work"); err != nil {
		return Change{}, fmt.Errorf("what has changed is asked of git, and %s is no checkout of it: %w", root, err)
	}
	since, err := g.MergeBase(ctx, base)
	if err != nil {
		return Change{}, err
	}
	// Every setting of the user that would change the list is overruled.
	differ, err := g.Run(ctx, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", "--ignore-submodules=none", since, "--")
	if err != nil {
		return Change{}, err
	}
	unknown, err := g.Run(ctx, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return Change{}, err
	}
	files := strings.FieldsFunc(differ+unknown, func(r rune) bool { return r == 0 })
	slices.Sort(files)
	return Change{Since: since, Files: append([]string{}, slices.Compact(files)...)}, nil
}
