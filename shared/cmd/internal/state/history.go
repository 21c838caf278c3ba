package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Update is an entry in the history of a stack: anything that has changed its
// state, with or without success.
type Update struct {
	// Kind is Pulumi's word for it: update, refresh, destroy and others
	// (apitype.UpdateKind).
	Kind string
	// Ended is when it ended, to the second.
	Ended time.Time
	// Failed says that it did not come to its end.
	Failed bool
}

// Failed is Pulumi's word for an update that failed (backend.FailedResult).
const Failed = "failed"

// Kept is when somebody last did something to a stack that stands but destroy it.
// A destruction that fails halfway writes the state too, and does not make what is
// left any younger; nor does what it reads and takes in before it begins. History is
// the stack's own, the newest first.
func (s Stack) Kept(history []Update) time.Time {
	destroying := false
	for i, update := range history {
		switch {
		case i == 0 && s.Modified.After(update.Ended.Add(time.Second)):
			return s.Modified // by something that has left no entry
		case update.Kind == "destroy":
			destroying = true
		case destroying && (update.Kind == "refresh" || update.Kind == "resource-import"):
		case i == 0:
			return s.Modified
		default:
			return update.Ended
		}
	}
	return s.Modified
}

// History returns what the backend remembers of the updates of a stack, the newest
// first.
func (f Folder) History(project, stack string) ([]Update, error) {
	folder := filepath.Join(string(f), ".pulumi", "history", project, stack)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var history []Update
	for _, entry := range slices.Backward(entries) { // their names end with the time
		if !strings.HasSuffix(entry.Name(), ".history.json") {
			continue
		}
		file := filepath.Join(folder, entry.Name())
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var update struct {
			Kind    string `json:"kind"`
			EndTime int64  `json:"endTime"`
			Result  string `json:"result"`
		}
		if err := json.Unmarshal(content, &update); err != nil {
			return nil, fmt.Errorf("%s: not an entry of Pulumi's history: %w", file, err)
		}
		history = append(history, Update{Kind: update.Kind, Ended: time.Unix(update.EndTime, 0), Failed: update.Result == Failed})
	}
	return history, nil
}
