package assessment

import (
	"context"
	"os/exec"
	"strings"
)

// commit is the commit of a checkout, and whether its files differ from it; it is
// empty where there is no git or no repository.
func commit(ctx context.Context, root string) (hash string, modified bool) {
	hash, err := git(ctx, root, "rev-parse", "--verify", "HEAD")
	if err != nil {
		return "", false
	}
	changes, err := git(ctx, root, "status", "--porcelain")
	return hash, err != nil || changes != ""
}

func git(ctx context.Context, root string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
	return strings.TrimSpace(string(out)), err
}
