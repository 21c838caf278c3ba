package main

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// patience is how long an interrupted process may take to end by itself.
const patience = 2 * time.Second

// command prepares a process that leads a group of its own and is interrupted,
// with the whole group, when ctx ends.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = patience
	return cmd
}

// run runs the command and leaves nothing of its group behind.
func run(cmd *exec.Cmd) error {
	// The kernel ties "die with the parent" to the thread that forked.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	return cmd.Wait()
}
