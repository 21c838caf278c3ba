// The security stack: a role for every workload, the people's roles, and the
// boundary that none of them can leave.
package main

import (
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/stacks/security/security"
)

func main() { program.Main(security.Stack) }
