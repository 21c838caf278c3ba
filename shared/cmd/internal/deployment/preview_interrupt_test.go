package deployment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

func TestEnginePreviewInterrupted(t *testing.T) {
	for name, killed := range map[string]bool{"once": false, "twice": true} {
		t.Run(name, func(t *testing.T) {
			a := chain(t)
			a.up(t, estate.Done)
			hangs := filepath.Join(a.Root, "hangs")
			a.behave(t, "left", behaviour{Reads: true, Hang: hangs})
			before := a.fingerprint(t)
			ctx, interrupt := context.WithCancel(context.Background())
			ended := make(chan deployment.Preview)
			selection := a.all()
			selection.SavePlan = filepath.Join(t.TempDir(), "plan")
			go func() {
				p, err := a.Preview(ctx, selection)
				if err != nil {
					t.Error(err)
				}
				ended <- p
			}()
			waitFor(t, hangs)
			interrupt()
			if killed {
				close(a.kill)
			}
			if p := <-ended; p.Result != estate.Interrupted {
				t.Errorf("the result is %q", p.Result)
			}
			a.assertUntouched(t, before)
			assertNoLock(t, a)
			if left, err := os.ReadDir(filepath.Dir(selection.SavePlan)); err != nil || len(left) > 0 {
				t.Errorf("a plan was saved: %v, %v", left, err)
			}
		})
	}
}

// Whenever the interrupt comes, nothing is left.
func TestEnginePreviewInterruptedWhileItGetsReady(t *testing.T) {
	a := chain(t)
	a.up(t, estate.Done)
	before := a.fingerprint(t)
	for _, when := range []string{"tools", "programs", "emulator", "provider"} {
		t.Run(when, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(context.Background())
			a.Machine.(*machine).at = func(what string) {
				if what == when {
					interrupt()
				}
			}
			p, err := a.Preview(ctx, a.all())
			if !errors.Is(err, deployment.ErrInterrupted) && p.Result != estate.Interrupted {
				t.Errorf("ended with %q, %v", p.Result, err)
			}
			a.assertUntouched(t, before)
		})
	}
}
