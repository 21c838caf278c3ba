// Package affected says which stacks a change of the checkout can change, and
// why.
//
// Its rule: every file of the change is judged on its own, and belongs to no
// stack only where something known says so; what nothing is known of belongs to
// all. A stack is affected by its files, and by every affected stack that it
// reads. So a file less never means a stack more.
package affected

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
)

// Report is the answer.
type Report struct {
	// Stacks are all stacks of the estate, in deployment order.
	Stacks []Stack `json:"stacks"`
	// Harmless are the files of the change that belong to no stack, sorted.
	Harmless []Reason `json:"harmless"`
}

// Stack is what a change means to one stack.
type Stack struct {
	Stack    graph.Name `json:"stack"`
	Affected bool       `json:"affected"`
	// Because says why: the stack's own reasons first, then the stacks that it
	// reads, in deployment order.
	Because []Reason `json:"because"`
}

// Reason is why a stack is affected, or why a file affects none.
type Reason struct {
	// File is the file that was changed, from the root of the checkout, with slashes.
	File string `json:"file,omitempty"`
	// Package is the folder of the Go package that the file is part of.
	Package string `json:"package,omitempty"`
	// Upstream is the affected stack that this one reads.
	Upstream graph.Name `json:"upstream,omitempty"`
	// Why says it in words.
	Why string `json:"why"`
}

// Question is what to judge a change by.
type Question struct {
	// Stacks declares the estate, in deployment order.
	Stacks []graph.Stack
	// Programs is what the programs of the checkout are built from.
	Programs *Programs
	// Environment leaves out what is of other environments only; empty means all.
	Environment string
}

// Answer judges a change.
func (q Question) Answer(c Change) Report {
	own := map[graph.Name][]Reason{}
	r := Report{Harmless: []Reason{}}
	for _, file := range c.Files {
		reason, stacks := q.judge(file)
		if len(stacks) == 0 {
			r.Harmless = append(r.Harmless, reason)
		}
		for _, n := range stacks {
			own[n] = append(own[n], reason)
		}
	}
	for _, s := range q.Stacks {
		if c.Everything {
			own[s.Name] = append(own[s.Name], Reason{Why: "there is nothing to compare with"})
		}
		r.Stacks = append(r.Stacks, Stack{Stack: s.Name, Because: own[s.Name]})
	}
	return q.downstream(r)
}

// Add adds reasons of the stacks' own to a report.
func (q Question) Add(r Report, own map[graph.Name][]Reason) Report {
	for i, s := range r.Stacks {
		s.Because = slices.DeleteFunc(slices.Clone(s.Because), func(b Reason) bool { return b.Upstream != "" })
		r.Stacks[i].Because = append(s.Because, own[s.Stack]...)
	}
	return q.downstream(r)
}

// downstream follows the graph. Every stack stands after all that it reads, so
// once through the estate is enough.
func (q Question) downstream(r Report) Report {
	affected := map[graph.Name]bool{}
	for i, s := range q.Stacks {
		because := append([]Reason{}, r.Stacks[i].Because...)
		for _, upstream := range s.DependsOn {
			if affected[upstream] {
				because = append(because, Reason{Upstream: upstream, Why: "reads what " + string(upstream) + " exports"})
			}
		}
		affected[s.Name] = len(because) > 0
		r.Stacks[i].Because, r.Stacks[i].Affected = because, affected[s.Name]
	}
	return r
}

// Names returns the affected stacks, in deployment order.
func (r Report) Names() []graph.Name {
	names := []graph.Name{}
	for _, s := range r.Stacks {
		if s.Affected {
			names = append(names, s.Stack)
		}
	}
	return names
}
