package deployment_test

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// reads words how what left has read of base compares with what stands.
func (a *throwAway) reads(t *testing.T, want string) {
	t.Helper()
	survey, err := a.Survey(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, r := range a.Readings(survey, "left") {
		words = append(words, strings.TrimSpace(string(r.Of)+" "+string(r.State)+" "+strings.Join(r.Outdated, " ")))
	}
	if got := strings.Join(words, ", "); got != want {
		t.Errorf("left has read %q, want %q", got, want)
	}
}

func (a *throwAway) upOnly(t *testing.T, stack graph.Name, want estate.Result) deployment.StackReport {
	t.Helper()
	report := a.result(t, want, func(ctx context.Context, _ deployment.Selection) (deployment.Report, error) {
		return a.Up(ctx, deployment.Selection{Stacks: []graph.Name{stack}, Only: true})
	})
	return report.Stacks[0]
}

func TestEngineStacksOnOlderOutputsAreKnown(t *testing.T) {
	a := chain(t)
	a.reads(t, "")
	a.up(t, estate.Done)
	a.reads(t, "base current")

	// Without a change upstream, nothing downstream is touched.
	for _, s := range a.up(t, estate.Done).Stacks {
		if s.Changes != (engine.Changes{Unchanged: s.Unchanged}) || s.Unchanged == 0 {
			t.Errorf("%s, without a change: %+v", s.Stack, s.Changes)
		}
	}
	a.reads(t, "base current")

	// A preview notes nothing, whatever it shows.
	a.behave(t, "base", behaviour{Keep: 1, Value: "goodbye", Exports: []string{"greeting", "identity"}})
	a.preview(t, estate.Done)
	a.reads(t, "base current")

	a.upOnly(t, "base", estate.Done)
	a.reads(t, "base outdated greeting")

	// A deployment that fails has not brought the stack up to date.
	a.behave(t, "left", behaviour{Reads: true, Fail: "there is no room on the left"})
	a.upOnly(t, "left", estate.Failed)
	a.reads(t, "base outdated greeting")
	a.lastFailed(t, map[graph.Name]string{"left": "update"})

	a.behave(t, "left", behaviour{Reads: true})
	a.upOnly(t, "left", estate.Done)
	a.lastFailed(t, map[graph.Name]string{})
	a.reads(t, "base current")

	// One that reads nothing any more runs on nothing older.
	a.behave(t, "left", behaviour{Keep: 1})
	a.up(t, estate.Done)
	a.reads(t, "base unknown")
}

// lastFailed holds what status says of the last that was done to each stack.
func (a *throwAway) lastFailed(t *testing.T, want map[graph.Name]string) {
	t.Helper()
	survey, err := a.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Failed(t.Context(), survey); err != nil || !maps.Equal(got, want) {
		t.Errorf("what failed last is %v, %v; want %v", got, err, want)
	}
}

func TestUnitReadings(t *testing.T) {
	e, err := estate.New(diamond)
	if err != nil {
		t.Fatal(err)
	}
	site := deployment.Site{Estate: e}
	deployed := func(outputs map[string]any) deployment.Known {
		return deployment.Known{Found: true, Stack: state.Stack{Resources: 1, Outputs: outputs}}
	}
	noted := deployed(map[string]any{"consumed": map[string]any{"base": map[string]any{"greeting": "sha256:of something else"}}})
	tests := map[string]struct {
		survey deployment.Survey
		left   []deployment.Reading
		behind map[graph.Name][]string
	}{
		"nothing is deployed": {
			nil, nil, map[graph.Name][]string{"base": {"not deployed"}, "left": {"not deployed"}, "right": {"not deployed"}, "top": {"not deployed"}},
		},
		"deployed before it was noted": {
			deployment.Survey{"base": deployed(map[string]any{"greeting": "a"}), "left": deployed(map[string]any{"a": "b"}), "right": noted, "top": deployed(map[string]any{"a": "b"})},
			[]deployment.Reading{{Of: "base", State: deployment.NotNoted}},
			map[graph.Name][]string{"right": {"runs on older outputs of base (greeting)"}},
		},
		"upstream is gone": {
			deployment.Survey{"left": noted, "right": noted, "top": {Stack: state.Stack{Resources: 1}}},
			[]deployment.Reading{{Of: "base", State: deployment.Gone}},
			map[graph.Name][]string{
				"base": {"not deployed"}, "left": {"runs on outputs of base, which is not deployed any more"},
				"right": {"runs on outputs of base, which is not deployed any more"}, "top": {"deployed in part"},
			},
		},
	}
	for name, tt := range tests {
		if got := site.Readings(tt.survey, "left"); !reflect.DeepEqual(got, tt.left) {
			t.Errorf("%s: left has read %+v, want %+v", name, got, tt.left)
		}
		if got := site.Behind(tt.survey); !reflect.DeepEqual(got, tt.behind) {
			t.Errorf("%s: behind are %v, want %v", name, got, tt.behind)
		}
	}
}
