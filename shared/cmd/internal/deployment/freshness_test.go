package deployment_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestEngineRebuildsAfterTheEmulatorHasForgotten(t *testing.T) {
	a := newThrowAway(t, diamond[:2])
	a.up(t, estate.Done)
	a.aws.Reset()

	memory, err := a.Memory(context.Background())
	if err != nil || !memory.Forgotten {
		t.Errorf("status says %+v, %v", memory, err)
	}
	report := a.up(t, estate.Done)
	for _, s := range report.Stacks {
		if want := (engine.Changes{Created: 3}); s.Changes != want {
			t.Errorf("%s: %+v, want %+v", s.Stack, s.Changes, want)
		}
	}
	if want := "it was restarted or emptied since the last deployment"; strings.Count(a.output.String(), want) != 1 {
		t.Errorf("want %q once:\n%s", want, a.output)
	}
	if _, err := os.Stat(string(a.State()) + ".stale"); err != nil {
		t.Errorf("the old state is not kept: %v", err)
	}
	if memory, err = a.Memory(context.Background()); err != nil || memory.Forgotten {
		t.Errorf("status says %+v, %v", memory, err)
	}
}

func TestEngineDestroyWhenNothingIsLeft(t *testing.T) {
	tests := map[string]func(*throwAway){
		"emulator stopped": func(a *throwAway) { a.Machine.(*machine).stopped = true },
		"emulator emptied": func(a *throwAway) { a.aws.Reset() },
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			a := newThrowAway(t, diamond[:1])
			a.up(t, estate.Done)
			happens(a)
			if report := a.destroy(t, estate.Done); len(report.Stacks) > 0 {
				t.Errorf("it worked on %s", results(report))
			}
			if !strings.Contains(a.output.String(), "nothing to destroy") {
				t.Errorf("nothing was said:\n%s", a.output)
			}
			survey, err := a.Survey(context.Background())
			if err != nil || survey["base"].Found {
				t.Errorf("status still knows %+v, %v", survey["base"], err)
			}
		})
	}
}

// Everything that can be wrong before is one clear error, and nothing changes.
func TestEngineRefusals(t *testing.T) {
	only := func(name graph.Name) deployment.Selection {
		return deployment.Selection{Stacks: []graph.Name{name}, Only: true}
	}
	tests := map[string]struct {
		before    func(*testing.T, *throwAway)
		run       func(*throwAway) (deployment.Report, error)
		wantError string
	}{
		"up --only without its upstream": {
			run:       func(a *throwAway) (deployment.Report, error) { return a.Up(context.Background(), only("left")) },
			wantError: "stack left reads what base must export first: leave out --only to deploy all that is needed, or run `./ringfence up --stack base` before",
		},
		"destroy --only below what still stands": {
			before:    func(t *testing.T, a *throwAway) { a.up(t, estate.Done) },
			run:       func(a *throwAway) (deployment.Report, error) { return a.Destroy(context.Background(), only("base")) },
			wantError: "stack base cannot go before left",
		},
		"another account": {
			before:    func(_ *testing.T, a *throwAway) { a.aws.Answer("999999999999") },
			run:       func(a *throwAway) (deployment.Report, error) { return a.Up(context.Background(), a.all()) },
			wantError: `stacks/environments/local.yaml: accountId is "123456789012", but the credentials are of account 999999999999`,
		},
		"emulator does not answer": {
			before:    func(_ *testing.T, a *throwAway) { a.aws.Close() },
			run:       func(a *throwAway) (deployment.Report, error) { return a.Up(context.Background(), a.all()) },
			wantError: "nothing answers at http://127.0.0.1:",
		},
		"somebody else's estate": {
			before:    func(_ *testing.T, a *throwAway) { a.aws.Put("/ringfence/local/session", "theirs") },
			run:       func(a *throwAway) (deployment.Report, error) { return a.Up(context.Background(), a.all()) },
			wantError: `holds an environment "local" that another checkout`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := newThrowAway(t, diamond[:2])
			if tt.before != nil {
				tt.before(t, a)
			}
			before, err := a.Survey(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			_, err = tt.run(a)
			if err == nil || !strings.Contains(err.Error(), tt.wantError) {
				t.Errorf("got %v, want %q", err, tt.wantError)
			}
			after, err := a.Survey(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for name := range before {
				if !before[name].Modified.Equal(after[name].Modified) || before[name].Found != after[name].Found {
					t.Errorf("%s was touched: %+v, then %+v", name, before[name], after[name])
				}
			}
		})
	}
}
