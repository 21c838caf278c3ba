//go:build unix && !linux

package process

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// Identify returns the identity of a running process.
func Identify(pid int) (Identity, error) {
	out, err := exec.Command("ps", "-o", "state=,lstart=", "-p", strconv.Itoa(pid)).Output()
	state, started, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || state == "" || strings.HasPrefix(state, "Z") {
		return Identity{}, fmt.Errorf("process %d does not run", pid)
	}
	return Identity{PID: pid, Started: strings.Join(strings.Fields(started), " ")}, nil
}

// dieWithParent has no kernel service to call here.
func dieWithParent(*syscall.SysProcAttr) {}
