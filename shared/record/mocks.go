package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// NewResource implements pulumi.MockResourceMonitor.
func (m *mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case args.TypeToken == "pulumi:pulumi:StackReference":
		return m.readStack(args)
	case args.TypeToken == "pulumi:pulumi:Stack":
		return "", args.Inputs, nil
	case strings.HasPrefix(args.TypeToken, "pulumi:providers:"):
		return args.Name + "-id", args.Inputs, nil
	case !args.Custom:
		m.components = append(m.components, args.TypeToken+" "+args.Name)
		return "", args.Inputs, nil
	}
	// args.Inputs leaves out what is not known yet.
	inputs, err := plugin.UnmarshalProperties(args.RegisterRPC.GetObject(), plugin.MarshalOptions{KeepUnknowns: true})
	if err != nil {
		return "", nil, err
	}
	recorded := Resource{
		Type:           args.TypeToken,
		Name:           args.Name,
		Parent:         urnName(args.RegisterRPC.GetParent()),
		Provider:       urnName(strings.TrimSuffix(args.Provider, "::aws-id")),
		Protect:        args.RegisterRPC.GetProtect(),
		RetainOnDelete: args.RegisterRPC.GetRetainOnDelete(),
		Inputs:         snapshot.Plain(inputs),
		urn:            m.urn(args),
		references:     references(args.RegisterRPC),
	}
	outputs := args.Inputs.Copy()
	if !m.options.Preview {
		id, computed := m.identity(args.TypeToken, args.Name, args.Inputs)
		recorded.id, recorded.computed = id, snapshot.Plain(computed)
		maps.Copy(outputs, computed)
	}
	m.resources = append(m.resources, recorded)
	return recorded.id, outputs, nil
}

// urn is the URN that the SDK's own mock monitor gives the resource.
func (m *mocks) urn(args pulumi.MockResourceArgs) string {
	var parent tokens.Type
	if p := args.RegisterRPC.GetParent(); p != "" {
		parent = resource.URN(p).QualifiedType()
	}
	if parent == "pulumi:pulumi:Stack" {
		parent = ""
	}
	return string(resource.NewURN(tokens.QName(m.options.Name), tokens.PackageName(m.options.Stack.Project()),
		parent, tokens.Type(args.TypeToken), args.Name))
}

// references are the resources that each property's value comes from.
func references(request *pulumirpc.RegisterResourceRequest) map[string][]string {
	out := map[string][]string{}
	for property, dependencies := range request.GetPropertyDependencies() {
		if urns := dependencies.GetUrns(); len(urns) > 0 {
			out[property] = slices.Sorted(slices.Values(urns))
		}
	}
	return out
}

func (m *mocks) readStack(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	upstream, err := graph.Parse(args.Name)
	if err != nil {
		return "", nil, err
	}
	name := args.Inputs["name"].StringValue()
	if want := fmt.Sprintf("organization/%s/%s", upstream.Project(), m.options.Name); name != want {
		return "", nil, fmt.Errorf("the program reads stack %q; it should read %q", name, want)
	}
	m.reads = append(m.reads, upstream)
	outputs := resource.NewPropertyMapFromMap(m.options.Upstream[upstream])
	return name, resource.PropertyMap{"name": args.Inputs["name"], "outputs": resource.NewProperty(outputs)}, nil
}

// Call implements pulumi.MockResourceMonitor. The programs look nothing up:
// what they create depends on the environment file alone.
func (m *mocks) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("the program called %s; programs take plain values from the environment file and look nothing up", args.Token)
}

// urnName is the last part of a URN.
func urnName(urn string) string { return urn[strings.LastIndex(urn, ":")+1:] }

// asJSON turns a resolved output into what a stack's state would hold.
func asJSON(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // contract fields are strings, lists and maps of strings
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}
