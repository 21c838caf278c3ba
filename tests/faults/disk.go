package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// enough is the room with which the command begins.
const enough = 20 << 20

// fill runs the command with a state on a small file system, which becomes full
// before the command or while it works. That takes the right to mount one.
func (t *trial) fill(ctx context.Context) (result, error) {
	state, kept := filepath.Dir(t.lane.state()), t.lane.path("state.folder")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return result{}, err
	}
	if err := os.Rename(state, kept); err != nil {
		return result{}, err
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		return result{}, err
	}
	size := fmt.Sprintf("size=%d", used(kept)+enough)
	if err := exec.Command("mount", "-t", "tmpfs", "-o", size, "none", state).Run(); err != nil {
		t.Detail = "mounting a small file system is not allowed here"
		if err := os.Remove(state); err != nil {
			return result{}, err
		}
		if err := os.Rename(kept, state); err != nil {
			return result{}, err
		}
		return t.lane.ringfence(ctx, t.verb(), t.scope), nil
	}
	if err := exec.Command("cp", "-a", kept+"/.", state).Run(); err != nil {
		return result{}, fmt.Errorf("filling the small file system: %w", err)
	}
	left := 16<<10 + t.r.IntN(200<<10)
	full := func() error { return os.WriteFile(filepath.Join(state, "filler"), make([]byte, enough-left), 0o600) }
	m, before := t.moment(), t.r.IntN(4) == 0
	t.Detail = fmt.Sprintf("%d KiB left, before the command: %v, %s", left>>10, before, t.Detail)
	if before {
		if err := full(); err != nil {
			return result{}, err
		}
	}
	r, err := t.lane.begin(ctx, t.verb(), t.scope)
	if err != nil {
		return result{}, err
	}
	if !before && t.await(r, m) {
		_ = full() // it ends where there is no room left
	}
	ended := r.wait()
	t.lane.awaitProcesses(patience)
	t.Struck = ended.exit != 0
	_ = os.Remove(filepath.Join(state, "filler"))
	return ended, makeRoom(state, kept)
}

// makeRoom moves what is in the small file system to where there is room.
func makeRoom(state, kept string) error {
	if err := os.RemoveAll(kept); err != nil {
		return err
	}
	if err := exec.Command("cp", "-a", state, kept).Run(); err != nil {
		return err
	}
	if err := exec.Command("umount", state).Run(); err != nil {
		return fmt.Errorf("unmounting %s: %w", state, err)
	}
	if err := os.Remove(state); err != nil {
		return err
	}
	return os.Rename(kept, state)
}

// used is the room that a folder takes on a file system with pages of 4 KiB.
func used(folder string) int {
	const page = 4 << 10
	size := 0
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := entry.Info(); err == nil && !entry.IsDir() {
			size += (int(info.Size()) + page - 1) / page * page
		}
		return nil
	})
	return size
}
