package deployment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

func TestEngineDriftLeavesEverythingAsItIs(t *testing.T) {
	a := chain(t)
	if drift, err := a.Drift(context.Background(), a.all()); err != nil || len(drift.Stacks) > 0 || drift.Drifted {
		t.Errorf("of nothing: %+v, %v", drift, err)
	}
	a.up(t, estate.Done)
	before := a.fingerprint(t)
	drift, err := a.Drift(context.Background(), a.all())
	if err != nil || drift.Drifted || drift.Result != estate.Done || len(drift.Stacks) != 2 {
		t.Errorf("of what cannot drift: %+v, %v", drift, err)
	}
	for _, s := range drift.Stacks {
		if !strings.Contains(string(s.Refreshed.Content), "pulumi:index:Stash") {
			t.Errorf("%s: the refreshed state is %s", s.Stack, s.Refreshed.Content)
		}
	}
	a.assertUntouched(t, before)

	a.aws.Reset()
	if _, err := a.Drift(context.Background(), a.all()); err == nil || !strings.Contains(err.Error(), "no longer holds what was deployed") {
		t.Errorf("of what the emulator has forgotten: %v", err)
	}
	a.preview(t, estate.Done) // which holds that the state is not set aside
}
