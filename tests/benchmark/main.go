// Command benchmark deploys the same estate with Ringfence and with Terraform,
// on the same provider and emulator, and compares what both take: time, processor
// time, memory, and calls of AWS's API.
//
// Its rule: like is compared with like, in one run. Both sides create the same
// resources, or there is no result; they take turns, each on an emulator of its
// own; and what is compared are medians of whole commands, as a user waits for
// them. It works in a copy of the checkout: the checkout's own emulator, state and
// environment files are left alone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/ringfence/ringfence/tests/benchmark/footprint"
	"github.com/ringfence/ringfence/tests/checkout"
)

func main() {
	footprint.Supervise()
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
	deploy := flag.Bool("deploy", true, "measure first deploy and destroy too (some six minutes each time)")
	lives := flag.Int("lives", 2, "in how many of the rounds to measure these: waits of the provider make up most of them, the same each time")
	workloads := flag.Int("workloads", 0, "deploy an environment of so many workloads; 0: the one of local.yaml")
	page := flag.String("page", "", "also write the report into this page, between its markers")
	raw := flag.String("json", "", "also write every measurement to this file")
	modules := flag.String("modules", "", "also write the Terraform modules to this folder")
	scale := flag.Bool("scale", false, "measure how the estate grows with its workloads instead (some twenty minutes)")
	environments := flag.Bool("environments", false, "measure what other environments in the account cost one instead (some fifteen minutes)")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 || *lives < 0 || *workloads < 0 {
		flag.Usage()
		return errors.New("there are no arguments, at least one round, and no number below 0")
	}
	root, err := checkout.Above()
	if err != nil {
		return err
	}
	m := machine()
	switch {
	case *scale:
		return runScale(ctx, root, m, *rounds, *page)
	case *environments:
		return runEnvironments(ctx, root, m, *rounds, *page)
	}
	b, err := newBenchmark(ctx, root, *workloads)
	if err != nil {
		return err
	}
	defer b.close()
	if *modules != "" {
		if err := b.estate.Write(*modules); err != nil {
			return err
		}
	}
	if !*deploy {
		*lives = 0
	}
	if err := b.run(ctx, *rounds, min(*lives, *rounds)); err != nil {
		return err
	}
	text := report(m, b.versions, b.created, b.results)
	fmt.Print(text)
	return errors.Join(intoPage(*page, "bench", text), writeRaw(*raw, b))
}

func runScale(ctx context.Context, root, machine string, rounds int, page string) error {
	estates, v, err := grown(ctx, root, rounds)
	if err != nil {
		return err
	}
	text := scaleReport(machine, v, estates)
	fmt.Print(text)
	return intoPage(page, "scale", text)
}

func runEnvironments(ctx context.Context, root, machine string, rounds int, page string) error {
	a, v, err := manyEnvironments(ctx, root, rounds)
	if err != nil {
		return err
	}
	text := environmentsReport(machine, v, a)
	fmt.Print(text)
	return intoPage(page, "environments", text)
}

// writeRaw writes what was measured for other programs to read.
func writeRaw(file string, b *benchmark) error {
	if file == "" {
		return nil
	}
	type run struct {
		Operation, Side string
		Measured        []measurement
	}
	var all []run
	for _, r := range b.results {
		for side, measured := range r.sides {
			all = append(all, run{r.title, sideNames[side], measured})
		}
	}
	text, err := json.MarshalIndent(map[string]any{"resources": b.created.total(), "runs": all}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
