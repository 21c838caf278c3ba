// The network stack: a VPC without any route to the internet, and the private
// endpoints through which its workloads reach AWS.
package main

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/launch"
	"github.com/ringfence/ringfence/stacks/network/network"
)

func main() { launch.Main(graph.Network, network.Stack) }
