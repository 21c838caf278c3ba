package state

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestUnitContentsSayWhichEnvironmentItIs(t *testing.T) {
	const key = `{"custom": true, "id": "k1", "outputs": {"arn": "arn:aws:kms:::key/k1", "tags": {"ControlSet": "ringfence", "Environment": "dev"}}}`
	for _, tt := range []struct {
		name, resources, environment string
		ids                          []string
	}{
		{"tagged", key, "dev", []string{"k1", "arn:aws:kms:::key/k1"}},
		{"the first that says so", `{"custom": true, "id": "b"}, ` + key, "dev", []string{"b", "k1", "arn:aws:kms:::key/k1"}},
		{"tags of another tool", `{"custom": true, "id": "k1", "outputs": {"tags": {"Environment": "dev"}}}`, "", []string{"k1"}},
		{"tags of another form", `{"custom": true, "id": "k1", "outputs": {"arn": 1, "tags": [{"ControlSet": "ringfence"}]}}`, "", []string{"k1"}},
		{"a component", `{"id": "x", "outputs": {"tags": {"ControlSet": "ringfence", "Environment": "dev"}}}`, "", nil},
		{"nothing", ``, "", nil},
	} {
		got, err := Deployment{Content: json.RawMessage(`{"resources": [` + tt.resources + `]}`)}.Contents()
		if err != nil || got.Environment != tt.environment || !slices.Equal(got.IDs, tt.ids) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
	if got, err := (Deployment{}).Contents(); err != nil || got.Environment != "" {
		t.Errorf("a stack that was never deployed: %+v, %v", got, err)
	}
	if _, err := (Deployment{Content: json.RawMessage(`[]`)}).Contents(); err == nil {
		t.Error("a damaged state is read")
	}
}
