// Package pinned keeps the tools that only tests need: each set is made once, in
// a folder that is named after its pins, whole or not at all.
package pinned

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

// Make returns the folder of a set of tools below .ringfence in the root of the
// checkout. Where there is none for these pins yet, fill makes it.
func Make(root, set, pins string, fill func(folder string) error) (string, error) {
	sum := sha256.Sum256([]byte(pins))
	place, err := filepath.Abs(filepath.Join(root, ".ringfence", set, hex.EncodeToString(sum[:8])))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(place); err == nil {
		return place, nil
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(place), "fresh-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := fill(fresh); err != nil {
		return "", err
	}
	// Another run may have been faster.
	if err := os.Rename(fresh, place); err != nil {
		if _, there := os.Stat(place); there != nil {
			return "", err
		}
	}
	return place, nil
}
