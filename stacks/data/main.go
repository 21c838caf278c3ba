// The data stack: the bucket that holds the workloads' data, the key that
// encrypts it, and what each workload may do with both.
package main

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/launch"
	"github.com/ringfence/ringfence/stacks/data/data"
)

func main() { launch.Main(graph.Data, data.Stack) }
