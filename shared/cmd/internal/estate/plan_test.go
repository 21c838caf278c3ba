package estate

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
)

func estateOf(t *testing.T, stacks []graph.Stack) Estate {
	t.Helper()
	e, err := New(stacks)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// words writes a plan as "a, b after a, c after a b".
func words(p Plan) string {
	var steps []string
	for _, s := range p {
		step := string(s.Stack)
		if len(s.After) > 0 {
			step += " after " + strings.ReplaceAll(List(s.After), ", ", " ")
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, ", ")
}

func TestUnitPlans(t *testing.T) {
	e := estateOf(t, graph.All())
	tests := []struct {
		name string
		plan Plan
		want string
	}{
		{"up", e.Up(e.Names(), false), "network, security after network, data after network security, audit after security data"},
		{"up of data", e.Up([]graph.Name{graph.Data}, false), "network, security after network, data after network security"},
		{"up of data only", e.Up([]graph.Name{graph.Data}, true), "data"},
		{"up of data and audit only", e.Up([]graph.Name{graph.Data, graph.Audit}, true), "data, audit after data"},
		{"destroy", e.Destroy(e.Names(), false), "audit, data after audit, security after data audit, network after security data"},
		{"destroy of data", e.Destroy([]graph.Name{graph.Data}, false), "audit, data after audit"},
		{"destroy of data only", e.Destroy([]graph.Name{graph.Data}, true), "data"},
	}
	for _, tt := range tests {
		if got := words(tt.plan); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestUnitSelect(t *testing.T) {
	e := estateOf(t, graph.All())
	if got, err := e.Select(nil); err != nil || !slices.Equal(got, graph.Names()) {
		t.Errorf("no names select %v, %v", got, err)
	}
	if got, err := e.Select([]string{"audit", "network", "audit"}); err != nil || List(got) != "network, audit" {
		t.Errorf("got %v, %v", got, err)
	}
	_, err := e.Select([]string{"databse"})
	if want := `unknown stack "databse": the stacks are network, security, data, audit`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestUnitMissingAndStanding(t *testing.T) {
	e := estateOf(t, graph.All())
	networkOnly := func(n graph.Name) bool { return n == graph.Network }
	missing := e.Missing(e.Up([]graph.Name{graph.Data}, true), networkOnly)
	if got := missing[graph.Data]; len(missing) != 1 || List(got) != "security" {
		t.Errorf("data alone misses %v", missing)
	}
	if missing := e.Missing(e.Up(e.Names(), false), networkOnly); len(missing) > 0 {
		t.Errorf("a whole estate misses %v", missing)
	}
	all := func(graph.Name) bool { return true }
	standing := e.Standing(e.Destroy([]graph.Name{graph.Security}, true), all)
	if got := standing[graph.Security]; List(got) != "data, audit" {
		t.Errorf("security is read by %v", standing)
	}
}

func TestUnitNewRefusesBrokenGraphs(t *testing.T) {
	tests := map[string][]graph.Stack{
		"stack a depends on b, which is not declared before it": {{Name: "a", DependsOn: []graph.Name{"b"}}, {Name: "b"}},
		"stack a is declared twice":                             {{Name: "a"}, {Name: "a"}},
	}
	for want, stacks := range tests {
		if _, err := New(stacks); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
