package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/graph"
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
	m.resources = append(m.resources, Resource{
		Type:           args.TypeToken,
		Name:           args.Name,
		Parent:         urnName(args.RegisterRPC.GetParent()),
		Provider:       urnName(strings.TrimSuffix(args.Provider, "::aws-id")),
		Protect:        args.RegisterRPC.GetProtect(),
		RetainOnDelete: args.RegisterRPC.GetRetainOnDelete(),
		Inputs:         plain(resource.NewProperty(args.Inputs)).(map[string]any),
	})
	if m.options.Preview {
		return "", args.Inputs, nil
	}
	id, computed := m.identity(args.TypeToken, args.Name, args.Inputs)
	outputs := args.Inputs.Copy()
	maps.Copy(outputs, computed)
	return id, outputs, nil
}

func (m *mocks) readStack(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	upstream, err := graph.Parse(args.Name)
	if err != nil {
		return "", nil, err
	}
	name := args.Inputs["name"].StringValue()
	if want := fmt.Sprintf("organization/%s/%s", upstream.Project(), m.options.Environment); name != want {
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

// plain turns engine values into plain ones.
func plain(v resource.PropertyValue) any {
	switch {
	case v.IsComputed(), v.IsOutput() && !v.OutputValue().Known:
		return Unknown
	case v.IsOutput():
		return plain(v.OutputValue().Element)
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsArray():
		out := []any{}
		for _, element := range v.ArrayValue() {
			out = append(out, plain(element))
		}
		return out
	case v.IsObject():
		out := map[string]any{}
		for key, element := range v.ObjectValue() {
			out[string(key)] = plain(element)
		}
		return out
	default:
		return v.V
	}
}

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
