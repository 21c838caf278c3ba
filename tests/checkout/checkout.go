// Package checkout finds this checkout, and makes copies of it that a test may
// change, with the tools of the original: nothing is built but what the change asks
// for.
package checkout

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the checkout, from the folder of any test of this module.
const root = "../.."

// Copy copies the sources of the checkout, and borrows its tools.
func Copy(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := CopyTo(folder, root, Need(t, "RINGFENCE_BIN")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// CopyTo copies the sources of the checkout at root to an empty folder, and borrows
// its tools. bin is the folder of the command.
func CopyTo(folder, root, bin string) error {
	for _, name := range []string{"go.work", "go.work.sum", ".pulumi.version", ".github", "shared", "stacks", "tests"} {
		if err := copyAny(filepath.Join(root, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	runtime, err := filepath.Abs(filepath.Join(root, ".ringfence"))
	if err != nil {
		return err
	}
	borrowed := filepath.Join(folder, ".ringfence")
	if err := os.Mkdir(borrowed, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"pulumi", "tools.json"} {
		if err := os.Symlink(filepath.Join(runtime, name), filepath.Join(borrowed, name)); err != nil {
			return err
		}
	}
	// The command finds its checkout by where it lies, so it is copied.
	return os.CopyFS(filepath.Join(borrowed, "bin"), os.DirFS(bin))
}

func copyAny(from, to string) error {
	info, err := os.Stat(from)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return os.CopyFS(to, os.DirFS(from))
	}
	return copyFile(from, to)
}

// LendEmulator lets a copy start an emulator of its own with the Python that the
// checkout has chosen.
func LendEmulator(t *testing.T, folder string) {
	t.Helper()
	if err := LendEmulatorTo(folder, root); err != nil {
		t.Fatal(err)
	}
}

// LendEmulatorTo does so for a copy of the checkout at root.
func LendEmulatorTo(folder, root string) error {
	err := os.Mkdir(filepath.Join(folder, ".ringfence", "emulator"), 0o755)
	if err == nil {
		err = copyFile(filepath.Join(root, ".ringfence/emulator/python.json"), filepath.Join(folder, ".ringfence/emulator/python.json"))
	}
	if errors.Is(err, fs.ErrNotExist) { // without it, the copy chooses for itself
		return nil
	}
	return err
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

// Replace changes a file everywhere old stands.
func Replace(t *testing.T, file, old, new string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), old) {
		t.Fatalf("%s has no %q: bring the test up to date with it", file, old)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(content), old, new)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Need is an environment variable that `make test` sets.
func Need(t *testing.T, key string) string {
	t.Helper()
	value := os.Getenv(key)
	if value == "" {
		t.Fatalf("%s is not set: run this through `make test`", key)
	}
	return value
}

// Above is the root of the checkout that holds the current folder.
func Above() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "stacks", "environments")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not inside a checkout of Ringfence: no folder above it has stacks/environments", folder)
		}
	}
}
