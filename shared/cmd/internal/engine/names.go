package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Names returns the names that the backend knows stacks of the projects by,
// sorted. Folder is the source folder of the program of one of them.
func (e Engine) Names(ctx context.Context, folder string, projects []string) ([]string, error) {
	out, errOut, err := e.ask(ctx, folder, "stack", "ls", "--all", "--json")
	if err != nil {
		return nil, failure(ctx, nil, fmt.Errorf("%w\nstderr: %s", err, errOut))
	}
	var stacks []struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal([]byte(out), &stacks); err != nil {
		return nil, fmt.Errorf("the stacks of the backend: %w", err)
	}
	var names []string
	for _, s := range stacks {
		// organization/project/stack; without the first where it is the user's own,
		// and without the second where it is that of the folder.
		parts := strings.Split(s.Name, "/")
		if len(parts) == 1 || slices.Contains(projects, parts[len(parts)-2]) {
			names = append(names, parts[len(parts)-1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
