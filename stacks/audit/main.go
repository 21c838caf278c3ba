// The audit stack: a trail of everything done in the account, kept where
// nobody can change it, and alarms on what should never happen unseen.
package main

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/launch"
	"github.com/ringfence/ringfence/stacks/audit/audit"
)

func main() { launch.Main(graph.Audit, audit.Stack) }
