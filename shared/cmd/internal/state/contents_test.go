package state

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestUnitContentsSayWhichEnvironmentItIs(t *testing.T) {
	const key = `{"custom": true, "id": "k1", "outputs": {"arn": "arn:aws:kms:::key/k1", "tags": {"ControlSet": "ringfence", "Environment": "dev"}}}`
	for _, tt := range []struct {
		name, resources string
		environments    []string
		ids             []string
	}{
		{"tagged", key, []string{"dev"}, []string{"k1", "arn:aws:kms:::key/k1"}},
		{"the first that says so", `{"custom": true, "id": "b"}, ` + key, []string{"dev"}, []string{"b", "k1", "arn:aws:kms:::key/k1"}},
		{"deployed with another file, in part", `{"custom": true, "id": "b", "outputs": {"tags": {"ControlSet": "ringfence", "Environment": "prod"}}}, ` + key + `, ` + key,
			[]string{"dev", "prod"}, []string{"b", "k1", "arn:aws:kms:::key/k1", "k1", "arn:aws:kms:::key/k1"}},
		{"tags of another tool", `{"custom": true, "id": "k1", "outputs": {"tags": {"Environment": "dev"}}}`, nil, []string{"k1"}},
		{"tags of another form", `{"custom": true, "id": "k1", "outputs": {"arn": 1, "tags": [{"ControlSet": "ringfence"}]}}`, nil, []string{"k1"}},
		{"a component", `{"id": "x", "outputs": {"tags": {"ControlSet": "ringfence", "Environment": "dev"}}}`, nil, nil},
		{"nothing", ``, nil, nil},
	} {
		got, err := Deployment{Content: json.RawMessage(`{"resources": [` + tt.resources + `]}`)}.Contents()
		if err != nil || !slices.Equal(got.Environments, tt.environments) || !slices.Equal(got.IDs, tt.ids) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
	if got, err := (Deployment{}).Contents(); err != nil || len(got.Environments) > 0 {
		t.Errorf("a stack that was never deployed: %+v, %v", got, err)
	}
	if _, err := (Deployment{Content: json.RawMessage(`[]`)}).Contents(); err == nil {
		t.Error("a damaged state is read")
	}
}
