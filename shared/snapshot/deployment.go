package snapshot

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// secretSignature marks a secret in Pulumi's state (resource.SigKey).
const secretSignature = "4dabf18193072939515e22adb298388d"

// ReadDeployment returns the resources and the outputs of a deployed stack, from
// what `pulumi stack export` prints. After a refresh these are what really
// stands. Secrets stay encrypted, and are Unknown here.
func ReadDeployment(stack graph.Name, export []byte) ([]Resource, map[string]any, error) {
	var state struct {
		Deployment struct {
			Resources []struct {
				URN                  string              `json:"urn"`
				Type                 string              `json:"type"`
				ID                   string              `json:"id"`
				Custom               bool                `json:"custom"`
				Delete               bool                `json:"delete"`
				Protect              bool                `json:"protect"`
				RetainOnDelete       bool                `json:"retainOnDelete"`
				Inputs               map[string]any      `json:"inputs"`
				Outputs              map[string]any      `json:"outputs"`
				PropertyDependencies map[string][]string `json:"propertyDependencies"`
			} `json:"resources"`
		} `json:"deployment"`
	}
	if err := json.Unmarshal(export, &state); err != nil {
		return nil, nil, fmt.Errorf("state of stack %s: %w", stack, err)
	}
	var resources []Resource
	var outputs map[string]any
	for _, r := range state.Deployment.Resources {
		switch {
		case r.Type == "pulumi:pulumi:Stack":
			outputs, _ = withoutSecrets(r.Outputs).(map[string]any)
		case !r.Custom || r.Delete || !IsCloud(r.Type):
		default:
			properties := maps.Clone(r.Inputs)
			if properties == nil {
				properties = map[string]any{}
			}
			maps.Copy(properties, r.Outputs)
			resources = append(resources, Resource{
				Stack: stack, Type: r.Type, Name: LastPart(r.URN), URN: r.URN, ID: r.ID,
				Protect: r.Protect, RetainOnDelete: r.RetainOnDelete,
				Properties: withoutSecrets(properties).(map[string]any), References: r.PropertyDependencies,
			})
		}
	}
	return resources, outputs, nil
}

// IsCloud reports whether a type is of a cloud resource, and not one of Pulumi's
// own such as a provider or a stack reference.
func IsCloud(resourceType string) bool { return !strings.HasPrefix(resourceType, "pulumi:") }

// LastPart is the Pulumi name in a URN.
func LastPart(urn string) string { return urn[strings.LastIndex(urn, ":")+1:] }

func withoutSecrets(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if _, secret := v[secretSignature]; secret {
			return Unknown
		}
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = withoutSecrets(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = withoutSecrets(item)
		}
		return out
	}
	return value
}
