package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/record"
)

// upstreamOutputs are the outputs of a stack, as its own golden files have
// them: so the stacks' tests are linked like the stacks.
func upstreamOutputs(t testing.TB, stack graph.Name, environment string) map[string]any {
	t.Helper()
	file := fmt.Sprintf("../../%s/%s/testdata/%s/outputs.json", stack, stack, environment)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var outputs map[string]any
	if err := json.Unmarshal(content, &outputs); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return outputs
}

// checksItsUpstream deploys against upstream outputs that are wrong in every
// way and wants an error that says so, and nothing created.
func (s Suite) checksItsUpstream(t *testing.T, upstream graph.Name) {
	good := s.Options(t, "local").Upstream
	tests := []struct {
		name   string
		change func(outputs map[string]any)
		want   string
	}{
		{"is not deployed", func(o map[string]any) { clear(o) }, "deploy stack " + string(upstream) + " first"},
		{"has another version", func(o map[string]any) { o["contractVersion"] = 99.0 }, "exports version 99 of its contract"},
	}
	for _, key := range slices.Sorted(maps.Keys(good[upstream])) {
		if key == "contractVersion" {
			continue
		}
		tests = append(tests,
			struct {
				name   string
				change func(map[string]any)
				want   string
			}{key + " is missing", func(o map[string]any) { delete(o, key) }, key + ": wanted"},
			struct {
				name   string
				change func(map[string]any)
				want   string
			}{key + " is a number", func(o map[string]any) { o[key] = 7.0 }, "found a number"})
	}
	for _, tt := range tests {
		o := s.Options(t, "local")
		o.Upstream[upstream] = maps.Clone(good[upstream])
		tt.change(o.Upstream[upstream])
		r, err := record.Run(s.Program, o)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.name, err, tt.want)
		}
		if len(r.Resources)+len(r.Components) > 0 {
			t.Errorf("%s: %d resources were created before it was noticed", tt.name, len(r.Resources)+len(r.Components))
		}
	}
}
