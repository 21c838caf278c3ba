package shadow

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// secret is a secret value in a state.
func secret(ciphertext string) map[string]any {
	return map[string]any{
		"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": ciphertext,
	}
}

func TestUnitCarriedOutputs(t *testing.T) {
	unknown := engine.UnknownValue
	tests := map[string]struct {
		recorded, previewed, want map[string]any
		unknown                   []string
	}{
		"what is previewed takes the place of what is recorded": {
			recorded:  map[string]any{"vpcId": "vpc-1", "removed": "x"},
			previewed: map[string]any{"vpcId": "vpc-2", "ids": []any{"a"}},
			want:      map[string]any{"vpcId": "vpc-2", "ids": []any{"a"}},
		},
		"a value that is not known, in whole or in part, is dropped and named": {
			recorded: map[string]any{"vpcId": "vpc-1"},
			previewed: map[string]any{
				"vpcId": unknown, "ids": []any{"a", unknown}, "map": map[string]any{"a": map[string]any{"b": unknown}}, "known": "k",
			},
			want:    map[string]any{"known": "k", "contractPending": []string{"ids", "map", "vpcId"}},
			unknown: []string{"ids", "map", "vpcId"},
		},
		"what the stack itself has read stays as it is recorded, and is never waited for": {
			recorded:  map[string]any{"consumed": map[string]any{"network": map[string]any{"vpcId": "sha256:1"}}},
			previewed: map[string]any{"vpcId": "vpc-1", "consumed": map[string]any{"network": map[string]any{"vpcId": unknown}}},
			want:      map[string]any{"vpcId": "vpc-1", "consumed": map[string]any{"network": map[string]any{"vpcId": "sha256:1"}}},
		},
		"what a stack was never deployed with is not carried": {
			previewed: map[string]any{"consumed": map[string]any{"network": map[string]any{"vpcId": "sha256:2"}}},
			want:      map[string]any{},
		},
		"a secret stays as it is recorded, a new one is not known": {
			recorded:  map[string]any{"password": secret("cipher")},
			previewed: map[string]any{"password": secret("[secret]"), "new": secret("[secret]")},
			want:      map[string]any{"password": secret("cipher"), "contractPending": []string{"new"}},
			unknown:   []string{"new"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, unknown := carry(tt.previewed, tt.recorded)
			if !reflect.DeepEqual(got, tt.want) || !slices.Equal(unknown, tt.unknown) {
				t.Errorf("got %v, unknown %v; want %v, unknown %v", got, unknown, tt.want, tt.unknown)
			}
		})
	}
}

// Everything in the state but the outputs stays, to the last digit.
func TestUnitCarryKeepsTheRestOfTheState(t *testing.T) {
	c := made(t, t.TempDir())
	defer c.Close()
	const rest = `"large":12345678901234567890`
	content := `{"manifest":{"time":"2026-11-22T11:40:35Z"},"future":{` + rest + `},"resources":[
		{"urn":"urn:a","type":"aws:kms/key:Key","inputs":{` + rest + `}},
		{"urn":"urn:b","type":"pulumi:pulumi:Stack","custom":false,"outputs":{"a":"old"}}]}`
	before := state.Deployment{Version: 4, Features: []string{"refreshBeforeUpdate"}, Content: []byte(content)}
	if err := c.Backend().Put("ringfence-data", "local", before); err != nil {
		t.Fatal(err)
	}
	if carried, err := c.Carry("ringfence-data", "local", map[string]any{"a": "old"}); err != nil || carried.Changed {
		t.Errorf("the same outputs: %+v, %v", carried, err)
	}
	if carried, err := c.Carry("ringfence-data", "local", map[string]any{"a": "new"}); err != nil || !carried.Changed {
		t.Fatalf("other outputs: %+v, %v", carried, err)
	}
	after, found, err := c.Backend().Stack("ringfence-data", "local")
	if err != nil || !found || after.Outputs["a"] != "new" || after.Resources != 2 {
		t.Fatalf("got %+v, %t, %v", after, found, err)
	}
	if after.Deployment.Version != 4 || !slices.Equal(after.Deployment.Features, before.Features) {
		t.Errorf("version %d with %v, want as before", after.Deployment.Version, after.Deployment.Features)
	}
	if got := strings.Count(string(after.Deployment.Content), rest); got != 2 {
		t.Errorf("the rest of the state was changed: %s", after.Deployment.Content)
	}
}

func TestUnitCarryIntoAStackThatWasNeverDeployed(t *testing.T) {
	c := made(t, t.TempDir())
	defer c.Close()
	if err := c.Backend().Put("ringfence-audit", "local", state.Deployment{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Carry("ringfence-audit", "local", map[string]any{"trailArn": "arn"}); err != nil {
		t.Fatal(err)
	}
	after, _, err := c.Backend().Stack("ringfence-audit", "local")
	if err != nil || !after.Complete() || after.Outputs["trailArn"] != "arn" {
		t.Errorf("got %+v, %v", after, err)
	}
}
