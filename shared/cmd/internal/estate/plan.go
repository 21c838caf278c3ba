package estate

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
)

// Step is the work on one stack.
type Step struct {
	Stack graph.Name
	// After lists the steps of the same plan that must succeed before.
	After []graph.Name
}

// Plan is the work of one command. Every step stands after those it waits for.
type Plan []Step

// Stacks returns the stacks of the plan, in its order.
func (p Plan) Stacks() []graph.Name {
	names := make([]graph.Name, len(p))
	for i, s := range p {
		names[i] = s.Stack
	}
	return names
}

// Up plans the deployment of the selected stacks and, unless only is set, of
// all that they depend on.
func (e Estate) Up(selected []graph.Name, only bool) Plan {
	if !only {
		selected = e.closure(selected, e.DependsOn)
	}
	return plan(selected, e.DependsOn)
}

// Destroy plans the removal of the selected stacks and, unless only is set, of
// all that depend on them: dependents go first.
func (e Estate) Destroy(selected []graph.Name, only bool) Plan {
	if !only {
		selected = e.closure(selected, e.Dependents)
	}
	selected = slices.Clone(selected)
	slices.Reverse(selected)
	return plan(selected, e.Dependents)
}

// Missing returns the stacks that the plan needs to be deployed already: what
// its stacks depend on and the plan does not hold. By stack, in its order.
func (e Estate) Missing(p Plan, deployed func(graph.Name) bool) map[graph.Name][]graph.Name {
	return e.outside(p, e.DependsOn, func(n graph.Name) bool { return !deployed(n) })
}

// Standing returns, for each stack that the plan would destroy, the stacks
// that depend on it, are still deployed and are not in the plan.
func (e Estate) Standing(p Plan, deployed func(graph.Name) bool) map[graph.Name][]graph.Name {
	return e.outside(p, e.Dependents, deployed)
}

func (e Estate) outside(p Plan, next func(graph.Name) []graph.Name, counts func(graph.Name) bool) map[graph.Name][]graph.Name {
	found := map[graph.Name][]graph.Name{}
	for _, s := range p {
		for _, n := range next(s.Stack) {
			if !slices.Contains(p.Stacks(), n) && counts(n) {
				found[s.Stack] = append(found[s.Stack], n)
			}
		}
	}
	return found
}

func plan(stacks []graph.Name, after func(graph.Name) []graph.Name) Plan {
	p := make(Plan, len(stacks))
	for i, n := range stacks {
		p[i].Stack = n
		for _, m := range after(n) {
			if slices.Contains(stacks, m) {
				p[i].After = append(p[i].After, m)
			}
		}
	}
	return p
}
