// The security stack: a role for every workload, the people's roles, and the
// boundary that none of them can leave.
package main

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/launch"
	"github.com/ringfence/ringfence/stacks/security/security"
)

func main() { launch.Main(graph.Security, security.Stack) }
