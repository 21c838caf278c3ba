package delta

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/delta"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/recorded"
)

// What AWS has numbered is compared with what a recording has named. Account
// numbers, names and texts stay as they are.
func TestUnitDeployedIdsAreThoseOfTheRecording(t *testing.T) {
	made := recorded.Estate(t, environments, "local")
	given := strings.NewReplacer(
		"vpc-vpc", "vpc-0a1b2c3d4e5f60718", "subnet-private-a", "subnet-0123456789abcdef0", "sg-workloads", "sg-0fedcba9876543210",
		":key/data", ":key/8a1f1c3e-6d1e-4c55-9b8e-2f0a6c1d7e90", `"keyId":"data"`, `"keyId":"8a1f1c3e-6d1e-4c55-9b8e-2f0a6c1d7e90"`,
	)
	deployed := *made
	deployed.Resources, deployed.Outputs = nil, nil
	for from, to := range map[any]any{&made.Resources: &deployed.Resources, &made.Outputs: &deployed.Outputs} {
		text, err := json.Marshal(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(given.Replace(string(text))), to); err != nil {
			t.Fatal(err)
		}
	}
	alike, err := delta.Alike(&deployed, made)
	if err != nil {
		t.Fatal(err)
	}
	if d := delta.Compare(side(t, alike), side(t, made)); !d.Empty() {
		t.Errorf("the same estate differs:\n%s", words(d))
	}
	if d := delta.Compare(side(t, &deployed), side(t, made)); d.Empty() {
		t.Error("the ids are not in what is compared, so this test shows nothing")
	}
}

// Before the first deployment nothing stands, and nothing that holds is listed.
func TestUnitFirstDeploymentIsSaidInOneWord(t *testing.T) {
	after := recorded.Estate(t, environments, "local")
	before := &snapshot.Snapshot{Environment: after.Environment, Names: after.Names}
	d := delta.Compare(side(t, before), side(t, after))
	if !d.First || len(d.Verdicts)+len(d.Statements) > 0 {
		t.Errorf("got %+v", d)
	}
	for _, c := range d.Controls {
		if c.Standing == delta.Gained {
			t.Errorf("%s is listed as gained", c.Control)
		}
	}
}

// What is deployed is judged by the environment file of the change. A workload that
// comes would make controls look broken before and mended after.
func TestUnitWhatSeemsBrokenBeforeIsNotCountedAsMended(t *testing.T) {
	before, after := recorded.Estate(t, environments, "local"), recorded.Estate(t, environments, "local")
	find(t, before, graph.Data, "aws:kms/key:Key", "data").Properties["enableKeyRotation"] = false
	was := side(t, before)
	if d := delta.Compare(was, side(t, after)); len(d.Controls) != 1 || d.Controls[0].Standing != delta.Gained {
		t.Fatalf("a key that rotates again is no gain: %s", words(d))
	}
	was.Assumed = true
	if d := delta.Compare(was, side(t, after)); len(d.Controls) > 0 {
		t.Errorf("got %s", words(d))
	}
	// What the change breaks counts all the same.
	if d := delta.Compare(delta.Side{Snapshot: after, Results: side(t, after).Results, Assumed: true}, side(t, before)); len(d.Controls) != 1 {
		t.Errorf("got %s", words(d))
	}
}
