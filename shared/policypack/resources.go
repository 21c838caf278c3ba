package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// read turns the engine's resources into what is judged, and finds the stack's
// outputs.
func read(stack graph.Name, resources []*pulumirpc.AnalyzerResource) ([]snapshot.Resource, map[string]any, error) {
	var out []snapshot.Resource
	var outputs map[string]any
	for _, r := range resources {
		values, err := plugin.UnmarshalProperties(r.GetProperties(), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
		if err != nil {
			return nil, nil, err
		}
		properties := snapshot.Plain(values)
		switch {
		case r.GetType() == "pulumi:pulumi:Stack":
			outputs = properties
		case !snapshot.IsCloud(r.GetType()) || !snapshot.IsCustom(r.GetType()):
		default:
			references := map[string][]string{}
			for property, dependencies := range r.GetPropertyDependencies() {
				references[property] = dependencies.GetUrns()
			}
			id, _ := properties["id"].(string)
			if id == snapshot.Unknown {
				id = ""
			}
			protect := r.GetOptions().GetProtect()
			out = append(out, snapshot.Resource{
				Stack: stack, Type: r.GetType(), Name: r.GetName(), URN: r.GetUrn(), ID: id,
				// The protocol does not tell RetainOnDelete. The components set both
				// together, and the recordings tell them apart.
				Protect: protect, RetainOnDelete: protect,
				Properties: properties, References: references,
			})
		}
	}
	return out, outputs, nil
}
