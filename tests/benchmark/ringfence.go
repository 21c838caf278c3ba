package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// deployment is the name of the Pulumi stacks. It keeps them apart from those
// of whoever works in the checkout.
const deployment = "bench"

// ringfence deploys the estate with the command ./ringfence.
type ringfence struct {
	root   string
	env    []string
	estate *terraform.Estate
}

func newRingfence(root, endpoint string, estate *terraform.Estate) (*ringfence, error) {
	r := &ringfence{root: root, estate: estate,
		env: environ([]string{"RINGFENCE_AWS_ENDPOINT="}, "RINGFENCE_AWS_ENDPOINT="+endpoint)}
	r.forget() // what an interrupted run has left
	return r, nil
}

// kept is the folder in which Ringfence keeps something of the deployment.
func (r *ringfence) kept(what string) string {
	return filepath.Join(r.root, ".ringfence", what, deployment)
}

// forget removes what a run leaves in the checkout.
func (r *ringfence) forget() {
	for _, what := range []string{"state", "settings", "logs"} {
		for _, suffix := range []string{"", ".lock", ".stale"} {
			os.RemoveAll(r.kept(what) + suffix)
		}
	}
}

func (r *ringfence) run(ctx context.Context, args ...string) (string, error) {
	return output(command(ctx, r.root, r.env, filepath.Join(r.root, "ringfence"), args...))
}

func (r *ringfence) Deploy(ctx context.Context) error {
	_, err := r.run(ctx, "up", "--name", deployment, "--json")
	return err
}

func (r *ringfence) Destroy(ctx context.Context) error {
	_, err := r.run(ctx, "destroy", "--name", deployment, "--json")
	return err
}

func (r *ringfence) Unchanged(ctx context.Context) error { return r.same(ctx, "up") }

func (r *ringfence) Previewed(ctx context.Context) error { return r.same(ctx, "preview") }

func (r *ringfence) Refreshed(ctx context.Context) error { return r.same(ctx, "preview", "--refresh") }

// same runs a command that must find nothing to change.
func (r *ringfence) same(ctx context.Context, args ...string) error {
	text, err := r.run(ctx, append(args, "--name", deployment, "--json")...)
	if err != nil {
		return err
	}
	var report struct {
		Stacks []struct {
			Stack                               string
			Created, Updated, Replaced, Deleted int
		}
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		return fmt.Errorf("the report of ./ringfence %s: %w", args[0], err)
	}
	if got, want := len(report.Stacks), len(graph.Names()); got != want {
		return fmt.Errorf("./ringfence %s reports on %d stacks; the estate has %d", args[0], got, want)
	}
	for _, s := range report.Stacks {
		if s.Created+s.Updated+s.Replaced+s.Deleted > 0 {
			return fmt.Errorf("stack %s is not unchanged: %+v", s.Stack, s)
		}
	}
	return nil
}

func (r *ringfence) Created() (census, error) {
	created := census{}
	for _, stack := range graph.Names() {
		file := filepath.Join(r.kept("state"), ".pulumi", "stacks", stack.Project(), deployment+".json")
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
			kind, err := r.estate.Kind(resource.Type)
			if err != nil {
				return nil, err
			}
			created[string(stack)+"/"+kind]++
		}
	}
	return created, nil
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
