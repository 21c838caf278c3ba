// Package folder puts folders in their place whole: whoever looks finds the old one
// or the new one, and never half of either, also when the process is killed.
package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace makes a folder and puts it in the place of the one that is there, if any.
// Fill gets the new one empty, with the permissions given; when it fails, the old one
// stays as it is. What a killed Replace of the same place has left is removed, so two
// at a time disturb each other: one of them may fail.
func Replace(place string, permissions fs.FileMode, fill func(fresh string) error) error {
	place = filepath.Clean(place) // a slash at its end would make it its own parent
	// Hidden, because a folder called report.old may be somebody's.
	hidden := filepath.Join(filepath.Dir(place), "."+filepath.Base(place))
	fresh, old := hidden+".new", hidden+".old"
	for _, left := range []string{fresh, old} {
		if err := os.RemoveAll(left); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, permissions); err != nil {
		return err
	}
	if err := fill(fresh); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(place, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, place); err != nil {
		return errors.Join(err, os.Rename(old, place), os.RemoveAll(fresh))
	}
	return os.RemoveAll(old)
}

// Make makes a folder that is the same whoever makes it: one that is there stays,
// and any number may make it at a time. Fill gets it empty.
func Make(place string, fill func(fresh string) error) error {
	if _, err := os.Stat(place); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(place), ".fresh-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := fill(fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, place); err != nil {
		if _, there := os.Stat(place); there != nil {
			return err
		}
	}
	return nil // another run was faster
}
