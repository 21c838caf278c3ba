package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/tests/benchmark/footprint"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// benchmark is a run.
type benchmark struct {
	site *site
	// estate is what both sides deploy, changed what they deploy with one change.
	estate, changed *terraform.Estate
	sides           [2]side
	emulators       [2]*emulator
	modules         *modules
	versions        versions
	created         census
	results         results
	closers         []func()
}

// newBenchmark gets everything ready, up to the first deploy.
func newBenchmark(ctx context.Context, root string, workloads int) (b *benchmark, err error) {
	b = &benchmark{}
	begun := b // what returns an error returns no benchmark
	defer func() {
		if err != nil {
			begun.close()
		}
	}()
	scratch, err := os.MkdirTemp("", "ringfence-benchmark-")
	if err != nil {
		return nil, err
	}
	b.closers = append(b.closers, func() { os.RemoveAll(scratch) })
	say("making the tools ready")
	if _, _, err := footprint.Run(ctx, footprint.Command{Folder: root, Environment: os.Environ(), Arguments: words("./ringfence tools")}); err != nil {
		return nil, err
	}
	if b.site, err = newSite(root, filepath.Join(scratch, "checkout"), workloads); err != nil {
		return nil, err
	}
	if b.changed, err = b.site.write(ctx, b.site.changed); err != nil {
		return nil, err
	}
	if b.estate, err = b.site.write(ctx, b.site.file); err != nil {
		return nil, err
	}
	for i := range b.emulators {
		if b.emulators[i], err = startEmulator(root); err != nil {
			return nil, err
		}
		b.closers = append(b.closers, b.emulators[i].stop)
	}
	ours := newRingfence(b.site, b.emulators[ringfenceSide].Endpoint)
	b.modules, err = newModules(ctx, root, scratch, b.emulators[terraformSide].Endpoint, b.estate)
	if err != nil {
		return nil, err
	}
	b.sides = [2]side{ours, b.modules}
	b.versions, err = readVersions(ctx, ours, b.modules)
	return b, err
}

func (b *benchmark) close() {
	for len(b.closers) > 0 {
		last := len(b.closers) - 1
		b.closers[last]()
		b.closers = b.closers[:last]
	}
}

// run measures in each round what is done to an estate that stands. In the first
// rounds, as many as there are lives, it is deployed anew, and that is measured too,
// with as many destructions; the last one is at the end.
func (b *benchmark) run(ctx context.Context, rounds, lives int) error {
	for round := range rounds {
		if err := b.raise(ctx, round, lives); err != nil {
			return err
		}
		if err := b.looks(ctx, round); err != nil {
			return err
		}
		last := round == rounds-1
		var err error
		switch {
		case round+1 < lives || last && lives > 0:
			err = b.measure(ctx, round, destroy)
		case !last: // back to what it was, unmeasured
			err = b.both(ctx, changing[len(changing)-1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// raise sees to it that the estate stands, the same on both sides.
func (b *benchmark) raise(ctx context.Context, round, lives int) error {
	var err error
	switch {
	case round < lives:
		err = b.measure(ctx, round, firstDeploy)
	case round == 0:
		say("deploying the estate on both sides (some minutes)")
		err = b.both(ctx, firstDeploy)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	return b.compare()
}

// both does an operation on both sides at once, unmeasured.
func (b *benchmark) both(ctx context.Context, o operation) error {
	failures := make(chan error)
	for i, s := range b.sides {
		go func() {
			_, _, err := s.Run(ctx, o)
			if err != nil {
				err = fmt.Errorf("%s: %s: %w", sideNames[i], o.title, err)
			}
			failures <- err
		}()
	}
	return errors.Join(<-failures, <-failures)
}

// looks measures what finds nothing to do, and then one change. The environment file
// is put back at the end.
func (b *benchmark) looks(ctx context.Context, round int) error {
	for _, o := range standing {
		if err := b.measure(ctx, round, o); err != nil {
			return err
		}
	}
	if err := b.put(b.site.changed, b.changed); err != nil {
		return err
	}
	for _, o := range changing {
		if err := b.measure(ctx, round, o); err != nil {
			return err
		}
	}
	return b.put(b.site.file, b.estate)
}

// put puts an environment file and its modules in place.
func (b *benchmark) put(file string, estate *terraform.Estate) error {
	return errors.Join(os.WriteFile(b.site.environmentFile(), []byte(file), 0o644), estate.Write(b.modules.dir))
}

// measure measures one operation on both sides, one after the other. They take
// turns in going first.
func (b *benchmark) measure(ctx context.Context, round int, o operation) error {
	for turn := range b.sides {
		if err := b.measureSide(ctx, round, (round+turn)%len(b.sides), o); err != nil {
			return err
		}
	}
	return nil
}

func (b *benchmark) measureSide(ctx context.Context, round, i int, o operation) error {
	b.emulators[i].Take() // what was called outside of any measurement
	took, changes, err := b.sides[i].Run(ctx, o)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", sideNames[i], o.title, err)
	}
	if o.changes != all && changes != o.changes {
		return fmt.Errorf("%s: %s: %d resources change, and it should be %d", sideNames[i], o.title, changes, o.changes)
	}
	m := measurement{took, b.emulators[i].Take()}
	b.results.add(o, i, m)
	say("round %d: %s: %s: %.1f s, %.1f s of processor time, %.0f MiB, %d calls", round+1, o.title, sideNames[i],
		seconds(m), processor(m), mebibytes(m), m.Calls.Total())
	if took.Left != nil {
		say("  it left behind, and they were ended: %s", strings.Join(took.Left, ", "))
	}
	return nil
}

// compare fails unless both sides have created the same.
func (b *benchmark) compare() error {
	var created [2]census
	for i, s := range b.sides {
		var err error
		if created[i], err = s.Created(b.estate); err != nil {
			return fmt.Errorf("%s: %w", sideNames[i], err)
		}
	}
	if different := created[ringfenceSide].differences(created[terraformSide]); different != nil {
		return fmt.Errorf("the two sides have not created the same:\n  %s", strings.Join(different, "\n  "))
	}
	b.created = created[ringfenceSide]
	return nil
}

func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}
