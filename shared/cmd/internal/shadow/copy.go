// Package shadow answers questions about a state on a private copy of it: what
// a deployment would do to all stacks, and how far what stands is from what was
// deployed.
//
// The state itself is never written. The copy is a file backend of its own that
// only its owner can read, with every secret encrypted as in the original. It
// is gone when it is closed; one whose process was killed goes when the next is
// made.
package shadow

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Copy is a copy of the state of some stacks.
type Copy struct {
	folder  string
	release func()
}

// New makes an empty copy in a folder of its own below parent, and removes what
// processes that were killed have left there.
func New(parent string) (*Copy, error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, err
	}
	if err := sweep(parent); err != nil {
		return nil, err
	}
	folder := filepath.Join(parent, rand.Text())
	// Locked before it is there, so that no other process sweeps it away.
	release, _, err := lockfile.Try(folder + lockSuffix)
	if err != nil {
		return nil, err
	}
	c := &Copy{folder: folder, release: release}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close removes the copy.
func (c *Copy) Close() error {
	defer c.release()
	return remove(c.folder)
}

// Backend is the copy's state.
func (c *Copy) Backend() state.Folder { return state.Folder(filepath.Join(c.folder, "backend")) }

// Place is a place in the copy for what else the work on it leaves, and is gone
// with it.
func (c *Copy) Place(name string) string { return filepath.Join(c.folder, name) }

// Settings is a folder for the settings of a stack. They begin as those in the
// file, if there is one: they say how the stack's secrets are encrypted.
func (c *Copy) Settings(project, file string) (string, error) {
	folder := filepath.Join(c.folder, "settings", project)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return folder, nil
	}
	if err != nil {
		return "", err
	}
	return folder, os.WriteFile(filepath.Join(folder, filepath.Base(file)), content, 0o600)
}

// lockSuffix follows the name of a copy in the name of its lock.
const lockSuffix = ".lock"

// sweep removes the copies that nobody holds.
func sweep(parent string) error {
	locks, err := filepath.Glob(filepath.Join(parent, "*"+lockSuffix))
	if err != nil {
		return err
	}
	for _, lock := range locks {
		release, free, err := lockfile.Try(lock)
		if err != nil {
			return err
		}
		if !free {
			continue // in use
		}
		err = remove(strings.TrimSuffix(lock, lockSuffix))
		release()
		if err != nil {
			return err
		}
	}
	return nil
}

// remove deletes a copy, and then its lock. An engine that was killed may
// leave a child that still writes for a moment.
func remove(folder string) error {
	var err error
	for range 3 {
		if err = os.RemoveAll(folder); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	if err := os.Remove(folder + lockSuffix); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
