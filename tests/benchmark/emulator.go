package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/ringfence/ringfence/tests/benchmark/calls"
)

// emulator is an emulated AWS of one side, behind a proxy that counts its calls. It
// ends with us, however we end.
type emulator struct {
	*calls.Proxy
	process *exec.Cmd
	leash   io.Closer
}

// startEmulator starts an emulator with the command of the checkout at root.
func startEmulator(root string) (*emulator, error) {
	cmd := exec.Command(filepath.Join(root, "ringfence"), "emulator", "run", "--json")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is ours to answer
	var problem strings.Builder
	cmd.Stderr = &problem
	leash, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	e := &emulator{process: cmd, leash: leash}
	var running struct{ Endpoint string }
	if err := json.NewDecoder(said).Decode(&running); err != nil {
		e.stop()
		return nil, fmt.Errorf("the emulator did not start: %w\n%s", err, problem.String())
	}
	if e.Proxy, err = calls.Start(running.Endpoint); err != nil {
		e.stop()
	}
	return e, err
}

// stop lets go of the leash, whereupon the emulator ends.
func (e *emulator) stop() {
	if e.Proxy != nil {
		e.Proxy.Close()
	}
	e.leash.Close()
	_ = e.process.Wait()
}
