// Command faults lets things go wrong while the real command deploys, previews
// and destroys the estate in an emulated AWS, and looks whether anything is lost.
//
// Its rules: all chance comes from the seed and the number of the trial; what
// stands is read by somebody else than the command; and after each trial, the
// command is given nothing but what its own message says to do.
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

	"github.com/ringfence/ringfence/tests/checkout"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	switch {
	case ctx.Err() != nil:
		say("faults: interrupted; the trials so far are on record")
		os.Exit(130)
	case err != nil:
		say("faults: %v", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	c := campaign{}
	flag.Uint64Var(&c.seed, "seed", 1, "where all chance comes from")
	flag.IntVar(&c.first, "first", 1, "number of the first trial")
	flag.IntVar(&c.trials, "trials", 300, "how many trials")
	flag.IntVar(&c.lanes, "lanes", 2, "how many trials side by side, an even number; every second lane works on the whole estate")
	flag.StringVar(&c.only, "kind", "", "only faults of this kind, such as \"lost answer\"")
	flag.StringVar(&c.records, "records", filepath.Join(".ringfence", "faults", "trials.jsonl"),
		"file that every trial is added to")
	write := flag.Bool("write", false, "write docs/reliability.md from all trials on record")
	flag.Parse()
	if flag.NArg() > 0 || c.trials < 0 || c.lanes < 2 || c.lanes%2 > 0 {
		flag.Usage()
		return errors.New("there are no arguments")
	}
	root, err := checkout.Above()
	if err != nil {
		return err
	}
	c.root = root
	if !filepath.IsAbs(c.records) {
		c.records = filepath.Join(root, c.records)
	}
	if c.trials > 0 {
		if err := c.run(ctx); err != nil {
			return err
		}
	}
	if !*write {
		return nil
	}
	trials, err := readRecords(c.records)
	if err != nil {
		return err
	}
	text, err := report(trials)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "reliability.md"), []byte(text), 0o644)
}

func say(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }
