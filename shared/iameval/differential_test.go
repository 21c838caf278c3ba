package iameval

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// differentialCases is how many requests are compared; the environment variable
// RINGFENCE_DIFFERENTIAL_CASES sets another number.
const differentialCases = 20_000

// differentialSeed is the first world's seed; the next worlds count up.
const differentialSeed = 1

func TestUnitEvaluateAgreesWithOracle(t *testing.T) {
	cases := differentialCases
	if text := os.Getenv("RINGFENCE_DIFFERENTIAL_CASES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("RINGFENCE_DIFFERENTIAL_CASES=%q is no number of cases", text)
		}
		cases = n
	}
	started, done, worlds := time.Now(), 0, 0
	counts := map[string]int{}
	for seed := uint64(differentialSeed); done < cases; seed++ {
		w := newWorld(t, seed)
		o := newOracle(w)
		want := o.decide()
		w.each(func(i int, a *actor, c call, context Context) {
			if done == cases {
				return
			}
			done++
			d, err := Evaluate(w.request(a, c, context), w.environment(a, c.thing))
			got := string(d.Verdict)
			if err != nil {
				got = "error"
			}
			counts[got]++
			if expected := want.of(i); got != expected {
				t.Fatalf("%s\ngot  %s (%v, %v)\nwant %s", w.tell(a, c, context), got, d, err, expected)
			}
			if d.Verdict == ExplicitDeny && !slices.Equal(o.denying(i), names(d.By)) {
				t.Fatalf("%s\ndenied by %v\nwant      %v", w.tell(a, c, context), names(d.By), o.denying(i))
			}
		})
		worlds++
	}
	t.Logf("%d requests in %d worlds from seed %d in %v: %v", done, worlds, differentialSeed, time.Since(started).Round(time.Millisecond), counts)
	for _, verdict := range []Verdict{Allow, ExplicitDeny, ImplicitDeny} {
		if counts[string(verdict)]*20 < done {
			t.Errorf("only %d of %d requests ended in %s; the worlds are too one-sided to test it", counts[string(verdict)], done, verdict)
		}
	}
}

func (v verdicts) of(i int) string {
	switch {
	case v.errors.Bit(i) == 1:
		return "error"
	case v.deny.Bit(i) == 1:
		return string(ExplicitDeny)
	case v.allow.Bit(i) == 1:
		return string(Allow)
	default:
		return string(ImplicitDeny)
	}
}

// denying lists the statements that deny a request.
func (o *oracle) denying(i int) []string {
	var out []string
	for ref, set := range o.denies {
		if set.Bit(i) == 1 {
			out = append(out, ref)
		}
	}
	slices.Sort(out)
	return out
}

func names(refs []StatementRef) []string {
	var out []string
	for _, ref := range refs {
		out = append(out, ref.String())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tell writes a request and the policies in force, so that a failure can be
// read.
func (w *world) tell(a *actor, c call, context Context) string {
	e := w.environment(a, c.thing)
	text := "seed " + strconv.FormatUint(w.seed, 10) + ": " + a.principal.String() + " " + c.action + " on " + c.thing.arn
	keys, _ := json.Marshal(context)
	text += "\n" + string(keys)
	for _, place := range e.places() {
		for _, p := range place.policies {
			document, _ := json.Marshal(p)
			text += "\n" + p.String() + ": " + string(document)
		}
	}
	return text
}
