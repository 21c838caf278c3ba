// Command pulumi-language-go runs Go programs for the Pulumi engine.
//
// It stands in for Pulumi's own Go language host where that cannot be
// installed, and upholds one rule more: a program that is already built is run
// as it is, and nothing else is. With RINGFENCE_PROGRAMS set, that holds for
// every project; without it, for projects that name options.binary.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineCheck is how often the host looks whether the engine still lives. An
// engine that is killed outright never says goodbye.
const engineCheck = 2 * time.Second

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-language-go: %v\n", err)
		os.Exit(1)
	}
}

// serve answers the engine whose address is the last argument until the engine
// ends, cancels, or interrupts this process. The one line on standard output
// is the port: the engine reads it to find us.
func serve(args []string) error {
	flags := flag.NewFlagSet("pulumi-language-go", flag.ContinueOnError)
	// The engine hands these on when it is run with --logflow or --tracing.
	flags.Bool("logtostderr", false, "accepted and ignored")
	flags.Int("v", 0, "accepted and ignored")
	flags.String("tracing", "", "accepted and ignored")
	flags.String("root", "", "accepted and ignored")
	if err := flags.Parse(args); err != nil {
		return err
	}
	engine := flags.Arg(0)
	if engine == "" {
		return errors.New("missing argument: the engine's address; this command is started by pulumi, not by hand")
	}

	// Signals stay caught to the end, cleaning up included: the engine
	// interrupts its plugins also when they are already leaving.
	signals, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, stop := context.WithCancel(signals)
	defer stop()
	if err := rpcutil.Healthcheck(ctx, engine, engineCheck, stop); err != nil {
		return fmt.Errorf("reaching the engine at %s: %w", engine, err)
	}

	h := newHost(ctx, stop, engine)
	defer h.programs.remove()
	stopped := make(chan bool)
	context.AfterFunc(ctx, func() { close(stopped) })
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stopped,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(s, h)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)
	return <-server.Done
}
