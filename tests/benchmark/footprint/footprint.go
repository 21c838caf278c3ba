// Package footprint runs a command and measures what it takes: how long, how much
// processor time, and how much memory at the most.
//
// Its rule: whatever the command starts counts, for as long as it runs, also what
// its parent has left behind. So a command is run by a supervisor, which is this
// program started once more. The kernel makes it the parent of every orphan below
// it (PR_SET_CHILD_SUBREAPER), so each process is waited for by somebody, and with
// the wait comes all that it and its children have used. The supervisor itself
// counts for nothing.
package footprint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Footprint is what a command took.
type Footprint struct {
	// Wall is the time from the start of the command to its end.
	Wall time.Duration `json:"wall"`
	// CPU is the user and system time of all processes.
	CPU time.Duration `json:"cpu"`
	// Memory is the greatest sum of the processes' memory, in bytes. A page that
	// several of them share counts once (PSS): programs of one file run side by side
	// here, and their sum of resident pages (RSS) would count that file again and again.
	Memory int64 `json:"memory"`
	// Left names the processes that went on after the command, and had to be ended.
	Left []string `json:"left,omitempty"`
}

// Then is the footprint of two commands, one after the other.
func (f Footprint) Then(next Footprint) Footprint {
	return Footprint{
		Wall: f.Wall + next.Wall, CPU: f.CPU + next.CPU, Memory: max(f.Memory, next.Memory),
		Left: append(f.Left, next.Left...),
	}
}

// Command is a command to measure.
type Command struct {
	Folder      string
	Environment []string
	Arguments   []string
}

// Supervise makes this process a supervisor if it was started as one; it does not
// return then. Call it first in main.
func Supervise() {
	if len(os.Args) > 2 && os.Args[1] == supervisor {
		os.Exit(supervise(os.Args[2:]))
	}
}

// supervisor is the first argument of a supervisor; the command to run follows.
const supervisor = "supervise"

// patience is how long an interrupted command may take to save its state.
const patience = 2 * time.Minute

// Run runs a command and returns what it printed to its standard output. When ctx
// ends, the command is interrupted and ends in order. Its error has the end of what
// it said.
func Run(ctx context.Context, c Command) (string, Footprint, error) {
	var f Footprint
	self, err := os.Executable()
	if err != nil {
		return "", f, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return "", f, err
	}
	defer read.Close()
	cmd := exec.CommandContext(ctx, self, append([]string{supervisor}, c.Arguments...)...)
	cmd.Dir, cmd.Env = c.Folder, c.Environment
	cmd.ExtraFiles = []*os.File{write} // descriptor 3
	// An interrupt reaches the command once, from us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	write.Close()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return stdout.String(), f, fmt.Errorf("%s: %w\n%s", strings.Join(c.Arguments, " "), err, tail(stdout.String()+stderr.String()))
	}
	if err != nil {
		return "", f, err
	}
	return stdout.String(), f, json.NewDecoder(read).Decode(&f)
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}
