// Command stash is a Pulumi program that needs no provider. The variable STASH
// makes it fail in the ways that the language host must tell apart.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		stash, err := pulumi.NewStash(ctx, "kept", &pulumi.StashArgs{Input: pulumi.String("value")})
		if err != nil {
			return err
		}
		ctx.Export("kept", stash.Output)
		switch os.Getenv("STASH") {
		case "fail":
			return errors.New("the stash is full")
		case "exit":
			os.Exit(3)
		case "hang":
			return hang(os.Getenv("STASH_PIDS"))
		}
		return nil
	})
}

// hang never ends by itself, ignores interrupts, and has a child that does the
// same. It writes both process ids to the file.
func hang(file string) error {
	signal.Ignore(os.Interrupt)
	child := exec.Command("sleep", "600")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		return err
	}
	pids := fmt.Sprintf("%d %d", os.Getpid(), child.Process.Pid)
	if err := os.WriteFile(file+".new", []byte(pids), 0o600); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	return child.Wait()
}
