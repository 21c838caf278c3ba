package deployment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/git"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/cmd/internal/updateplan"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
)

// planSite says which site a plan is for, as it is now.
func (s Site) planSite() (updateplan.Site, error) {
	digest, err := updateplan.DigestFile(filepath.Join(s.Root, filepath.FromSlash(s.File())))
	return updateplan.Site{
		Environment: s.Environment.Name, Name: s.Name, Account: s.Environment.AccountID, File: digest,
	}, err
}

// planFile is where the engine leaves the update plan of a stack.
func (v *viewer) planFile(stack graph.Name) string { return v.Place(string(stack) + ".plan.json") }

// save makes a plan of what was previewed.
func (v *viewer) save(ctx context.Context, folder string, p Preview) (err error) {
	m := updateplan.Manifest{Commit: git.Checkout{Root: v.site.Root}.Head(ctx)}
	if m.Site, err = v.site.planSite(); err != nil {
		return err
	}
	plans := map[graph.Name][]byte{}
	for _, s := range p.Stacks {
		content, err := os.ReadFile(v.planFile(s.Stack))
		if err != nil {
			return err
		}
		if err := v.checkSecret(s.Stack, content); err != nil {
			return err
		}
		part, err := v.part(s)
		if err != nil {
			return err
		}
		plans[s.Stack], m.Stacks = content, append(m.Stacks, part)
	}
	return updateplan.Save(folder, m, plans)
}

// part says what the plan of a stack was made of.
func (v *viewer) part(s StackPreview) (part updateplan.Stack, err error) {
	part = updateplan.Stack{Stack: s.Stack, Exact: s.Exact}
	if part.Program, err = v.ground.program(s.Stack); err != nil {
		return part, err
	}
	if part.State, err = v.ground.survey[s.Stack].Deployment.Digest(); err != nil {
		return part, err
	}
	for _, upstream := range v.deployment.Estate.DependsOn(s.Stack) {
		known, _, err := v.Backend().Stack(upstream.Project(), v.site.Name)
		if err != nil {
			return part, err
		}
		read := updateplan.Read{From: upstream, Outputs: known.Outputs, Unknown: v.carried[upstream].Unknown}
		delete(read.Outputs, contract.PendingKey)
		delete(read.Outputs, contract.ConsumedKey) // no program reads it
		part.Reads = append(part.Reads, read)
	}
	return part, nil
}

// checkSecret makes sure that a deployment can read the secrets in a plan. Those
// of a stack that the backend does not know are encrypted with a key of the copy,
// except in the emulator, where all stacks share one.
func (v *viewer) checkSecret(stack graph.Name, plan []byte) error {
	if v.site.Emulated() || v.ground.survey[stack].Found {
		return nil
	}
	var content any
	if err := json.Unmarshal(plan, &content); err != nil {
		return fmt.Errorf("the plan of stack %s: %w", stack, err)
	}
	if text, err := json.Marshal(state.Masked(content)); err != nil || !bytes.Contains(text, []byte(`"`+state.Secret+`"`)) {
		return err
	}
	return fmt.Errorf("no plan can be saved: stack %s was never deployed, so it has no key yet for the secrets in its plan: "+
		"deploy it once with ./ringfence up%s, and save plans from then on", stack, v.site.Flags())
}

// program is the digest of the program of a stack.
func (g *ground) program(stack graph.Name) (string, error) {
	folder := value(g.engine.Env, programsVariable)
	if folder == "" {
		return "", nil
	}
	return updateplan.DigestFile(filepath.Join(folder, string(stack)))
}

// planned reports whether a plan covers all stacks.
func planned(p updateplan.Plan, stacks []graph.Name) error {
	for _, n := range stacks {
		if _, ok := p.Part(n); !ok {
			var has []string
			for _, s := range p.Stacks {
				has = append(has, string(s.Stack))
			}
			slices.Sort(has)
			return fmt.Errorf("the plan in %s is for %s, and not for stack %s: name the stacks with --stack and --only, "+
				"or make a plan of all", p.Folder, strings.Join(has, ", "), n)
		}
	}
	return nil
}
