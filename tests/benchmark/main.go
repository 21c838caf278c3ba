// Command benchmark deploys the same estate with Ringfence and with Terraform,
// on the same provider and emulator, and compares the times.
//
// Its rule: like is compared with like, in one run. Both sides create the same
// resources, or there is no result; they take turns, each on an emulator of its
// own; and what is compared are medians of whole commands, as a user waits for
// them. The checkout's own emulator and state are left alone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	switch {
	case ctx.Err() != nil:
		say("benchmark: interrupted; nothing is left behind")
		os.Exit(130)
	case err != nil:
		say("benchmark: %v", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	rounds := flag.Int("rounds", 3, "how often to measure each operation")
	deploy := flag.Bool("deploy", false, "measure first deploy and destroy too, in each round (some seven minutes a round)")
	write := flag.String("write", "", "only write the Terraform modules to this folder")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 {
		flag.Usage()
		return errors.New("there are no arguments, and at least one round")
	}
	root, err := checkout()
	if err != nil {
		return err
	}
	estate, err := terraform.Open(root)
	if err != nil {
		return err
	}
	if *write != "" {
		return estate.Write(*write)
	}
	b, err := newBenchmark(ctx, root, estate)
	if err != nil {
		return err
	}
	defer b.close()
	m := machine()
	if *deploy {
		err = b.whole(ctx, *rounds)
	} else {
		err = b.unchanged(ctx, *rounds)
	}
	if err != nil {
		return err
	}
	fmt.Print(report(m, b.versions, b.resources, b.results))
	return nil
}

// checkout is the root of the checkout that holds the current folder.
func checkout() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "stacks", "environments")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not inside a checkout of Ringfence: no folder above it has stacks/environments", folder)
		}
	}
}
