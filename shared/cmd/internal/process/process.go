// Package process starts the long-running processes that Ringfence needs and
// ends them.
//
// Its rule: only what was started here is ever killed, and it is killed whole.
// A process leads a group of its own, and one that outlives its command is
// remembered by its id together with its start time, so that a process that
// got the same id later is never taken for it.
package process

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// poll is how often the end of a process is looked for that is no child of ours.
const poll = 20 * time.Millisecond

// Process is a running process and its group.
type Process struct {
	Identity
	done chan struct{}
	err  error
}

// StartChild starts a process that ends with us. On Linux the kernel sees to
// that even when we are killed; elsewhere Stop must be called.
func StartChild(cmd *exec.Cmd) (*Process, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(attr)
	return start(cmd, attr)
}

// StartDetached starts a process in a session of its own: it stays when our
// terminal closes and when we end.
func StartDetached(cmd *exec.Cmd) (*Process, error) {
	return start(cmd, &syscall.SysProcAttr{Setsid: true})
}

func start(cmd *exec.Cmd, attr *syscall.SysProcAttr) (*Process, error) {
	cmd.SysProcAttr = attr
	p := &Process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel ties "die with the parent" to the thread that forked, so
		// that thread is kept as long as the process runs.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err != nil {
			started <- err
			return
		}
		// A process that has ended already has no start time any more, and
		// needs none.
		p.Identity, _ = Identify(cmd.Process.Pid)
		p.PID = cmd.Process.Pid
		started <- nil
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, <-started
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the process ended. It may be read after Done.
func (p *Process) Err() error { return p.err }

// Stop ends the process and its group and waits for that: politely first, by
// force after the time of patience.
func (p *Process) Stop(patience time.Duration) {
	select {
	case <-p.done:
		// The leader is gone; its group may not be.
		syscall.Kill(-p.PID, syscall.SIGKILL)
		return
	default:
	}
	syscall.Kill(-p.PID, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
	}
	syscall.Kill(-p.PID, syscall.SIGKILL)
	<-p.done
}

// Identity names one process for all time: ids are used again, start times are
// not.
type Identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"`
}

// Alive says whether exactly this process still runs.
func (id Identity) Alive() bool {
	now, err := Identify(id.PID)
	return err == nil && now == id
}

// Stop ends the process and its group if it is still this one, and waits for
// that. It is for processes that lead their group.
func (id Identity) Stop(patience time.Duration) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if !id.Alive() {
			return
		}
		syscall.Kill(-id.PID, signal)
		for end := time.Now().Add(patience); id.Alive() && time.Now().Before(end); {
			time.Sleep(poll)
		}
	}
}

// Run runs a command to its end, or ends it and its group when ctx ends.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	p, err := StartChild(cmd)
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
		return p.Err()
	case <-ctx.Done():
		p.Stop(time.Second)
		return ctx.Err()
	}
}
