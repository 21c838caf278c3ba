package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/benchmark/footprint"
)

// The sizes that are measured. What is wanted of the larger one per workload is
// compared with the smaller one.
const smaller, larger = 10, 100

var sizes = []int{1, smaller, 50, larger}

// growing are the operations whose growth is measured: what deploys and looks, and
// what the command does by itself, without any engine.
var growing = []operation{
	firstDeploy,
	{"no-op deploy", words("up"), nil, 0, 0},
	noOpPreview,
	{"no-op preview with refresh", words("preview --refresh"), nil, 0, 0},
	{"all controls", words("controls --env local"), nil, 0, all},
	{"all requests", words("access --matrix --recorded"), nil, 0, all},
	{"status", words("status"), nil, 0, all},
}

// noOpPreview is also measured with Terraform, at the largest size.
var noOpPreview = operation{"no-op preview", words("preview"), words("plan -refresh=false"), 0.5, 0}

// estateOfSize is what was measured of an estate with so many workloads.
type estateOfSize struct {
	workloads, resources int
	// state is what the states of all stacks take, in bytes.
	state   int64
	results results
}

// grown measures Ringfence at all sizes, and Terraform's preview at the largest.
func grown(ctx context.Context, root string, rounds int) ([]estateOfSize, versions, error) {
	var all []estateOfSize
	var v versions
	for _, workloads := range sizes {
		b, err := newBenchmark(ctx, root, workloads)
		if err != nil {
			return nil, v, err
		}
		one, err := b.ofSize(ctx, workloads, rounds)
		v = b.versions
		b.close()
		if err != nil {
			return nil, v, fmt.Errorf("%s: %w", plural(workloads, "workload"), err)
		}
		all = append(all, one)
	}
	return all, v, nil
}

func (b *benchmark) ofSize(ctx context.Context, workloads, rounds int) (estateOfSize, error) {
	one := estateOfSize{workloads: workloads}
	for round := range rounds {
		for _, o := range growing {
			if round > 0 && o.title == firstDeploy.title {
				continue // once is enough: it does not vary, and takes minutes
			}
			if err := b.measureSide(ctx, round, ringfenceSide, o); err != nil {
				return one, err
			}
		}
	}
	if workloads == larger {
		say("deploying %s with Terraform (some minutes)", plural(workloads, "workload"))
		if _, _, err := b.modules.Run(ctx, firstDeploy); err != nil {
			return one, err
		}
		if err := b.compare(); err != nil {
			return one, err
		}
		for round := range rounds {
			if err := b.measureSide(ctx, round, terraformSide, noOpPreview); err != nil {
				return one, err
			}
		}
	}
	created, err := b.sides[ringfenceSide].Created(b.estate)
	if err != nil {
		return one, err
	}
	one.resources, one.results = created.total(), b.results
	one.state, err = b.site.state()
	return one, err
}

// state is what the states of all stacks take, in bytes, without their history.
func (s *site) state() (int64, error) {
	var total int64
	for _, stack := range graph.Names() {
		file := filepath.Join(s.root, ".ringfence", "state", environment, ".pulumi", "stacks", stack.Project(), environment+".json")
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}

// environments is how many are deployed side by side.
const environments = 8

// among is what was measured of one environment: alone, and with the others beside
// it.
type among struct{ alone, beside results }

// lookingAt are the operations on one environment that others could slow down.
var lookingAt = []operation{
	{"no-op deploy", words("up"), nil, 0, 0},
	{"no-op preview", words("preview"), nil, 0, 0},
	{"status", words("status"), nil, 0, all},
}

// manyEnvironments measures one environment alone in its account, and again when
// there are eight.
func manyEnvironments(ctx context.Context, root string, rounds int) (found among, v versions, err error) {
	b, err := newBenchmark(ctx, root, 0)
	if err != nil {
		return found, v, err
	}
	defer b.close()
	v = b.versions
	if err := b.shareProvider(); err != nil {
		return found, v, err
	}
	if err := b.deployNamed(ctx, 1); err != nil {
		return found, v, err
	}
	if found.alone, err = b.lookNamed(ctx, rounds); err != nil {
		return found, v, err
	}
	say("deploying %d environments more (some minutes)", environments-1)
	others, within := errgroup.WithContext(ctx)
	others.SetLimit(3) // each takes a gigabyte
	for i := 2; i <= environments; i++ {
		others.Go(func() error { return b.deployNamed(within, i) })
	}
	if err := others.Wait(); err != nil {
		return found, v, err
	}
	found.beside, err = b.lookNamed(ctx, rounds)
	return found, v, err
}

// shareProvider names the identity provider of GitHub, which an account has once,
// so that no environment makes it.
func (b *benchmark) shareProvider() error {
	const key = "\ngithub:\n"
	shared := strings.Replace(b.site.file, key, key+"  providerArn: arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com\n", 1)
	if shared == b.site.file {
		return errors.New("the environment file has no line github:")
	}
	return os.WriteFile(b.site.environmentFile(), []byte(shared), 0o644)
}

func (b *benchmark) deployNamed(ctx context.Context, i int) error {
	ours := b.sides[ringfenceSide].(*ringfence)
	_, _, err := footprint.Run(ctx, ours.command("up", "--json", "--name", named(i)))
	if err != nil {
		return fmt.Errorf("environment %s: %w", named(i), err)
	}
	return nil
}

func named(i int) string { return fmt.Sprintf("env-%d", i) }

// lookNamed measures what is done to the first environment.
func (b *benchmark) lookNamed(ctx context.Context, rounds int) (results, error) {
	b.results = nil
	for round := range rounds {
		for _, o := range lookingAt {
			o.ringfence = append(words(strings.Join(o.ringfence, " ")), "--name", named(1))
			if err := b.measureSide(ctx, round, ringfenceSide, o); err != nil {
				return nil, err
			}
		}
	}
	return b.results, nil
}
