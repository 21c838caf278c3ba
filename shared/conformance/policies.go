package conformance

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/ringfence/ringfence/shared/record"
)

// withoutPolicies moves the policy documents out of the resources, each into a
// file of its own, so that a change of access is reviewed as a document.
func withoutPolicies(resources []record.Resource) ([]record.Resource, map[string]json.RawMessage) {
	policies := map[string]json.RawMessage{}
	out := make([]record.Resource, len(resources))
	for i, r := range resources {
		r.Inputs = maps.Clone(r.Inputs)
		for key, value := range r.Inputs {
			text, ok := value.(string)
			if !ok || !strings.HasPrefix(text, `{"Version"`) {
				continue
			}
			file := policyFile(r, key)
			policies[file] = json.RawMessage(text)
			r.Inputs[key] = "policies/" + file
		}
		out[i] = r
	}
	return out, policies
}

// policyFile names a policy's file, such as bucketPolicy-data.json or
// role-auditor-trust.json.
func policyFile(r record.Resource, key string) string {
	_, kind, _ := strings.Cut(r.Type, "/")
	kind, _, _ = strings.Cut(kind, ":")
	name := kind + "-" + r.Name
	if key == "assumeRolePolicy" {
		name += "-trust"
	}
	return name + ".json"
}
