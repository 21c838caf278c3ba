// Command policypack holds every stack against the control catalogue while
// Pulumi previews or deploys it: an analyzer plugin for the engine's option
// --policy-pack. It has no rules of its own; see package controls.
//
// A core control that does not hold stops the stack. Every other finding, and
// what cannot be told before the deployment, is advice.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterAnalyzerServer(server, &analyzer{})
			return nil
		},
	})
	if err == nil {
		fmt.Println(handle.Port) // the engine reads it to find us
		go endWithParent()
		err = <-handle.Done
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "policypack: %v\n", err)
		os.Exit(1)
	}
}

// endWithParent ends the plugin when the engine is gone. One that is killed tells
// nobody, and its policy pack would stay for ever.
func endWithParent() {
	for engine := os.Getppid(); os.Getppid() == engine; {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}
