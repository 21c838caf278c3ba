package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Folder is the root of a file backend.
type Folder string

// URL is the backend's address for the CLI.
func (f Folder) URL() string { return "file://" + string(f) }

// Unused reports whether the address is that of a file backend that nobody has
// ever written to. The CLI writes to it the first time it reads.
func Unused(url string) bool {
	folder, local := FolderAt(url)
	if !local {
		return false
	}
	_, err := os.Stat(filepath.Join(string(folder), ".pulumi"))
	return errors.Is(err, os.ErrNotExist)
}

// FolderAt is the folder of a file backend with this address; false where it is
// another backend, or one whose folder depends on the current one.
func FolderAt(url string) (Folder, bool) {
	path, local := strings.CutPrefix(url, "file://")
	path, _, _ = strings.Cut(path, "?")
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~") {
		path = home + path[1:]
	}
	return Folder(path), local && filepath.IsAbs(path)
}

// checkpoint is the file of a stack (apitype.VersionedCheckpoint).
type checkpoint struct {
	Version    int      `json:"version"`
	Features   []string `json:"features,omitempty"`
	Checkpoint struct {
		Stack  string          `json:"stack"`
		Latest json.RawMessage `json:"latest"`
	} `json:"checkpoint"`
}

// Stack reads the state of a stack; found is false when there is none.
func (f Folder) Stack(project, stack string) (s Stack, found bool, err error) {
	file := f.file(project, stack)
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return Stack{}, false, nil
	}
	if err != nil {
		return Stack{}, false, err
	}
	var c checkpoint
	if err := json.Unmarshal(content, &c); err != nil {
		return Stack{}, false, &Damaged{File: file, Copy: f.copy(project, stack), Err: err}
	}
	if s, err = parse(Deployment{Version: c.Version, Features: c.Features, Content: c.Checkpoint.Latest}); err != nil {
		return Stack{}, false, fmt.Errorf("%s: %w", file, err)
	}
	return s, true, nil
}

func (f Folder) file(project, stack string) string {
	return filepath.Join(string(f), ".pulumi", "stacks", project, stack+".json")
}

// Put makes a deployment the state of a stack. It is for copies: a backend that
// others use is written by Pulumi alone.
func (f Folder) Put(project, stack string, d Deployment) error {
	var c checkpoint
	c.Version, c.Features = max(d.Version, oldestVersion), d.Features
	c.Checkpoint.Stack, c.Checkpoint.Latest = "organization/"+project+"/"+stack, d.Content
	content, err := json.Marshal(c)
	if err != nil {
		return err
	}
	file := f.file(project, stack)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	// Without it, the CLI looks for the layout that Pulumi had before 2023.
	meta := filepath.Join(string(f), ".pulumi", "meta.yaml")
	if err := os.WriteFile(meta, []byte("version: 1\n"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

// before is the copy of a state that Keep makes.
func (f Folder) before(project, stack string) string {
	return filepath.Join(string(f), "before", project, stack+".json")
}

// Damaged reports a state file that cannot be read.
type Damaged struct {
	File string
	// Copy is the newest copy of it that is whole; empty where there is none.
	Copy string
	// Err says what is wrong with it.
	Err error
}

func (d *Damaged) Error() string {
	text := fmt.Sprintf("%s: not a Pulumi state file: %v", d.File, d.Err)
	if d.Copy == "" {
		return text + ": there is no whole copy of it"
	}
	return text + ": put its copy " + d.Copy + " in its place"
}

func (d *Damaged) Unwrap() error { return d.Err }

// copy is the newest copy of a state that is whole; empty where there is none. The
// engine's own is younger than that of Keep.
func (f Folder) copy(project, stack string) string {
	for _, copy := range []string{f.file(project, stack) + ".bak", f.before(project, stack)} {
		if content, err := os.ReadFile(copy); err == nil && json.Valid(content) {
			return copy
		}
	}
	return ""
}

// Keep copies the state of a stack, as far as there is one. The engine itself keeps
// the one before its last change only, and may damage both where the disk is full.
func (f Folder) Keep(project, stack string) error {
	content, err := os.ReadFile(f.file(project, stack))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	file := f.before(project, stack)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Room returns how many bytes the file system of the folder has left.
func (f Folder) Room() (uint64, error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return 0, err
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(string(f), &fs); err != nil {
		return 0, fmt.Errorf("looking how much room there is at %s: %w", f, err)
	}
	return uint64(fs.Bavail) * uint64(fs.Bsize), nil
}

// oldestVersion is the version of a state that says nothing but that the stack
// exists.
const oldestVersion = 3

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

// Mend removes what an engine that was killed has left half written beside the
// states of a project: attributes without content, over which the next engine
// would fail with no more than EOF, and unfinished files. Nobody may be at work on
// its stacks.
func (f Folder) Mend(project string) error {
	folder := filepath.Join(string(f), ".pulumi", "stacks", project)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		hollow := filepath.Ext(entry.Name()) == ".attrs" && info.Size() == 0
		if !hollow && filepath.Ext(entry.Name()) != ".tmp" {
			continue
		}
		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Release removes an abandoned lock.
func (l Lock) Release() error {
	if !l.Abandoned() {
		return fmt.Errorf("the lock of %s is not abandoned", l)
	}
	return l.Remove()
}

// Remove removes a lock, whoever it belongs to.
func (l Lock) Remove() error {
	// The backend keeps attributes beside every file.
	if err := os.Remove(l.file + ".attrs"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Remove(l.file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // one that is gone was released in this moment
	}
	return nil
}
