// Package record runs a stack's program without an engine and keeps what it
// registered: the resources with their inputs and options, the outputs, and
// the stacks it read. Unit tests and golden files are made of these.
package record

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Resource is one registered resource.
type Resource struct {
	// Type is the Pulumi type, such as aws:s3/bucketV2:BucketV2.
	Type string `json:"type"`
	// Name is the Pulumi name, unique per type.
	Name string `json:"name"`
	// Parent is the name of the resource or component that it belongs to.
	Parent string `json:"parent,omitempty"`
	// Provider is the name of the provider; empty means Pulumi's default one.
	Provider string `json:"-"`
	// Protect and RetainOnDelete are the options of that name.
	Protect        bool `json:"protect,omitempty"`
	RetainOnDelete bool `json:"retainOnDelete,omitempty"`
	// Inputs are the resource's arguments as the engine gets them, as plain
	// values; one that is not known yet is Unknown.
	Inputs map[string]any `json:"inputs"`

	urn, id    string
	computed   map[string]any
	references map[string][]string
}

// Unknown stands in Resource.Inputs for a value that is not known yet.
const Unknown = snapshot.Unknown

// Recording is all that a program registered.
type Recording struct {
	// Resources are the cloud resources, sorted by type and name. Components,
	// providers and stack references are left out.
	Resources []Resource
	// Components are the components as "type name", sorted.
	Components []string
	// Reads are the upstream stacks that were read, in deployment order.
	Reads []graph.Name
	// Outputs are those of the stack's outputs that its contract promises and that
	// are known.
	Outputs map[string]any
	// Consumed is the output contract.ConsumedKey; nil when it is not known.
	Consumed any
}

// Options says how to run a program.
type Options struct {
	// Stack is the stack whose program it is.
	Stack graph.Name
	// Environments is the folder of the environment files.
	Environments string
	// Environment is the environment file.
	Environment string
	// Name is the name of the Pulumi stack; empty means the environment's own.
	Name string
	// Upstream are the outputs of the stacks that the program reads. A stack
	// without outputs is not deployed.
	Upstream map[graph.Name]map[string]any
	// Preview runs the program as a preview does: what a resource would only
	// know after its creation is unknown.
	Preview bool
}

// Run runs the program and returns what it registered, which is something also
// when the program fails. Computed values are the ones that identity makes up,
// the same in each run.
func Run(stack program.Stack, o Options) (*Recording, error) {
	o.Name = cmp.Or(o.Name, o.Environment)
	m := &mocks{options: o, outputs: map[string]any{}}
	keep := func(ctx *pulumi.Context, p *program.Program) (contract.Contract, error) {
		m.names = p.Names
		c, err := stack(ctx, p)
		if err != nil {
			return nil, err
		}
		outputs, err := contract.Outputs(c)
		if err != nil {
			return nil, err
		}
		for key, output := range outputs {
			// Exported, so that the run waits for it.
			ctx.Export("recorded "+key, output.ApplyT(func(v any) any { m.keepOutput(key, v); return v }))
		}
		consumed := contract.Consumed(ctx).ToMapOutput()
		ctx.Export("recorded consumption", consumed.ApplyT(func(v any) any { m.keepConsumed(v); return v }))
		return c, nil
	}
	err := pulumi.RunErr(program.Run(keep, o.Environments),
		pulumi.WithMocksWithOrganization("organization", o.Stack.Project(), o.Name, m),
		func(info *pulumi.RunInfo) {
			info.DryRun = o.Preview
			info.Config = map[string]string{"ringfence:environment": o.Environment}
		})
	return m.recording(), err
}

// Snapshot returns the recorded resources of a stack as what is judged: with the
// values that AWS would compute.
func (r *Recording) Snapshot(stack graph.Name) []snapshot.Resource {
	out := make([]snapshot.Resource, len(r.Resources))
	for i, resource := range r.Resources {
		properties := maps.Clone(resource.Inputs)
		maps.Copy(properties, resource.computed)
		out[i] = snapshot.Resource{
			Stack: stack, Type: resource.Type, Name: resource.Name, URN: resource.urn, ID: resource.id,
			Protect: resource.Protect, RetainOnDelete: resource.RetainOnDelete,
			Properties: properties, References: resource.references,
		}
	}
	return out
}

// Find returns the recorded resource of a type and name.
func (r *Recording) Find(resourceType, name string) (Resource, bool) {
	i, ok := slices.BinarySearchFunc(r.Resources, Resource{Type: resourceType, Name: name}, compare)
	if !ok {
		return Resource{}, false
	}
	return r.Resources[i], true
}

// OfType returns the recorded resources of a type, sorted by name.
func (r *Recording) OfType(resourceType string) []Resource {
	var out []Resource
	for _, resource := range r.Resources {
		if resource.Type == resourceType {
			out = append(out, resource)
		}
	}
	return out
}

func compare(a, b Resource) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
}

// mocks stands in for the engine.
type mocks struct {
	options Options
	// names is set once the program has loaded its environment.
	names names.Names

	mu         sync.Mutex
	resources  []Resource
	components []string
	reads      []graph.Name
	outputs    map[string]any
	consumed   any
}

func (m *mocks) keepOutput(key string, value any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outputs[key] = asJSON(value)
}

func (m *mocks) keepConsumed(value any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.consumed = asJSON(value)
}

func (m *mocks) recording() *Recording {
	slices.SortFunc(m.resources, compare)
	slices.Sort(m.components)
	order := graph.Names()
	slices.SortFunc(m.reads, func(a, b graph.Name) int {
		return slices.Index(order, a) - slices.Index(order, b)
	})
	return &Recording{
		Resources: m.resources, Components: m.components, Reads: m.reads, Outputs: m.outputs, Consumed: m.consumed,
	}
}
