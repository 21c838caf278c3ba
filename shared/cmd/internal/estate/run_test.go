package estate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringfence/ringfence/shared/graph"
)

var errWork = errors.New("it broke")

// diamond has a beginning, two independent stacks, and an end.
var diamond = []graph.Stack{
	{Name: "base"},
	{Name: "left", DependsOn: []graph.Name{"base"}},
	{Name: "right", DependsOn: []graph.Name{"base"}},
	{Name: "top", DependsOn: []graph.Name{"left", "right"}},
}

// results writes outcomes as "a done, b skipped (a)".
func results(outcomes []Outcome) string {
	var all []string
	for _, o := range outcomes {
		text := string(o.Stack) + " " + string(o.Result)
		if o.Cause != "" {
			text += " (" + string(o.Cause) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

var silent = Watcher{Begun: func(graph.Name) {}, Ended: func(Outcome) {}}

func TestUnitIndependentStacksRunSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := estateOf(t, diamond)
		begun := time.Now()
		e.Up(e.Names(), false).Run(t.Context(), func(context.Context, graph.Name) error {
			time.Sleep(time.Minute)
			return nil
		}, silent)
		if took := time.Since(begun); took != 3*time.Minute {
			t.Errorf("four stacks of a minute in a diamond took %s, want 3m", took)
		}
	})
}

func TestUnitOutcomes(t *testing.T) {
	apart := append(slices.Clone(diamond), graph.Stack{Name: "apart"})
	chain := []graph.Stack{
		{Name: "a"}, {Name: "b", DependsOn: []graph.Name{"a"}}, {Name: "c", DependsOn: []graph.Name{"b"}},
	}
	tests := []struct {
		name   string
		stacks []graph.Stack
		fails  []graph.Name
		want   string
	}{
		{"nothing fails", diamond, nil, "base done, left done, right done, top done"},
		{"one side fails", apart, []graph.Name{"left"}, "base done, left failed, right done, top skipped (left), apart done"},
		{"both sides fail", diamond, []graph.Name{"right", "left"}, "base done, left failed, right failed, top skipped (left)"},
		{"the beginning fails", apart, []graph.Name{"base"}, "base failed, left skipped (base), right skipped (base), top skipped (base), apart done"},
		{"the cause is the failure, not the skip", chain, []graph.Name{"a"}, "a failed, b skipped (a), c skipped (a)"},
		{"no stacks", nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := estateOf(t, tt.stacks)
			outcomes := e.Up(e.Names(), false).Run(t.Context(), func(_ context.Context, n graph.Name) error {
				if slices.Contains(tt.fails, n) {
					return errWork
				}
				return nil
			}, silent)
			if got := results(outcomes); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestUnitInterruptStartsNothingMore(t *testing.T) {
	e := estateOf(t, diamond)
	ctx, interrupt := context.WithCancel(t.Context())
	outcomes := e.Up(e.Names(), false).Run(ctx, func(ctx context.Context, n graph.Name) error {
		switch n {
		case "left":
			interrupt()
			return ctx.Err()
		case "right":
			<-ctx.Done() // brought to a good end in spite of the interrupt
		}
		return nil
	}, silent)
	if got, want := results(outcomes), "base done, left interrupted, right done, top not started"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUnitWatcherSeesEachStepOnceAndInOrder(t *testing.T) {
	e := estateOf(t, diamond)
	var seen []string
	e.Up(e.Names(), false).Run(t.Context(), func(_ context.Context, n graph.Name) error {
		if n == "base" {
			return errWork
		}
		return nil
	}, Watcher{
		Begun: func(n graph.Name) { seen = append(seen, "begun "+string(n)) },
		Ended: func(o Outcome) { seen = append(seen, string(o.Result)+" "+string(o.Stack)) },
	})
	want := []string{"begun base", "failed base", "skipped left", "skipped right", "skipped top"}
	if !slices.Equal(seen, want) {
		t.Errorf("got %v, want %v", seen, want)
	}
}

// On any graph: no stack before all it waits for has succeeded; everything that
// could run did; everything else was skipped because of a failure it leads to.
func TestUnitRandomGraphs(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		e := estateOf(t, randomGraph(random))
		plan := e.Up(e.Names(), false)
		if seed%2 == 1 {
			plan = e.Destroy(e.Names(), false)
		}
		fails := map[graph.Name]bool{}
		for _, n := range e.Names() {
			fails[n] = random.IntN(6) == 0
		}
		var mu sync.Mutex
		succeeded := map[graph.Name]bool{}
		outcomes := plan.Run(t.Context(), func(_ context.Context, n graph.Name) error {
			time.Sleep(time.Duration(len(n)%3) * 100 * time.Microsecond)
			mu.Lock()
			defer mu.Unlock()
			for _, step := range plan {
				for _, before := range step.After {
					if step.Stack == n && !succeeded[before] {
						t.Errorf("seed %d: %s began before %s had succeeded", seed, n, before)
					}
				}
			}
			if fails[n] {
				return errWork
			}
			succeeded[n] = true
			return nil
		}, silent)
		checkOutcomes(t, seed, plan, outcomes, fails)
	}
}

func randomGraph(random *rand.Rand) []graph.Stack {
	stacks := make([]graph.Stack, 1+random.IntN(12))
	for i := range stacks {
		stacks[i].Name = graph.Name(fmt.Sprintf("stack-%d", i))
		for j := range i {
			if random.IntN(3) == 0 {
				stacks[i].DependsOn = append(stacks[i].DependsOn, stacks[j].Name)
			}
		}
	}
	return stacks
}

func checkOutcomes(t *testing.T, seed uint64, plan Plan, outcomes []Outcome, fails map[graph.Name]bool) {
	t.Helper()
	if len(outcomes) != len(plan) {
		t.Fatalf("seed %d: %d outcomes of %d steps", seed, len(outcomes), len(plan))
	}
	result := map[graph.Name]Outcome{}
	for i, step := range plan {
		result[step.Stack] = outcomes[i]
		blocked := false
		for _, before := range step.After {
			blocked = blocked || result[before].Result != Done
		}
		want := Done
		switch {
		case blocked:
			want = Skipped
		case fails[step.Stack]:
			want = Failed
		}
		if outcomes[i].Stack != step.Stack || outcomes[i].Result != want {
			t.Errorf("seed %d: outcome %+v of %s, want %s", seed, outcomes[i], step.Stack, want)
		}
		if cause := outcomes[i].Cause; want == Skipped && result[cause].Result != Failed {
			t.Errorf("seed %d: %s was skipped because of %q, which did not fail", seed, step.Stack, cause)
		}
	}
}
