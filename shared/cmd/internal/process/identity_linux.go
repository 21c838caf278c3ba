package process

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Identify returns the identity of a running process. The start time counts
// from boot, so the boot belongs to it.
func Identify(pid int) (Identity, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Identity{}, fmt.Errorf("process %d does not run", pid)
	}
	// The second field is the name in parentheses, and may hold anything; see
	// proc_pid_stat(5). After it, field 3 is the state and field 22 the start.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return Identity{}, fmt.Errorf("/proc/%d/stat: %d fields after the name, want at least 20", pid, len(fields))
	}
	if state := string(fields[0]); state == "Z" || state == "X" {
		return Identity{}, fmt.Errorf("process %d has ended", pid)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return Identity{}, err
	}
	return Identity{PID: pid, Started: strings.TrimSpace(string(boot)) + "/" + string(fields[19])}, nil
}

func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
