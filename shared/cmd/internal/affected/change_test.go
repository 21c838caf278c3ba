package affected

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// repository is a throw-away one.
type repository struct {
	*testing.T
	root string
}

// repositoryIn makes one with a first commit, tagged base.
func repositoryIn(t *testing.T, root string) repository {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		t.Setenv(name, value)
	}
	r := repository{t, root}
	r.git("init", "--quiet", "--initial-branch", "main")
	r.write("go.work", "go 1.26.0\n")
	r.write("kept", "as it was")
	r.write("deleted", "deleted\n")
	r.write("old/name", strings.Repeat("the same content\n", 20))
	r.write(".gitignore", "/ignored\n")
	r.commit("base")
	r.git("tag", "base")
	return r
}

func (r repository) git(args ...string) {
	r.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.root}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r repository) write(name, content string) {
	r.Helper()
	file := filepath.Join(r.root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		r.Fatal(err)
	}
}

func (r repository) commit(message string) {
	r.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "--message", message)
}

// changed wants these files to have changed since base.
func (r repository) changed(base string, want ...string) {
	r.Helper()
	got, err := ReadChange(context.Background(), r.root, base)
	if err != nil {
		r.Fatal(err)
	}
	if !slices.Equal(got.Files, want) {
		r.Errorf("changed since %s: %q, want %q", base, got.Files, want)
	}
}

// refused wants an error with all of these words.
func (r repository) refused(base string, want ...string) {
	r.Helper()
	change, err := ReadChange(context.Background(), r.root, base)
	if err == nil {
		r.Fatalf("--base %q was taken: %+v", base, change)
	}
	for _, words := range want {
		if !strings.Contains(err.Error(), words) {
			r.Errorf("--base %q: %v; want %q in it", base, err, words)
		}
	}
}

func TestUnitChangesOfACheckout(t *testing.T) {
	r := repositoryIn(t, t.TempDir())
	r.changed("HEAD")

	// Renamed and deleted files count by their old names too, whatever the user
	// has told git to show.
	r.git("config", "diff.renames", "copies")
	r.git("config", "diff.relative", "true")
	r.git("config", "diff.external", "false")
	r.git("checkout", "--quiet", "-b", "topic")
	r.git("mv", "old/name", "new name")
	r.git("rm", "--quiet", "deleted")
	r.write("strange\nname ü", "")
	r.commit("on the branch")
	committed := []string{"deleted", "new name", "old/name", "strange\nname ü"}
	r.changed("main", committed...)
	r.changed("base", committed...)

	// What the branch that we left has got since is not our change.
	r.git("checkout", "--quiet", "main")
	r.write("elsewhere", "")
	r.commit("on main")
	r.git("checkout", "--quiet", "topic")
	r.changed("main", committed...)

	// What is not committed counts, and what git ignores does not.
	r.write("kept", "as it is")
	r.write("staged", "")
	r.git("add", "staged")
	r.write("untracked/file", "")
	r.write("ignored", "")
	all := append(slices.Clone(committed), "kept", "staged", "untracked/file")
	slices.Sort(all)
	r.changed("main", all...)
	r.changed("HEAD", "kept", "staged", "untracked/file")
}

// A hook of git calls with the repository's own variables.
func TestUnitChangesAreThoseOfTheFolder(t *testing.T) {
	other := repositoryIn(t, t.TempDir())
	r := repositoryIn(t, t.TempDir())
	r.write("more", "than the other has")
	r.commit("second")
	r.write("kept", "as it is")
	t.Setenv("GIT_DIR", filepath.Join(other.root, ".git"))
	t.Setenv("GIT_WORK_TREE", other.root)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other.root, ".git", "index"))
	r.changed("HEAD", "kept")
}

// A checkout may be a folder of a larger repository.
func TestUnitChangesBelowTheRootOfARepository(t *testing.T) {
	outer := repositoryIn(t, t.TempDir())
	inner := repository{t, filepath.Join(outer.root, "estate")}
	inner.write("go.work", "go 1.26.0\n")
	inner.write("kept", "")
	outer.commit("an estate in a folder")
	outer.write("kept", "outside")
	inner.write("kept", "inside")
	inner.write("new", "")
	inner.changed("HEAD", "kept", "new")
}

func TestUnitBaseThatIsNoCommit(t *testing.T) {
	r := repositoryIn(t, t.TempDir())
	for _, hostile := range []string{"", "--upload-pack=x", "-", "--", "--output=stolen", "-h"} {
		r.refused(hostile, "is no commit")
	}
	for _, unknown := range []string{"nowhere", "origin/main", "main:kept", "base..main", "^base", ":/", "a b", "$(touch stolen)", "\n", "@{-1}"} {
		r.refused(unknown, "knows no such commit", "git fetch")
	}
	if _, err := os.Stat(filepath.Join(r.root, "stolen")); err == nil {
		t.Error("an option reached git")
	}
	r.git("checkout", "--quiet", "--orphan", "unrelated")
	r.commit("another history")
	r.refused("base", "no commit in common with HEAD")
}

func TestUnitBaseOfZerosIsTheBeginning(t *testing.T) {
	r := repositoryIn(t, t.TempDir())
	change, err := ReadChange(context.Background(), r.root, strings.Repeat("0", 40))
	if err != nil || !change.Everything {
		t.Errorf("got %+v, %v", change, err)
	}
	r.refused("0", "knows no such commit")
}

func TestUnitShallowClone(t *testing.T) {
	full := repositoryIn(t, t.TempDir())
	full.write("kept", "as it is")
	full.commit("second")
	shallow := repository{t, filepath.Join(t.TempDir(), "clone")}
	full.git("clone", "--quiet", "--depth", "1", "file://"+full.root, shallow.root)
	shallow.refused("base", "knows no such commit", "fetch-depth: 0")
	shallow.git("fetch", "--quiet", "--depth", "1", "origin", "tag", "base")
	shallow.refused("base", "no commit in common with HEAD", "fetch-depth: 0")
}

func TestUnitChangesWithoutGit(t *testing.T) {
	bare := repository{t, t.TempDir()}
	bare.refused("main", "is no checkout of it")

	// Unpacked inside somebody else's repository, which ignores it.
	r := repositoryIn(t, t.TempDir())
	inside := repository{t, filepath.Join(r.root, "ignored")}
	inside.write("go.work", "go 1.26.0\n")
	inside.refused("base", "is no checkout of it")

	empty := repository{t, t.TempDir()}
	empty.git("init", "--quiet")
	empty.write("go.work", "go 1.26.0\n")
	empty.git("add", "go.work")
	empty.refused("main", "no commit yet")

	t.Setenv("PATH", t.TempDir())
	r.refused("base", "git is not on PATH")
}
