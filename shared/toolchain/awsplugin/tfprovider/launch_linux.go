package tfprovider

import (
	"os/exec"
	"syscall"
)

// dieWithParent makes the kernel kill the child when the parent dies, even by SIGKILL, which
// is how the engine ends a plugin.
func dieWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
