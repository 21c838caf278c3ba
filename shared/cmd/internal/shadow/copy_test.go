package shadow

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// made is a copy with one stack in it.
func made(t *testing.T, parent string) *Copy {
	t.Helper()
	c, err := New(parent)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Backend().Put("ringfence-data", "local", state.Deployment{Version: 3, Content: []byte(`{"resources": []}`)}); err != nil {
		t.Fatal(err)
	}
	return c
}

func contents(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestUnitCopyIsForItsOwnerAlone(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "shadow")
	c := made(t, parent)
	defer c.Close()
	err := filepath.WalkDir(parent, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && entry.IsDir() && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o, want 700", file, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnitCopyIsGoneWhenItIsClosed(t *testing.T) {
	parent := t.TempDir()
	first, second := made(t, parent), made(t, parent)
	if got := contents(t, parent); len(got) != 4 {
		t.Fatalf("two copies that are in use are %v, want each with its lock", got)
	}
	for _, c := range []*Copy{first, second} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := contents(t, parent); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

// A process that is killed cannot tidy up. The kernel has released its lock.
func TestUnitCopyOfAKilledProcessGoesWithTheNext(t *testing.T) {
	parent := t.TempDir()
	killed := made(t, parent)
	killed.release()
	next := made(t, parent)
	if _, err := os.Stat(killed.folder); !os.IsNotExist(err) {
		t.Errorf("the copy is still there: %v", err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
	if got := contents(t, parent); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

func TestUnitSettingsOfACopyBeginAsTheOriginal(t *testing.T) {
	c := made(t, t.TempDir())
	defer c.Close()
	original := filepath.Join(t.TempDir(), "Pulumi.local.yaml")
	if folder, err := c.Settings("ringfence-audit", original); err != nil || len(contents(t, folder)) > 0 {
		t.Errorf("without an original: %v, %v", contents(t, folder), err)
	}
	if err := os.WriteFile(original, []byte("encryptionsalt: v1:abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := c.Settings("ringfence-data", original)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, "Pulumi.local.yaml"))
	if err != nil || string(got) != "encryptionsalt: v1:abc\n" {
		t.Errorf("the settings are %q, %v", got, err)
	}
}
