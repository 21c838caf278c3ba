package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Folder is the root of a file backend.
type Folder string

// URL is the backend's address for the CLI.
func (f Folder) URL() string { return "file://" + string(f) }

// Stack reads the state of a stack; found is false when there is none.
func (f Folder) Stack(project, stack string) (s Stack, found bool, err error) {
	file := filepath.Join(string(f), ".pulumi", "stacks", project, stack+".json")
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return Stack{}, false, nil
	}
	if err != nil {
		return Stack{}, false, err
	}
	var checkpoint struct {
		Checkpoint struct {
			Latest json.RawMessage `json:"latest"`
		} `json:"checkpoint"`
	}
	if err := json.Unmarshal(content, &checkpoint); err != nil {
		return Stack{}, false, fmt.Errorf("%s: not a Pulumi state file: %w", file, err)
	}
	if len(checkpoint.Checkpoint.Latest) == 0 {
		return Stack{}, true, nil
	}
	if s, err = Parse(checkpoint.Checkpoint.Latest); err != nil {
		return Stack{}, false, fmt.Errorf("%s: %w", file, err)
	}
	return s, true, nil
}

// Empty reports whether the backend holds no stack at all.
func (f Folder) Empty() bool {
	empty := true
	_ = filepath.WalkDir(filepath.Join(string(f), ".pulumi", "stacks"), func(file string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(file) == ".json" {
			empty = false
			return filepath.SkipAll
		}
		return nil
	})
	return empty
}

// Lock is a lock on a stack, as the engine leaves it in the backend.
type Lock struct {
	PID       int       `json:"pid"`
	Username  string    `json:"username"`
	Hostname  string    `json:"hostname"`
	Timestamp time.Time `json:"timestamp"`

	file string
}

// String names the owner: user@host (process 4711).
func (l Lock) String() string {
	return fmt.Sprintf("%s@%s (process %d)", l.Username, l.Hostname, l.PID)
}

// Locks returns the locks on a stack. A healthy one has at most one.
func (f Folder) Locks(project, stack string) ([]Lock, error) {
	folder := filepath.Join(string(f), ".pulumi", "locks", "organization", project, stack)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var locks []Lock
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".json" {
			continue
		}
		file := filepath.Join(folder, entry.Name())
		content, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // released in this moment
		}
		if err != nil {
			return nil, err
		}
		lock := Lock{file: file}
		if err := json.Unmarshal(content, &lock); err != nil {
			return nil, fmt.Errorf("%s: not a Pulumi lock: %w", file, err)
		}
		locks = append(locks, lock)
	}
	return locks, nil
}

// Abandoned reports whether the owner was a process of this machine that no
// longer runs. A process id in use again makes the lock look alive, which errs
// on the safe side.
func (l Lock) Abandoned() bool {
	host, err := os.Hostname()
	return err == nil && l.Hostname == host && l.PID > 0 && errors.Is(syscall.Kill(l.PID, 0), syscall.ESRCH)
}

// Release removes an abandoned lock.
func (l Lock) Release() error {
	if !l.Abandoned() {
		return fmt.Errorf("the lock of %s is not abandoned", l)
	}
	// The backend keeps attributes beside every file.
	if err := os.Remove(l.file + ".attrs"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Remove(l.file)
}
