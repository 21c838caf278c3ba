// Package pinned keeps the tools that only tests need: each set is made once, in
// a folder that is named after its pins, whole or not at all.
package pinned

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"github.com/ringfence/ringfence/shared/folder"
)

// Make returns the folder of a set of tools below .ringfence in the root of the
// checkout. Where there is none for these pins yet, fill makes it.
func Make(root, set, pins string, fill func(folder string) error) (string, error) {
	sum := sha256.Sum256([]byte(pins))
	place, err := filepath.Abs(filepath.Join(root, ".ringfence", set, hex.EncodeToString(sum[:8])))
	if err != nil {
		return "", err
	}
	return place, folder.Make(place, fill)
}
