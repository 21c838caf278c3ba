//go:build unix && !linux

package main

import "syscall"

// dieWithParent does nothing where the kernel has no such service: a program
// whose host is killed ends when it next calls the engine.
func dieWithParent(*syscall.SysProcAttr) {}
