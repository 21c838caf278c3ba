package review

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository has a branch "main" with the file a, and a commit more on HEAD.
func repository(t *testing.T) (root, base string) {
	t.Helper()
	root = t.TempDir()
	run := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	run("init", "--quiet", "--initial-branch=main")
	write("a", "as it was")
	run("add", "--all")
	run("commit", "--quiet", "--message=one")
	base = run("rev-parse", "HEAD")
	run("checkout", "--quiet", "-b", "change")
	write("a", "changed")
	run("commit", "--quiet", "--all", "--message=two")
	return root, base
}

func TestUnitBaseIsACommitInAFolderOfItsOwn(t *testing.T) {
	root, commit := repository(t)
	parent := filepath.Join(root, ".ringfence", "base")
	if err := os.MkdirAll(filepath.Join(parent, "of-another-commit"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		folder, err := Checkout(t.Context(), root, commit, parent)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(folder, "a"))
		if err != nil || string(content) != "as it was" {
			t.Errorf("got %q, %v", content, err)
		}
	}
	for _, folder := range []string{parent, filepath.Dir(parent)} {
		if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
}

func TestUnitHalfABaseIsNotLeft(t *testing.T) {
	root, _ := repository(t)
	parent := filepath.Join(root, ".ringfence", "base")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Checkout(ended, root, "HEAD", parent); err == nil {
		t.Error("an interrupt was not noticed")
	}
	if left, err := os.ReadDir(filepath.Dir(parent)); err != nil && !errors.Is(err, fs.ErrNotExist) || len(left) > 0 {
		t.Errorf("half a checkout is left: %v, %v", left, err)
	}
}

func TestUnitArchiveStaysInItsFolder(t *testing.T) {
	for _, name := range []string{"../outside", "/outside", "a/../../outside"} {
		var archive bytes.Buffer
		w := tar.NewWriter(&archive)
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(t.TempDir(), "inside")
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := unpack(&archive, folder); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}
