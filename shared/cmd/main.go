// Command ringfence deploys the estate and looks after it. ./ringfence in the
// root of the checkout builds it when its sources have changed, and runs it.
package main

import (
	"fmt"
	"os"

	"github.com/ringfence/ringfence/shared/cmd/internal/cli"
	"github.com/ringfence/ringfence/shared/cmd/internal/machine"
	"github.com/ringfence/ringfence/shared/graph"
)

func main() {
	root, err := checkout()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	ctx, kill := cli.Interrupts()
	app := &cli.App{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(),
		Root: root, Stacks: graph.All(), Machine: &machine.Machine{Root: root},
		Judge: cli.JudgeCatalogue,
	}
	os.Exit(app.Run(ctx, kill, os.Args[1:]))
}

func checkout() (string, error) {
	executable, err := os.Executable()
	if err != nil {
		return "", err
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return cli.FindCheckout(executable, folder)
}
