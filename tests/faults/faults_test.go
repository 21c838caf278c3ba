package main

import (
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
)

// A row of trials short enough for every run of the tests: each kind of fault that
// ever lost something, most of them on the stack that is deployed fastest.
func TestEmulatorNothingIsLostUnderFaults(t *testing.T) {
	ctx := t.Context()
	l, err := openLane(ctx, "../..", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	l.scopes = []scope{{stacks: []graph.Name{graph.Security}}}
	for i, kind := range []string{
		"lost answer, then no network", // of the first deployment, with the network
		"SIGKILL to an engine", "lost answer", "two at once", "SIGKILL to the command", "damaged state file",
	} {
		trial := l.draw(1, i+1, kind)
		if err := trial.run(ctx); err != nil {
			t.Fatal(err)
		}
		t.Log(trial.line())
		if !trial.Converged {
			t.Fatalf("nothing healed it:\n%s", trial.Message)
		}
		if !trial.Named || len(trial.Lost) > 0 || len(trial.Left) > len(trial.Told) || len(trial.Problems) > 0 {
			t.Errorf("%s\n%s", trial.line(), trial.Message)
		}
	}
}

func TestUnitEndingOfWhatACommandSaid(t *testing.T) {
	for _, c := range []struct {
		output    string
		named     bool
		unchanged bool
	}{
		{"network: deploying\n\nstack    created  seconds  result\nnetwork        -      1.0  no change\nall                    1.3\n", false, true},
		{"./ringfence up said at the start\nstack  created  seconds  result\nnetwork        1      1.0  failed\nerror: oh\n", false, false},
		{"stack  created  seconds  result\nnetwork        1      1.0  failed\nerror: oh\n./ringfence up goes on\n", true, false},
		{"error: not there: run the command again", true, false},
	} {
		if got := remedy.MatchString(ending(c.output)); got != c.named {
			t.Errorf("%q: names what to do: %v", c.output, got)
		}
		if got := nothingChanged(c.output); got != c.unchanged {
			t.Errorf("%q: unchanged: %v", c.output, got)
		}
	}
}
