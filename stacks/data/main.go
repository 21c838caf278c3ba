// The data stack: the bucket that holds the workloads' data, the key that
// encrypts it, and what each workload may do with both.
package main

import (
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/stacks/data/data"
)

func main() { program.Main(data.Stack) }
