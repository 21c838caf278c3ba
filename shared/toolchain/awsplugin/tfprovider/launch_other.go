//go:build !linux

package tfprovider

import "os/exec"

// dieWithParent has no equivalent outside Linux: there a plugin ended by SIGKILL leaves its
// child behind.
func dieWithParent(*exec.Cmd) {}
