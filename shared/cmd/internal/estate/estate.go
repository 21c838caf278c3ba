// Package estate decides the order of work over the stacks.
//
// A stack is worked on when everything it waits for has succeeded, never
// before, and stacks that do not wait for each other are worked on side by
// side. When one fails, whatever waits for it is skipped, which is not a
// failure of its own, and everything else is still finished. After an
// interrupt nothing more is started.
package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// Estate is a set of stacks in an order in which each stands after all that it
// depends on.
type Estate struct{ stacks []graph.Stack }

// New checks that every stack stands once, after all that it depends on.
func New(stacks []graph.Stack) (Estate, error) {
	seen := map[graph.Name]bool{}
	for _, s := range stacks {
		if seen[s.Name] {
			return Estate{}, fmt.Errorf("stack %s is declared twice", s.Name)
		}
		for _, d := range s.DependsOn {
			if !seen[d] {
				return Estate{}, fmt.Errorf("stack %s depends on %s, which is not declared before it", s.Name, d)
			}
		}
		seen[s.Name] = true
	}
	return Estate{stacks: slices.Clone(stacks)}, nil
}

// Names returns the names of the stacks in deployment order.
func (e Estate) Names() []graph.Name {
	names := make([]graph.Name, len(e.stacks))
	for i, s := range e.stacks {
		names[i] = s.Name
	}
	return names
}

// DependsOn returns the stacks that n reads directly.
func (e Estate) DependsOn(n graph.Name) []graph.Name {
	for _, s := range e.stacks {
		if s.Name == n {
			return s.DependsOn
		}
	}
	return nil
}

// Dependents returns the stacks that read n directly, in deployment order.
func (e Estate) Dependents(n graph.Name) []graph.Name {
	var out []graph.Name
	for _, s := range e.stacks {
		if slices.Contains(s.DependsOn, n) {
			out = append(out, s.Name)
		}
	}
	return out
}

// Select returns the stacks with these names, in deployment order. No names at
// all select every stack.
func (e Estate) Select(names []string) ([]graph.Name, error) {
	if len(names) == 0 {
		return e.Names(), nil
	}
	for _, n := range names {
		if !slices.Contains(e.Names(), graph.Name(n)) {
			return nil, fmt.Errorf("unknown stack %q: the stacks are %s", n, List(e.Names()))
		}
	}
	return e.keep(func(n graph.Name) bool { return slices.Contains(names, string(n)) }), nil
}

func (e Estate) keep(wanted func(graph.Name) bool) []graph.Name {
	return slices.DeleteFunc(e.Names(), func(n graph.Name) bool { return !wanted(n) })
}

// closure returns the selected stacks and all that next leads to from them, in
// deployment order.
func (e Estate) closure(selected []graph.Name, next func(graph.Name) []graph.Name) []graph.Name {
	seen := map[graph.Name]bool{}
	var visit func(graph.Name)
	visit = func(n graph.Name) {
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
	return e.keep(func(n graph.Name) bool { return seen[n] })
}

// List joins the names of stacks for a message.
func List(names []graph.Name) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}
