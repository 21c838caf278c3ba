package cli

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestUnitFirstInterruptEndsSecondKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		ctx, kill := follow(signals, func() {})
		killed := func() bool {
			synctest.Wait()
			select {
			case <-kill:
				return true
			default:
				return false
			}
		}

		if killed() || ctx.Err() != nil {
			t.Fatal("interrupted before any signal")
		}
		signals <- os.Interrupt
		signals <- os.Interrupt // sent to the process, and to its group
		if killed() || ctx.Err() == nil {
			t.Errorf("one interrupt, sent twice at once: context %v, killed %t", ctx.Err(), killed())
		}
		time.Sleep(5 * time.Second)
		signals <- os.Interrupt
		if !killed() {
			t.Error("a second interrupt did not kill")
		}
	})
}
