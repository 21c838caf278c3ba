package main

import "syscall"

// dieWithParent has the kernel kill the process when this host is killed
// before it could do so itself.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
