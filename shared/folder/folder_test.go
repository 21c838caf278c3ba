package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// holding fills a folder with one file.
func holding(content string) func(string) error {
	return func(fresh string) error { return os.WriteFile(filepath.Join(fresh, "file"), []byte(content), 0o600) }
}

func failing(fresh string) error {
	return errors.Join(holding("half")(fresh), errors.New("the disk is full"))
}

// expect reads the file, and wants nothing else beside the folder.
func expect(t *testing.T, place, content string) {
	t.Helper()
	if got, err := os.ReadFile(filepath.Join(place, "file")); string(got) != content {
		t.Errorf("the folder holds %q, %v; want %q", got, err, content)
	}
	if entries, _ := os.ReadDir(filepath.Dir(filepath.Clean(place))); len(entries) > 1 {
		t.Errorf("left beside it: %v", entries)
	}
}

func TestUnitReplaceIsWholeOrNotAtAll(t *testing.T) {
	place := filepath.Join(t.TempDir(), "below", "report")
	if err := Replace(place, 0o700, failing); err == nil {
		t.Error("no error of a first one that fails")
	}
	if _, err := os.Stat(place); err == nil {
		t.Error("half a folder is there")
	}
	for _, content := range []string{"one", "two"} {
		if err := Replace(place+"/", 0o700, holding(content)); err != nil {
			t.Fatal(err)
		}
		expect(t, place, content)
	}
	if err := Replace(place, 0o700, failing); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("a second one that fails: %v", err)
	}
	expect(t, place, "two")
	info, err := os.Stat(place)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A Replace that was killed leaves the new one half, or the old one moved away.
func TestUnitReplaceClearsWhatAKilledOneLeft(t *testing.T) {
	parent := t.TempDir()
	for _, left := range []string{".report.new", ".report.old"} {
		if err := os.MkdirAll(filepath.Join(parent, left, "half"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := Replace(filepath.Join(parent, "report"), 0o700, holding("whole")); err != nil {
		t.Fatal(err)
	}
	expect(t, filepath.Join(parent, "report"), "whole")
}

func TestUnitMakeIsDoneOnceByWhoeverIsFirst(t *testing.T) {
	place := filepath.Join(t.TempDir(), "below", "tools")
	if err := Make(place, failing); err == nil {
		t.Error("no error")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := Make(place, holding("the same")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	expect(t, place, "the same")
	if err := Make(place, failing); err != nil {
		t.Errorf("one that is there: %v", err)
	}
}
