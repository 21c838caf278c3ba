package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// side is one of the two ways to deploy the estate.
type side interface {
	// Deploy brings the estate up for the first time.
	Deploy(context.Context) error
	// Unchanged, Previewed and Refreshed look over the estate and fail if they find
	// anything to change: as a deployment, as a preview, and as a preview that first
	// reads what stands.
	Unchanged(context.Context) error
	Previewed(context.Context) error
	Refreshed(context.Context) error
	// Destroy takes the estate down.
	Destroy(context.Context) error
	// Created counts the resources of the estate.
	Created() (census, error)
}

// The two sides, in the order of the report's columns.
const (
	ringfenceSide = iota
	terraformSide
)

var sideNames = [...]string{"Ringfence", "Terraform"}

// benchmark is a run.
type benchmark struct {
	sides     [2]side
	versions  versions
	resources int
	results   results
	closers   []func()
}

// newBenchmark gets everything ready, up to the first deploy.
func newBenchmark(ctx context.Context, root string, estate *terraform.Estate) (b *benchmark, err error) {
	b = &benchmark{}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	scratch, err := os.MkdirTemp("", "ringfence-benchmark-")
	if err != nil {
		return nil, err
	}
	b.closers = append(b.closers, func() { os.RemoveAll(scratch) })
	say("making the tools ready")
	if err := prepare(ctx, root); err != nil {
		return nil, err
	}
	var endpoints [2]string
	for i := range endpoints {
		emulator, err := startEmulator(root, scratch)
		if err != nil {
			return nil, err
		}
		b.closers = append(b.closers, emulator.stop)
		endpoints[i] = emulator.endpoint
	}
	ours, err := newRingfence(root, endpoints[ringfenceSide], estate)
	if err != nil {
		return nil, err
	}
	b.closers = append(b.closers, ours.forget)
	theirs, err := newModules(ctx, root, scratch, endpoints[terraformSide], estate)
	if err != nil {
		return nil, err
	}
	b.sides = [2]side{ours, theirs}
	b.versions, err = readVersions(ctx, ours, theirs)
	return b, err
}

func (b *benchmark) close() {
	for _, c := range slices.Backward(b.closers) {
		c()
	}
}

// unchanged deploys both sides at once, unmeasured, and measures what they take
// to find nothing to do.
func (b *benchmark) unchanged(ctx context.Context, rounds int) error {
	say("deploying the estate on both sides (some minutes)")
	failures := make(chan error)
	for i, s := range b.sides {
		go func() {
			err := s.Deploy(ctx)
			if err != nil {
				err = fmt.Errorf("%s: deploy: %w", sideNames[i], err)
			}
			failures <- err
		}()
	}
	if err := errors.Join(<-failures, <-failures); err != nil {
		return err
	}
	if err := b.compare(); err != nil {
		return err
	}
	for round := range rounds {
		if err := b.standing(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

// standing measures what both sides take to find nothing to do.
func (b *benchmark) standing(ctx context.Context, round int) error {
	for _, look := range []struct {
		operation string
		do        func(side, context.Context) error
	}{{noChange, side.Unchanged}, {preview, side.Previewed}, {refreshed, side.Refreshed}} {
		if err := b.measure(ctx, round, look.operation, look.do); err != nil {
			return err
		}
	}
	return nil
}

// whole measures the life of the estate, from nothing to nothing.
func (b *benchmark) whole(ctx context.Context, rounds int) error {
	for round := range rounds {
		if err := b.measure(ctx, round, firstDeploy, side.Deploy); err != nil {
			return err
		}
		if err := b.compare(); err != nil {
			return err
		}
		if err := b.standing(ctx, round); err != nil {
			return err
		}
		if err := b.measure(ctx, round, destroy, side.Destroy); err != nil {
			return err
		}
	}
	return nil
}

// measure times one operation on both sides, one after the other. They take
// turns in going first.
func (b *benchmark) measure(ctx context.Context, round int, operation string, do func(side, context.Context) error) error {
	for turn := range b.sides {
		i := (round + turn) % len(b.sides)
		begun := time.Now()
		if err := do(b.sides[i], ctx); err != nil {
			return fmt.Errorf("%s: %s: %w", sideNames[i], operation, err)
		}
		took := time.Since(begun)
		b.results.add(operation, i, took)
		say("round %d: %s: %s: %.1f s", round+1, operation, sideNames[i], took.Seconds())
	}
	return nil
}

// compare fails unless both sides have created the same.
func (b *benchmark) compare() error {
	var created [2]census
	for i, s := range b.sides {
		var err error
		if created[i], err = s.Created(); err != nil {
			return fmt.Errorf("%s: %w", sideNames[i], err)
		}
	}
	if different := created[ringfenceSide].differences(created[terraformSide]); different != nil {
		return fmt.Errorf("the two sides have not created the same:\n  %s", strings.Join(different, "\n  "))
	}
	b.resources = created[ringfenceSide].total()
	return nil
}

func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}
