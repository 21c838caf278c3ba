package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
	"github.com/ringfence/ringfence/tests/checkout"
)

// site is a copy of the checkout in which the environment file may be changed, with
// the built programs of the original.
type site struct {
	root string
	// file is the environment file as it is deployed first, and changed with one
	// change.
	file, changed string
}

// newSite copies the checkout at root, whose tools are ready. 0 workloads are those
// that the environment file has.
func newSite(root, folder string, workloads int) (*site, error) {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	if err := checkout.CopyTo(folder, root, filepath.Join(root, ".ringfence", "bin")); err != nil {
		return nil, err
	}
	from, to := filepath.Join(root, ".ringfence"), filepath.Join(folder, ".ringfence")
	if err := os.CopyFS(filepath.Join(to, "programs"), os.DirFS(filepath.Join(from, "programs"))); err != nil {
		return nil, err
	}
	for _, file := range []string{filepath.Join(".ringfence", "programs.json"), "ringfence"} {
		info, err := os.Stat(filepath.Join(root, file))
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, file), text, info.Mode()); err != nil {
			return nil, err
		}
	}
	s := &site{root: folder}
	text, err := os.ReadFile(s.environmentFile())
	if err != nil {
		return nil, err
	}
	s.file = string(text)
	if workloads > 0 {
		if s.file, err = withWorkloads(s.file, workloads); err != nil {
			return nil, err
		}
	}
	s.changed, err = withOneChange(s.file)
	return s, err
}

func (s *site) environments() string { return filepath.Join(s.root, "stacks", "environments") }

func (s *site) environmentFile() string {
	return filepath.Join(s.environments(), environment+".yaml")
}

// write puts the environment file in place, and returns what the programs would
// register with it.
func (s *site) write(ctx context.Context, file string) (*terraform.Estate, error) {
	if err := os.WriteFile(s.environmentFile(), []byte(file), 0o644); err != nil {
		return nil, err
	}
	env, err := config.Load(s.environments(), environment, environment)
	if err != nil {
		return nil, err
	}
	recordings, outputs := map[graph.Name]terraform.Recording{}, map[graph.Name]map[string]any{}
	for _, stack := range graph.Names() {
		r, err := s.record(ctx, stack, outputs)
		if err != nil {
			return nil, fmt.Errorf("record stack %s: %w", stack, err)
		}
		recordings[stack], outputs[stack] = r, r.Outputs
	}
	return terraform.New(s.root, names.New(environment, env.AccountID, env.Region), recordings)
}

func (s *site) record(ctx context.Context, stack graph.Name, upstream map[graph.Name]map[string]any) (terraform.Recording, error) {
	var r terraform.Recording
	known, err := json.Marshal(upstream)
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.root, ".ringfence", "programs", string(stack)),
		"record", "-inputs", "-environment", environment)
	cmd.Dir = filepath.Join(s.root, filepath.FromSlash(stack.Dir()))
	cmd.Stdin = bytes.NewReader(known)
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, problem.String())
	}
	return r, json.Unmarshal(out, &r)
}
