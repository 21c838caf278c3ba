package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Result is what an operation did to a stack, or would do.
type Result struct {
	Changes
	// Resources lists what changes, the gravest first.
	Resources []ResourceChange
	// Violations lists what the policy packs object to, the mandatory first.
	Violations []Violation
	// Outputs are the stack's outputs as its program registered them, in the
	// form of Pulumi's state; a secret's value is not in it, and a value that
	// is not known yet is UnknownValue. Nil when the program did not get there.
	Outputs map[string]any
	// Existing are the creations that AWS has refused because there is such a thing
	// already.
	Existing []state.Creation
	// Creations are all that were begun, or would be, in the order of their URNs.
	Creations []state.Creation
}

// UnknownValue stands for a value that only a deployment can tell (the
// placeholder of Pulumi's state for computed values).
const UnknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// Action is what happens to a resource.
type Action string

// The actions, the gravest first.
const (
	Delete  Action = "delete"
	Replace Action = "replace"
	Update  Action = "update"
	Create  Action = "create"
)

// actions gives the action that a step of the engine belongs to. A replacement
// takes several steps.
var actions = map[apitype.OpType]Action{
	apitype.OpDelete:            Delete,
	apitype.OpReplace:           Replace,
	apitype.OpCreateReplacement: Replace,
	apitype.OpDeleteReplaced:    Replace,
	apitype.OpUpdate:            Update,
	apitype.OpCreate:            Create,
	apitype.OpImport:            Create,
}

// gravity orders the actions.
var gravity = map[Action]int{Delete: 0, Replace: 1, Update: 2, Create: 3}

// ResourceChange is what happens to one resource.
type ResourceChange struct {
	Action Action `json:"action"`
	URN    string `json:"urn"`
	Type   string `json:"type"`
	// Label names the resource for people: the last part of its type, and its name.
	Label string `json:"label"`
	// Properties lists the paths of the properties that change, sorted.
	Properties []string `json:"properties,omitempty"`
	// Forces lists those of them that force a replacement.
	Forces []string `json:"forcesReplacement,omitempty"`
	// Protected: Pulumi refuses to delete the resource.
	Protected bool `json:"protected,omitempty"`
}

// change reads a step of the engine; ok is false when nothing changes.
func change(m apitype.StepEventMetadata) (c ResourceChange, ok bool) {
	action, ok := actions[m.Op]
	if !ok || ownProvider(m) {
		return c, false
	}
	c = ResourceChange{Action: action, URN: m.URN, Type: m.Type, Label: Label(m.URN)}
	c.Protected = m.Old != nil && m.Old.Protect
	if action == Create || action == Delete {
		return c, true
	}
	c.Properties, c.Forces = slices.Clone(m.Diffs), slices.Clone(m.Keys)
	if len(m.DetailedDiff) > 0 {
		c.Properties = slices.Collect(maps.Keys(m.DetailedDiff))
	}
	slices.Sort(c.Properties)
	slices.Sort(c.Forces)
	return c, true
}

// ownProvider reports whether the resource is a provider that the engine makes
// on its own; it does not count them either.
func ownProvider(m apitype.StepEventMetadata) bool {
	return strings.HasPrefix(m.Type, "pulumi:providers:") && strings.Contains(m.URN, "::default")
}

// merge joins two steps on one resource: the graver action counts.
func (c ResourceChange) merge(next ResourceChange) ResourceChange {
	if gravity[next.Action] < gravity[c.Action] {
		c.Action = next.Action
	}
	c.Properties = union(c.Properties, next.Properties)
	c.Forces = union(c.Forces, next.Forces)
	c.Protected = c.Protected || next.Protected
	return c
}

// After adds up an operation and an earlier try of it, which failed. What the earlier
// one has changed is left as it is by the later one, and counts as changed.
func (r Result) After(earlier Result) Result {
	later := map[string]bool{}
	for _, c := range r.Resources {
		later[c.URN] = true
	}
	refused := map[string]bool{}
	for _, c := range earlier.Existing {
		refused[c.URN] = true
	}
	all := map[string]ResourceChange{}
	for _, c := range slices.Concat(earlier.Resources, r.Resources) {
		if before, twice := all[c.URN]; twice {
			c = before.merge(c)
		}
		if later[c.URN] || !refused[c.URN] {
			all[c.URN] = c
		}
	}
	changed := 0
	for _, c := range earlier.Resources {
		if !later[c.URN] && !refused[c.URN] && c.Action != Delete {
			changed++
		}
	}
	r.Unchanged = max(0, r.Unchanged-changed)
	r.Created += earlier.Created
	r.Updated += earlier.Updated
	r.Replaced += earlier.Replaced
	r.Deleted += earlier.Deleted
	r.Resources = ordered(all)
	return r
}

// ordered sorts changes, the gravest first.
func ordered(changes map[string]ResourceChange) []ResourceChange {
	return slices.SortedFunc(maps.Values(changes), func(a, b ResourceChange) int {
		return cmp.Or(cmp.Compare(gravity[a.Action], gravity[b.Action]), cmp.Compare(a.URN, b.URN))
	})
}

func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// result sums an operation up.
func (t *tally) result() Result {
	r := Result{Changes: t.changes(), Violations: t.violations, Outputs: t.outputs, Existing: t.existing()}
	for _, urn := range slices.Sorted(maps.Keys(t.creations)) {
		r.Creations = append(r.Creations, t.creations[urn])
	}
	r.Resources = ordered(t.changed)
	slices.SortFunc(r.Violations, compareViolations)
	r.Violations = slices.Compact(r.Violations)
	return r
}
