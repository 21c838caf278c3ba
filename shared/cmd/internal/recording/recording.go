// Package recording asks the built stack programs what they would register in an
// environment. No engine runs, no account is asked, nothing is changed: it takes
// a fraction of a second for the whole estate, and so is done before anything
// else is.
package recording

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Source is what is recorded: the programs of a checkout in an environment.
type Source struct {
	// Root is the root of the checkout, and Programs the folder of its built
	// programs.
	Root, Programs string
	// Environment is the environment file.
	Environment *config.Environment
	// Name is the name of the Pulumi stacks.
	Name string
}

// Take records all stacks, each with the recorded outputs of those it reads.
func (s Source) Take(ctx context.Context) (*snapshot.Snapshot, error) {
	taken := &snapshot.Snapshot{
		Environment: s.Environment, Names: names.New(s.Name, s.Environment.AccountID, s.Environment.Region),
		Stacks: graph.Names(), Outputs: map[graph.Name]map[string]any{},
	}
	for _, stack := range graph.Names() {
		resources, outputs, err := s.stack(ctx, stack, taken.Outputs)
		if err != nil {
			return nil, err
		}
		taken.Resources = append(taken.Resources, resources...)
		taken.Outputs[stack] = outputs
	}
	taken.Sort()
	return taken, nil
}

func (s Source) stack(ctx context.Context, stack graph.Name, upstream map[graph.Name]map[string]any) ([]snapshot.Resource, map[string]any, error) {
	known, err := json.Marshal(upstream)
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(filepath.Join(s.Programs, string(stack)), "record", "--environment", s.Environment.Name, "--name", s.Name)
	cmd.Dir = filepath.Join(s.Root, filepath.FromSlash(stack.Dir()))
	cmd.Env = os.Environ()
	cmd.Stdin = bytes.NewReader(known)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := process.Run(ctx, cmd); err != nil {
		if text := strings.TrimSpace(problem.String()); text != "" {
			err = errors.New(text)
		}
		return nil, nil, fmt.Errorf("stack %s: %w", stack, err)
	}
	var recorded struct {
		Resources []snapshot.Resource `json:"resources"`
		Outputs   map[string]any      `json:"outputs"`
	}
	if err := json.Unmarshal(out.Bytes(), &recorded); err != nil {
		return nil, nil, fmt.Errorf("stack %s: the program printed no recording: %w", stack, err)
	}
	return recorded.Resources, recorded.Outputs, nil
}
