package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/benchmark/footprint"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// ringfence deploys the estate with the command ./ringfence of a site.
type ringfence struct {
	root string
	env  []string
}

func newRingfence(s *site, endpoint string) *ringfence {
	return &ringfence{root: s.root, env: environ([]string{"AWS_", "PULUMI_", "RINGFENCE_"}, "RINGFENCE_AWS_ENDPOINT="+endpoint)}
}

func (r *ringfence) command(args ...string) footprint.Command {
	return footprint.Command{Folder: r.root, Environment: r.env, Arguments: append([]string{"./ringfence"}, args...)}
}

func (r *ringfence) Run(ctx context.Context, o operation) (footprint.Footprint, int, error) {
	text, took, err := footprint.Run(ctx, r.command(append(slices.Clone(o.ringfence), "--json")...))
	if err != nil {
		return took, 0, err
	}
	if o.changes == all {
		return took, 0, nil
	}
	changes, err := changesOf(text)
	if err != nil {
		err = fmt.Errorf("the result of ./ringfence %s: %w", o.ringfence[0], err)
	}
	return took, changes, err
}

// changesOf counts the resources that a command has changed, or has found to differ.
func changesOf(result string) (int, error) {
	var said struct {
		Stacks []struct {
			Created, Updated, Replaced, Deleted int
			Drifts                              []struct{}
		}
	}
	if err := json.Unmarshal([]byte(result), &said); err != nil {
		return 0, err
	}
	if got, want := len(said.Stacks), len(graph.Names()); got != want {
		return 0, fmt.Errorf("it is about %d stacks, and the estate has %d", got, want)
	}
	changes := 0
	for _, s := range said.Stacks {
		changes += s.Created + s.Updated + s.Replaced + s.Deleted + len(s.Drifts)
	}
	return changes, nil
}

func (r *ringfence) Created(estate *terraform.Estate) (census, error) {
	created := census{}
	for _, stack := range graph.Names() {
		file := filepath.Join(r.root, ".ringfence", "state", environment, ".pulumi", "stacks", stack.Project(), environment+".json")
		var state struct {
			Checkpoint struct {
				Latest struct{ Resources []struct{ Type string } }
			}
		}
		if err := readJSON(file, &state); err != nil {
			return nil, err
		}
		for _, resource := range state.Checkpoint.Latest.Resources {
			if !strings.HasPrefix(resource.Type, "aws:") {
				continue // components, the provider, the stack itself
			}
			kind, err := estate.Kind(resource.Type)
			if err != nil {
				return nil, err
			}
			created[string(stack)+"/"+kind]++
		}
	}
	return created, nil
}
