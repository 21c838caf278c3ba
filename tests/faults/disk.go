package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// fill runs the command with a state on a file system that is nearly full. That
// takes the right to mount one.
func (t *trial) fill(ctx context.Context) (result, error) {
	state, kept := filepath.Dir(t.lane.state()), t.lane.path("state.folder")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return result{}, err
	}
	left := 16<<10 + t.r.IntN(400<<10)
	t.Detail = fmt.Sprintf("%d KiB left", left>>10)
	if err := os.Rename(state, kept); err != nil {
		return result{}, err
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		return result{}, err
	}
	size := used(kept) + left
	if err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", size), "none", state).Run(); err != nil {
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
	r := t.lane.ringfence(ctx, t.verb(), t.scope)
	t.lane.awaitProcesses(patience)
	t.Struck = r.exit != 0
	return r, makeRoom(state, kept)
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
