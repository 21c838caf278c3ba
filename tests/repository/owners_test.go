package repository

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// deciding are folders that decide over access without writing a policy: how
// policies become text, what must hold and is shown to bite, where the state lies,
// and what runs with the roles.
var deciding = []string{
	".github/workflows", "shared/cmd/internal/bootstrap", "shared/controls", "shared/iampolicy", "shared/workflows",
	"stacks/environments", "tests/access", "tests/controls",
}

// Nobody changes what decides over access without its owners.
func TestUnitWhatDecidesOverAccessHasOwners(t *testing.T) {
	var owned []string
	for line := range strings.Lines(read(t, ".github/CODEOWNERS")) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] != "#" {
			owned = append(owned, strings.TrimPrefix(fields[0], "/"))
		}
	}
	folders := slices.Clone(deciding)
	for _, file := range slices.Concat(goFiles(t, "shared"), goFiles(t, "stacks")) {
		if !strings.HasSuffix(file, "_test.go") && slices.Contains(imports(t, file), "shared/iampolicy") {
			folders = append(folders, path.Dir(file))
		}
	}
	slices.Sort(folders)
	for _, folder := range slices.Compact(folders) {
		if !slices.ContainsFunc(owned, func(prefix string) bool { return strings.HasPrefix(folder+"/", prefix) }) {
			t.Errorf(".github/CODEOWNERS names nobody for %s/, which decides over access", folder)
		}
	}
}
