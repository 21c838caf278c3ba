// Package snapshot holds the resources of the estate as they are seen at one
// moment, whatever they were read from: a program that was run without an
// engine, a preview, the state of a deployed stack, or what a refresh found.
//
// What is judged is a snapshot, so that one judgement serves all of these. A
// value that is not known yet is Unknown, never left out and never guessed.
package snapshot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
)

// Unknown stands for a value that is not known before the deployment. It is the
// text that Pulumi's engine itself uses in JSON (plugin.UnknownStringValue).
const Unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// Resource is one cloud resource of a stack.
type Resource struct {
	// Stack is the stack that the resource belongs to.
	Stack graph.Name `json:"stack"`
	// Type is the Pulumi type, such as aws:s3/bucketV2:BucketV2.
	Type string `json:"type"`
	// Name is the Pulumi name, unique per type and stack.
	Name string `json:"name"`
	// URN is Pulumi's name for the resource, unique in the estate.
	URN string `json:"urn"`
	// ID is what AWS knows the resource by, or empty before it is created.
	ID string `json:"id,omitempty"`
	// Protect and RetainOnDelete are the Pulumi options of that name.
	Protect        bool `json:"protect,omitempty"`
	RetainOnDelete bool `json:"retainOnDelete,omitempty"`
	// Properties are the resource's inputs and, where known, its outputs, as plain
	// JSON values.
	Properties map[string]any `json:"properties"`
	// References are the URNs of the resources that a property's value comes from.
	References map[string][]string `json:"references,omitempty"`

	watch func(*Resource, string)
}

// String is the type and the name, such as "aws:s3/bucketV2:BucketV2 data".
func (r *Resource) String() string { return r.Type + " " + r.Name }

// Snapshot is the estate, or some of its stacks, at one moment.
type Snapshot struct {
	// Environment is the environment file that the stacks are deployed with.
	Environment *config.Environment
	// Names makes the names of what the stacks create.
	Names names.Names
	// Stacks are the stacks that Resources describe completely, in deployment
	// order.
	Stacks []graph.Name
	// Resources are all resources of these stacks; see Sort.
	Resources []Resource
	// Outputs are the stacks' outputs that are known.
	Outputs map[graph.Name]map[string]any
}

// Sort brings the resources into the order of stack, type and name.
func (s *Snapshot) Sort() {
	order := graph.Names()
	slices.SortFunc(s.Resources, func(a, b Resource) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Stack), slices.Index(order, b.Stack)),
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.URN, b.URN))
	})
}

// Watch calls f for every property that is read from now on, with its path.
func (s *Snapshot) Watch(f func(r *Resource, path string)) {
	for i := range s.Resources {
		s.Resources[i].watch = f
	}
}

// Has reports whether the snapshot describes a stack.
func (s *Snapshot) Has(stack graph.Name) bool { return slices.Contains(s.Stacks, stack) }

// OfType returns the resources of the types, in their order.
func (s *Snapshot) OfType(types ...string) []*Resource {
	var out []*Resource
	for i := range s.Resources {
		if slices.Contains(types, s.Resources[i].Type) {
			out = append(out, &s.Resources[i])
		}
	}
	return out
}

// identities are the properties by which other resources name one.
var identities = []string{"id", "arn", "name", "bucket", "keyId", "url"}

// Refers reports whether the property at a path of r names target: its value is
// target's id, ARN, name or URL. Where that is not known yet, it names target when
// its value comes from there.
func (r *Resource) Refers(property string, target *Resource) bool {
	value, comparable := r.Get(property), false
	named := List(value)
	for _, key := range identities {
		identity, _ := target.Get(key).(string)
		if identity == "" || identity == Unknown {
			continue
		}
		// CloudTrail wants the ARN of a log group with ":*" behind it.
		if slices.ContainsFunc(named, func(n string) bool { return n == identity || strings.TrimSuffix(n, ":*") == identity }) {
			return true
		}
		comparable = true
	}
	decided := comparable && value != nil && Known(value)
	first, _ := cut(property)
	return !decided && slices.Contains(r.References[first], target.URN)
}
