package controls

import (
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/workflows"
)

// today is the day of the tests, so that they say the same next year.
var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// pipelineOf is what there is to judge beside the stacks.
func pipelineOf(t *testing.T) *controls.Pipeline {
	t.Helper()
	flows, err := workflows.Load("../../.github")
	if err != nil {
		t.Fatal(err)
	}
	exceptions, err := controls.LoadExceptions(folder)
	if err != nil {
		t.Fatal(err)
	}
	return &controls.Pipeline{Workflows: flows, Exceptions: exceptions, Today: today}
}
