package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/ringfence/ringfence/shared/graph"
)

// edits are what trials change in the environment file. They make, change and
// delete resources of several kinds, and leave alone what the provider waits for
// by the minute.
type edits struct {
	// Workload: there is one more, with a role and grants.
	Workload bool
	// NoEndpoint: one interface endpoint is left out.
	NoEndpoint bool
	// NoAlarms: the alarms on attacks on AI workloads are left out.
	NoAlarms bool
	// LongLogs keeps logs longer.
	LongLogs bool
	// Owner: a workload has another owner.
	Owner bool
	// Reads: a workload reads one more prefix.
	Reads bool
	// BreakGlass: one more user may assume the emergency role.
	BreakGlass bool
}

func newEdits() edits { return edits{} }

// flip changes one to three of the things that the stacks of a scope are made of.
func (e *edits) flip(r *rand.Rand, s scope, whole bool) {
	var all []*bool
	for _, stack := range s.stacks {
		switch stack {
		case graph.Network:
			all = append(all, &e.NoEndpoint, &e.LongLogs)
		case graph.Security:
			all = append(all, &e.Owner, &e.BreakGlass)
		case graph.Data:
			all = append(all, &e.Reads)
		case graph.Audit:
			all = append(all, &e.NoAlarms, &e.LongLogs)
		}
	}
	// A role goes only with the grants that data has attached to it.
	if len(s.stacks) == len(graph.Names()) || !whole && len(s.stacks) > 0 && s.stacks[len(s.stacks)-1] == graph.Security {
		all = append(all, &e.Workload)
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, what := range all[:min(len(all), 1+r.IntN(3))] {
		*what = !*what
	}
}

// write brings the environment file of a checkout into line.
func (e edits) write(root string) error {
	file := filepath.Join(root, "stacks", "environments", deployment+".yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var env map[string]any
	if err := yaml.Unmarshal(text, &env); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	e.apply(env)
	if text, err = yaml.Marshal(env); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

const extra = "fault-training"

func (e edits) apply(env map[string]any) {
	part := func(name string) map[string]any { return env[name].(map[string]any) }
	part("network")["unavailableEndpoints"] = either(e.NoEndpoint, []any{"bedrock-agent"}, []any{})
	part("retention")["logDays"] = either(e.LongLogs, 400, 365)
	part("features")["mlAlarms"] = !e.NoAlarms
	breakGlass := []any{part("access")["breakGlass"].([]any)[0]}
	if e.BreakGlass {
		breakGlass = append(breakGlass, "arn:aws:iam::123456789012:user/on-call-deputy")
	}
	part("access")["breakGlass"] = breakGlass
	var workloads []any
	for _, w := range env["workloads"].([]any) {
		workload := w.(map[string]any)
		switch workload["name"] {
		case extra:
			continue
		case "churn-training":
			workload["owner"] = either(e.Owner, "growth-ml-two", "growth-ml")
		case "churn-explore":
			workload["reads"] = either(e.Reads, []any{"curated/churn/", "raw/crm/"}, []any{"curated/churn/"})
		}
		workloads = append(workloads, workload)
	}
	if e.Workload {
		workloads = append(workloads, map[string]any{
			"name": extra, "owner": "reliability", "kind": "inference", "runsOn": "ec2",
			"reads": []any{"models/vision/"}, "writes": []any{"scratch/" + extra + "/"}, "classification": "internal",
		})
	}
	env["workloads"] = workloads
}

func either[T any](yes bool, one, two T) T {
	if yes {
		return one
	}
	return two
}
