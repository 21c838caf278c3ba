// Package workflows reads the GitHub workflows of the repository and holds them
// to the rules of the pipeline's controls.
//
// Its rules: a rule is a function over all files, because what a job may do can
// be decided in another one; it reads structure, never lines of text; what is
// missing altogether is a finding too; and every finding says the way out.
//
// The rules judge what is written. That GitHub grants no more than that, and
// that branches and environments are protected, is settings of the repository
// and not in any file.
package workflows

import (
	"cmp"
	"fmt"
	"slices"
)

// The controls of the pipeline that workflows have to keep.
const (
	// DeployOrder is PIP-02: deployments follow the graph, one at a time.
	DeployOrder = "PIP-02"
	// SupplyChain is PIP-03: least permissions, pinned actions, no keys that live long.
	SupplyChain = "PIP-03"
	// Forks is PIP-04: no credentials for forks, read-only ones for previews.
	Forks = "PIP-04"
	// Dependencies is PIP-05: known vulnerabilities stop a change, releases have an SBOM.
	Dependencies = "PIP-05"
	// Drift is PIP-06: every night the estate is compared with its code.
	Drift = "PIP-06"
)

// Rule is something that must hold for the workflows.
type Rule struct {
	// Name identifies the rule; Control is the control it serves.
	Name, Control string
	// Holds says what must hold, in a sentence.
	Holds string

	check func(files) []Finding
}

// Rules returns all rules, in the order of their controls.
func Rules() []Rule {
	return slices.Concat(deployRules, supplyChainRules, forkRules, dependencyRules, driftRules)
}

// Finding is a place where a rule does not hold.
type Finding struct {
	Rule, Control string
	// File is relative to the .github folder, and empty where a whole workflow
	// is missing. Line counts from 1; it is 0 where no line is to blame.
	File string
	Line int
	// Job is the job's id, empty outside jobs.
	Job     string
	Message string
	// Remedy is the way out.
	Remedy string
}

func (f Finding) String() string {
	where := f.File
	if f.File == "" {
		where = "workflows"
	}
	if f.Line > 0 {
		where += fmt.Sprintf(":%d", f.Line)
	}
	if f.Job != "" {
		where += ": job " + f.Job
	}
	return fmt.Sprintf("%s: %s: %s (%s %s)", where, f.Message, f.Remedy, f.Control, f.Rule)
}

// Check returns all findings, sorted by place.
func Check(all []Workflow) []Finding {
	var out []Finding
	for _, rule := range Rules() {
		for _, f := range rule.check(all) {
			f.Rule, f.Control = rule.Name, rule.Control
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return out
}

// files are all workflows and composite actions of the repository.
type files []Workflow

// called returns the workflow of this repository that a job is, if it is one.
func (all files) called(j Job) (Workflow, bool) {
	i := slices.IndexFunc(all, func(w Workflow) bool { return j.Uses == "./.github/"+w.File })
	if i < 0 {
		return Workflow{}, false
	}
	return all[i], true
}

// reached returns w and all workflows that it calls.
func (all files) reached(w Workflow) []Workflow {
	out := []Workflow{w}
	for i := 0; i < len(out); i++ {
		for _, j := range out[i].Jobs {
			next, found := all.called(j)
			if found && !slices.ContainsFunc(out, func(w Workflow) bool { return w.File == next.File }) {
				out = append(out, next)
			}
		}
	}
	return out
}

// started returns the workflows that an event starts, with those they call.
func (all files) started(event string) []Workflow {
	var out []Workflow
	for _, w := range all {
		if _, on := w.On(event); on {
			out = append(out, all.reached(w)...)
		}
	}
	return out
}

// eachJob runs a check on every job; composite actions count as one job each.
func eachJob(workflows []Workflow, check func(Workflow, Job) []Finding) []Finding {
	var out []Finding
	for _, w := range workflows {
		for _, j := range w.Jobs {
			out = append(out, check(w, j)...)
		}
	}
	return out
}

// at begins a finding in a job.
func at(w Workflow, j Job, line int, message, remedy string) Finding {
	return Finding{File: w.File, Line: line, Job: j.ID, Message: message, Remedy: remedy}
}
