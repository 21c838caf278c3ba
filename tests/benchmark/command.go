package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The credentials for the emulator, which takes any.
const (
	accessKeyID     = "RINGFENCE0EMULATOR00"
	secretAccessKey = "not-a-secret/ringfence-emulated-aws"
)

// patience is how long an interrupted command may take to save its state.
const patience = 2 * time.Minute

// command is a command that runs in a group of its own: an interrupt reaches it
// once, from us, and it can end in order.
func command(ctx context.Context, folder string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = folder, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	return cmd
}

// output runs a command and returns what it printed. Its error has the end of
// what the command said of it.
func output(cmd *exec.Cmd) (string, error) {
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, tail(stdout.String()+stderr.String()))
	}
	return stdout.String(), err
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// environ is the environment without the variables that start with one of the
// prefixes, and with some more.
func environ(drop []string, add ...string) []string {
	var env []string
	for _, variable := range os.Environ() {
		kept := true
		for _, prefix := range drop {
			kept = kept && !strings.HasPrefix(variable, prefix)
		}
		if kept {
			env = append(env, variable)
		}
	}
	return append(env, add...)
}
