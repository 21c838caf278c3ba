package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// History returns what the backend remembers of the updates of a stack that it
// knows, the newest first.
func (e Engine) History(ctx context.Context, job Job) ([]state.Update, error) {
	out, errOut, err := e.ask(ctx, job.Folder, "stack", "history", "--json", "--full-dates", "--stack", job.Stack)
	if err != nil {
		return nil, failure(ctx, nil, fmt.Errorf("%w\nstderr: %s", err, errOut))
	}
	var entries []struct {
		Kind    string    `json:"kind"`
		EndTime time.Time `json:"endTime"`
		Result  string    `json:"result"`
	}
	if err := json.Unmarshal([]byte(out), &entries); err != nil {
		return nil, fmt.Errorf("the history of stack %s: %w", job.Stack, err)
	}
	var history []state.Update
	for _, entry := range entries {
		history = append(history, state.Update{Kind: entry.Kind, Ended: entry.EndTime, Failed: entry.Result == state.Failed})
	}
	return history, nil
}
