package shadow

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/golden"
)

// deploymentOf is a state with these resources, in the form of Pulumi.
func deploymentOf(t *testing.T, resources ...map[string]any) state.Deployment {
	t.Helper()
	for _, r := range resources {
		if r["custom"] == nil {
			r["custom"] = true
		}
		r["urn"] = "urn:pulumi:local::ringfence-data::" + r["type"].(string) + "::" + r["name"].(string)
	}
	content, err := json.Marshal(map[string]any{"resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	return state.Deployment{Version: 3, Content: content}
}

// thing is a resource that declares what it is given and has more.
func thing(name string, declared, more map[string]any) map[string]any {
	outputs := map[string]any{}
	for _, properties := range []map[string]any{declared, more} {
		for k, v := range properties {
			outputs[k] = v
		}
	}
	return map[string]any{"type": "aws:iam/role:Role", "name": name, "id": name + "-id", "inputs": declared, "outputs": outputs}
}

// stands is thing as it is now, with the inputs of old.
func stands(old map[string]any, outputs map[string]any) map[string]any {
	return map[string]any{"type": old["type"], "name": old["name"], "id": old["id"], "inputs": old["inputs"], "outputs": outputs}
}

const roleURN = "urn:pulumi:local::ringfence-data::aws:iam/role:Role::"

// update is what a refresh says of a role that differs in these properties.
func update(name string, paths ...string) engine.ResourceChange {
	return engine.ResourceChange{Action: engine.Update, URN: roleURN + name, Label: "Role " + name, Properties: paths}
}

func TestUnitDriftIsNamedByPropertyWithWasAndIs(t *testing.T) {
	policy := func(action any) string {
		text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Sid": "Read", "Action": action}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	role := thing("role", map[string]any{
		"assumeRolePolicy": policy("sts:AssumeRole"), "tags": map[string]any{"Owner": "ml", "a.b": "1"},
		"managed": []any{"a", "b"}, "maxSessionDuration": 3600, "enabled": true, "description": "as it was",
	}, nil)
	gone := thing("gone", map[string]any{"path": "/"}, nil)
	same := thing("same", map[string]any{"path": "/"}, nil)
	found := []engine.ResourceChange{
		update("role", "tags", "tagsAll", "assumeRolePolicy", "managed", "maxSessionDuration", "enabled", "description"),
		{Action: engine.Delete, URN: roleURN + "gone", Label: "Role gone"},
	}
	drifts, compared, err := Compare(deploymentOf(t, role, same, gone), deploymentOf(t,
		stands(role, map[string]any{
			"assumeRolePolicy": policy([]any{"sts:AssumeRole", "sts:TagSession"}), "tags": map[string]any{"Owner": "eve", "New": "x"},
			"managed": []any{"b", "a", "c"}, "maxSessionDuration": 43200, "enabled": false,
		}),
		stands(same, map[string]any{"path": "/other"})), found)
	if err != nil || compared != 3 {
		t.Fatalf("compared %d, %v", compared, err)
	}
	text, err := json.MarshalIndent(drifts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join("testdata", "drift.golden"), append(text, '\n'))
}

// The provider's word counts: what it does not name is another way to write the
// same, or AWS's own.
func TestUnitWhatIsNoDrift(t *testing.T) {
	declared := map[string]any{
		"policy": `{"Version": "2012-10-17", "Statement": []}`, "tags": map[string]any{}, "description": "",
		"password": secret("one"), "protocol": "tcp",
	}
	old := thing("role", declared, map[string]any{"lastUsed": "yesterday"})
	now := stands(old, map[string]any{
		"policy":   `{ "Statement":[], "Version":"2012-10-17" }`, // the same document, written differently
		"password": secret("encrypted anew"),
		"protocol": "6", "lastUsed": "today",
	})
	component := map[string]any{"type": "ringfence:secure:Bucket", "name": "data", "custom": false}
	reference := map[string]any{"type": "pulumi:pulumi:StackReference", "name": "network", "external": true}
	provider := map[string]any{"type": "pulumi:providers:aws", "name": "aws"}
	was, is := deploymentOf(t, old, component, reference, provider), deploymentOf(t, now)
	drifts, compared, err := Compare(was, is, nil)
	if err != nil || len(drifts) > 0 || compared != 1 {
		t.Errorf("compared %d, found %+v, %v", compared, drifts, err)
	}
	drifts, _, err = Compare(was, is, []engine.ResourceChange{
		update("role", "policy", "tags", "description", "password"),
		{URN: "urn:pulumi:local::ringfence-data::pulumi:pulumi:StackReference::network"},
	})
	if err != nil || len(drifts) != 1 || len(drifts[0].Properties) > 0 {
		t.Errorf("found %+v, %v; want a resource without a word about its properties", drifts, err)
	}
}

func TestUnitDriftOfNothing(t *testing.T) {
	drifts, compared, err := Compare(state.Deployment{}, state.Deployment{Content: []byte("null")}, nil)
	if err != nil || len(drifts) > 0 || compared != 0 {
		t.Errorf("compared %d, found %+v, %v", compared, drifts, err)
	}
	if _, _, err := Compare(state.Deployment{Content: []byte("[")}, state.Deployment{}, nil); err == nil {
		t.Error("a damaged state was compared")
	}
}
