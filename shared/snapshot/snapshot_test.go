package snapshot

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ringfence/ringfence/shared/graph"
)

func TestUnitPropertiesAreFoundByPath(t *testing.T) {
	r := &Resource{ID: "b-1", Properties: map[string]any{
		"name":   "b",
		"rules":  []any{map[string]any{"default": map[string]any{"algorithm": "aws:kms"}}, Unknown},
		"policy": Unknown,
	}}
	tests := []struct {
		path string
		want any
	}{
		{"name", "b"},
		{"id", "b-1"},
		{"rules[0].default.algorithm", "aws:kms"},
		{"rules[1]", Unknown},
		{"rules[1].default.algorithm", Unknown},
		{"policy.Statement", Unknown},
		{"rules[2].default", nil},
		{"rules.default", nil},
		{"name[0]", nil},
		{"missing.deep[3].down", nil},
	}
	for _, tt := range tests {
		if got := r.Get(tt.path); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.path, got, tt.want)
		}
	}
}

func TestUnitReferencesAreByOriginOrByValue(t *testing.T) {
	bucket := &Resource{URN: "urn:b", ID: "b-1", Properties: map[string]any{"bucket": "b-1", "arn": "arn:b"}}
	fresh := &Resource{URN: "urn:n", Properties: map[string]any{"bucket": Unknown, "arn": Unknown}}
	tests := []struct {
		name   string
		r      Resource
		target *Resource
		want   bool
	}{
		{"by id", Resource{Properties: map[string]any{"bucket": "b-1"}}, bucket, true},
		{"by ARN, in a list", Resource{Properties: map[string]any{"bucket": []any{"x", "arn:b"}}}, bucket, true},
		{"by origin", Resource{Properties: map[string]any{"bucket": Unknown}, References: map[string][]string{"bucket": {"urn:n"}}}, fresh, true},
		{"another value", Resource{Properties: map[string]any{"bucket": "b-2"}}, bucket, false},
		{"two unknown values are not the same", Resource{Properties: map[string]any{"bucket": Unknown}}, fresh, false},
		{"nothing", Resource{}, bucket, false},
	}
	for _, tt := range tests {
		if got := tt.r.Refers("bucket", tt.target); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}

func TestUnitStateIsRead(t *testing.T) {
	const state = `{"deployment": {"resources": [
		{"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack", "outputs": {"key": "k",
			"password": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}}},
		{"urn": "urn:pulumi:dev::p::pulumi:providers:aws::aws", "type": "pulumi:providers:aws", "custom": true},
		{"urn": "urn:pulumi:dev::p::ringfence:data:Data::data", "type": "ringfence:data:Data"},
		{"urn": "urn:pulumi:dev::p::aws:kms/key:Key::old", "type": "aws:kms/key:Key", "custom": true, "delete": true},
		{"urn": "urn:pulumi:dev::p::aws:kms/key:Key::data", "type": "aws:kms/key:Key", "custom": true, "id": "1", "protect": true, "retainOnDelete": true,
			"inputs": {"enableKeyRotation": true, "description": "as written"}, "outputs": {"enableKeyRotation": false, "arn": "arn:1"},
			"propertyDependencies": {"policy": ["urn:role"]}}
	]}}`
	resources, outputs, err := ReadDeployment(graph.Data, []byte(state))
	if err != nil {
		t.Fatal(err)
	}
	want := []Resource{{
		Stack: graph.Data, Type: "aws:kms/key:Key", Name: "data", URN: "urn:pulumi:dev::p::aws:kms/key:Key::data", ID: "1",
		Protect: true, RetainOnDelete: true,
		// What really stands counts, not what was asked for.
		Properties: map[string]any{"enableKeyRotation": false, "arn": "arn:1", "description": "as written"},
		References: map[string][]string{"policy": {"urn:role"}},
	}}
	if !reflect.DeepEqual(resources, want) {
		t.Errorf("got %+v", resources)
	}
	if outputs["key"] != "k" || outputs["password"] != Unknown {
		t.Errorf("outputs: %v", outputs)
	}
	if _, _, err := ReadDeployment(graph.Data, []byte(`[`)); err == nil {
		t.Error("a broken state was read")
	}
}

func TestUnitSecretsAndUnknownValuesAreUnknown(t *testing.T) {
	got := Plain(resource.PropertyMap{
		"secret":   resource.MakeSecret(resource.NewProperty("hidden")),
		"computed": resource.MakeComputed(resource.NewProperty("")),
		"nested":   resource.NewProperty([]resource.PropertyValue{resource.NewProperty(resource.PropertyMap{"deep": resource.MakeSecret(resource.NewProperty(1.0))})}),
		"plain":    resource.NewProperty(true),
	})
	want := map[string]any{"secret": Unknown, "computed": Unknown, "nested": []any{map[string]any{"deep": Unknown}}, "plain": true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if Known(got["nested"]) || !Known(got["plain"]) {
		t.Error("Known does not look into lists")
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
}
