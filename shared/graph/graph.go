// Package graph declares the stacks of the estate and how they depend on each
// other, once. The command and the tests read it; neither keeps an order of its
// own.
//
// An edge means: the stack reads the contract that the other one exports. A
// test holds the edges against what the programs really read.
package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Name names a stack of the estate.
type Name string

// The four stacks, in deployment order.
const (
	Network  Name = "network"
	Security Name = "security"
	Data     Name = "data"
	Audit    Name = "audit"
)

// Stack is one independent Pulumi program.
type Stack struct {
	Name Name
	// Summary says in a few words what the stack owns.
	Summary string
	// DependsOn lists the stacks whose contracts the program reads.
	DependsOn []Name
}

// stacks is the declaration; every entry stands after all that it depends on.
var stacks = []Stack{
	{
		Name:    Network,
		Summary: "VPC without an internet route, endpoints, security groups, flow logs",
	},
	{
		Name:      Security,
		Summary:   "roles for workloads and people, permissions boundary",
		DependsOn: []Name{Network},
	},
	{
		Name:      Data,
		Summary:   "data key, data bucket, access-log bucket, grants by prefix",
		DependsOn: []Name{Network, Security},
	},
	{
		Name:      Audit,
		Summary:   "CloudTrail, its key and bucket, CIS alarms, alarm topic",
		DependsOn: []Name{Security, Data},
	},
}

// Project is the Pulumi project name, the same in Pulumi.yaml and in stack
// references.
func (n Name) Project() string { return "ringfence-" + string(n) }

// OfProject returns the stack with a Pulumi project's name.
func OfProject(project string) (Name, error) {
	for _, n := range Names() {
		if n.Project() == project {
			return n, nil
		}
	}
	return "", fmt.Errorf("project %q is no stack of the estate", project)
}

// Dir is the folder of the stack, relative to the root of the repository,
// with slashes.
func (n Name) Dir() string { return "stacks/" + string(n) }

// All returns the stacks in deployment order.
func All() []Stack { return slices.Clone(stacks) }

// Names returns the names of all stacks in deployment order.
func Names() []Name {
	names := make([]Name, len(stacks))
	for i, s := range stacks {
		names[i] = s.Name
	}
	return names
}

// Parse returns the stack called name, or an error that lists the stacks there are.
func Parse(name string) (Name, error) {
	for _, s := range stacks {
		if string(s.Name) == name {
			return s.Name, nil
		}
	}
	return "", fmt.Errorf("unknown stack %q: the stacks are %s", name, list(Names()))
}

// DependsOn returns the stacks that n reads, in deployment order.
func DependsOn(n Name) []Name {
	for _, s := range stacks {
		if s.Name == n {
			return slices.Clone(s.DependsOn)
		}
	}
	return nil
}

// Dependents returns the stacks that read n directly, in deployment order.
func Dependents(n Name) []Name {
	var out []Name
	for _, s := range stacks {
		if slices.Contains(s.DependsOn, n) {
			out = append(out, s.Name)
		}
	}
	return out
}

// WithDependencies returns the selected stacks and all that they depend on, in
// deployment order.
func WithDependencies(selected ...Name) []Name { return closure(selected, DependsOn) }

// WithDependents returns the selected stacks and all that depend on them, in
// deployment order. Destroying a stack means destroying these, last one first.
func WithDependents(selected ...Name) []Name { return closure(selected, Dependents) }

func closure(selected []Name, next func(Name) []Name) []Name {
	seen := map[Name]bool{}
	var visit func(Name)
	visit = func(n Name) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, m := range next(n) {
			visit(m)
		}
	}
	for _, n := range selected {
		visit(n)
	}
	var out []Name
	for _, s := range stacks {
		if seen[s.Name] {
			out = append(out, s.Name)
		}
	}
	return out
}

func list(names []Name) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = string(n)
	}
	return strings.Join(parts, ", ")
}
