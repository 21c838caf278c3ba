package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// command is a command that runs in a group of its own, so that a signal reaches
// whom it is for.
func command(ctx context.Context, folder string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = folder, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// environ is the environment without the variables that start with one of the
// prefixes.
func environ(drop ...string) []string {
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
	return env
}

// running is a command under way. What it prints goes to a file: whoever it
// leaves behind may keep that open, and does not keep us waiting.
type running struct {
	cmd   *exec.Cmd
	out   *os.File
	begun time.Time
	done  chan struct{}
}

func (l *lane) begin(ctx context.Context, name string, s scope, more ...string) (*running, error) {
	out, err := os.CreateTemp(l.folder, "output-")
	if err != nil {
		return nil, err
	}
	cmd := command(ctx, l.folder, l.env(true), l.binary(), append(append([]string{name}, s.args()...), more...)...)
	cmd.Stdout, cmd.Stderr = out, out
	r := &running{cmd: cmd, out: out, begun: time.Now(), done: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		out.Close()
		return nil, err
	}
	go func() {
		_ = cmd.Wait()
		close(r.done)
	}()
	return r, nil
}

// wait waits for the end, and makes one where there is none.
func (r *running) wait() result {
	hung := false
	select {
	case <-r.done:
	case <-time.After(patience):
		hung = true
		_ = r.cmd.Process.Kill()
		<-r.done
	}
	seconds := time.Since(r.begun).Seconds()
	_, _ = r.out.Seek(0, io.SeekStart)
	text, _ := io.ReadAll(r.out)
	r.out.Close()
	os.Remove(r.out.Name())
	return result{exit: r.cmd.ProcessState.ExitCode(), output: string(text), seconds: seconds, hung: hung}
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-25):], "\n")
}

// other is a process that a trial has started.
type other struct {
	pid int
	// program is the name of its executable.
	program string
}

func (o other) kill() { o.signal(syscall.SIGKILL) }

func (o other) signal(s syscall.Signal) { _ = syscall.Kill(o.pid, s) }

// processes are those whose environment has the mark (Linux only).
func processes(mark string) []other {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []other
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(append([]byte{0}, content...), append([]byte{0}, mark+"\x00"...)) {
			continue
		}
		folder := filepath.Dir(file)
		pid, _ := strconv.Atoi(filepath.Base(folder))
		// The first word of the command line; a zombie has none and is no process.
		line, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		name, _, _ := bytes.Cut(line, []byte{0})
		if len(name) > 0 {
			found = append(found, other{pid, filepath.Base(string(name))})
		}
	}
	return found
}

// find returns one of the processes of a program.
func find(mark, program string) (other, bool) {
	for _, p := range processes(mark) {
		if p.program == program {
			return p, true
		}
	}
	return other{}, false
}
