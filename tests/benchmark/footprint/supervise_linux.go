package footprint

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// grace is how long processes may go on after the command. Plugins end within it when
// their engine has gone. Tests change it.
var grace = 15 * time.Second

// supervise runs the command, writes its footprint to descriptor 3, and returns the
// exit status of the command.
func supervise(command []string) int {
	status, err := measure(command, os.NewFile(3, "footprint"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

func measure(command []string, report *os.File) (int, error) {
	unix.CloseOnExec(int(report.Fd()))
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("become the parent of orphans: %w", err)
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	begun := time.Now()
	pid, err := syscall.ForkExec(path, command, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		for s := range signals {
			_ = syscall.Kill(pid, s.(syscall.Signal))
		}
	}()
	memory := watch(os.Getpid())
	status, f, err := reap(pid, begun)
	f.Memory = memory()
	if err == nil {
		err = json.NewEncoder(report).Encode(f)
	}
	return status, err
}

// reap waits for the command, and for all that it leaves behind.
func reap(command int, begun time.Time) (status int, f Footprint, err error) {
	left := make(chan string, 1000)
	for {
		var ended syscall.WaitStatus
		var used syscall.Rusage
		pid, err := syscall.Wait4(-1, &ended, 0, &used)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.ECHILD):
			for len(left) > 0 {
				f.Left = append(f.Left, <-left)
			}
			return status, f, nil
		case err != nil:
			return status, f, err
		}
		f.CPU += time.Duration(used.Utime.Nano() + used.Stime.Nano())
		if pid != command {
			continue
		}
		f.Wall = time.Since(begun)
		status = ended.ExitStatus()
		if ended.Signaled() {
			status = 128 + int(ended.Signal())
		}
		go endWhatIsLeft(left)
	}
}

// endWhatIsLeft ends, after the grace, what is still there. The children of those
// become ours, and it is their turn next.
func endWhatIsLeft(names chan<- string) {
	for {
		time.Sleep(grace)
		for _, p := range below(os.Getpid()) {
			names <- p.name
			_ = syscall.Kill(p.pid, syscall.SIGKILL)
		}
	}
}
