package deployment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/updateplan"
	"github.com/ringfence/ringfence/shared/graph"
)

// keeper holds a deployment to a plan. Nil is for a deployment without one.
type keeper struct {
	updateplan.Plan
	deployment *Deployment
	stacks     []graph.Name

	mu       sync.Mutex
	exported map[graph.Name]map[string]any
}

// keeping opens the plan in a folder and makes sure that it is one for this site
// and for these stacks.
func (d *Deployment) keeping(folder string, stacks estate.Plan) (*keeper, error) {
	if folder == "" {
		return nil, nil
	}
	p, err := updateplan.Open(folder)
	if err != nil {
		return nil, err
	}
	k := &keeper{Plan: p, deployment: d, stacks: stacks.Stacks(), exported: map[graph.Name]map[string]any{}}
	now, err := d.planSite()
	if err != nil {
		return nil, err
	}
	for _, field := range []struct{ what, was, is string }{
		{"environment", p.Environment, now.Environment}, {"stacks named", p.Name, now.Name}, {"account", p.Account, now.Account},
	} {
		if field.was != field.is {
			return nil, fmt.Errorf("the plan in %s is for %s %q, and this is %q: make a plan for this one (%s)",
				p.Folder, field.what, field.was, field.is, k.anew())
		}
	}
	if p.File != now.File || p.Site != now {
		return nil, k.outdated(d.File() + " is not what it was when the plan was made")
	}
	return k, planned(p, k.stacks)
}

// anew is the command that makes the plan again.
func (k *keeper) anew() string {
	return "./ringfence preview" + k.deployment.Flags() + " --save-plan " + k.deployment.Relative(k.Folder)
}

// outdated words that a plan does not fit any more.
func (k *keeper) outdated(why string) error {
	return fmt.Errorf("%s, so nothing was changed: make a new plan (%s)", why, k.anew())
}

// tooEarly words that a stack reads what the plan has yet to change.
func (k *keeper) tooEarly(stack, upstream graph.Name) error {
	return fmt.Errorf("stack %s reads what this plan changes in %s, which is not deployed yet, so nothing was changed: "+
		"./ringfence up%s --stack %[2]s --only --plan %[4]s comes first", stack, upstream, k.deployment.Flags(), k.deployment.Relative(k.Folder))
}

// checkSettled fails where nobody knows what stands of one of the stacks: a plan says
// what to do, and has no place for what an earlier deployment has left.
func (s Site) checkSettled(survey Survey, stacks []graph.Name) error {
	for _, n := range stacks {
		unsettled, err := survey[n].unsettled()
		if err != nil {
			return fmt.Errorf("the state of stack %s: %w", n, err)
		}
		if unsettled {
			return fmt.Errorf("the last deployment of stack %s was cut off, and no plan can say what it has left: "+
				"./ringfence up%s --stack %[1]s first, which finds out, and then make a plan", n, s.Flags())
		}
	}
	return nil
}

// checkStates makes sure that the stacks are as they were when the plan was made,
// and that those outside of this deployment export what the plan counts on.
func (k *keeper) checkStates(survey Survey) error {
	if k == nil {
		return nil
	}
	if err := k.deployment.checkSettled(survey, k.stacks); err != nil {
		return err
	}
	var why []string
	for _, n := range k.stacks {
		part, _ := k.Part(n)
		digest, err := survey[n].Deployment.Digest()
		if err != nil {
			return fmt.Errorf("the state of stack %s: %w", n, err)
		}
		if digest != part.State {
			why = append(why, fmt.Sprintf("stack %s was changed since the plan was made", n))
		}
	}
	if len(why) > 0 {
		return k.outdated(strings.Join(why, "; "))
	}
	for _, n := range k.deployment.Estate.Names() {
		k.exported[n] = survey[n].Outputs
	}
	for _, n := range k.stacks {
		part, _ := k.Part(n)
		for _, read := range part.Reads {
			if k.deploys(read.From) {
				continue
			}
			differences := read.Differences(k.exported[read.From])
			if upstream, planned := k.Part(read.From); planned && len(differences) > 0 {
				if digest, err := survey[read.From].Deployment.Digest(); err == nil && digest == upstream.State {
					return k.tooEarly(n, read.From)
				}
			}
			why = append(why, differences...)
		}
	}
	if len(why) > 0 {
		return k.outdated(strings.Join(why, "; "))
	}
	return nil
}

// deploys reports whether a stack is part of this deployment.
func (k *keeper) deploys(stack graph.Name) bool {
	for _, n := range k.stacks {
		if n == stack {
			return true
		}
	}
	return false
}

// checkPrograms makes sure that the programs are those that were previewed.
func (k *keeper) checkPrograms(g *ground) error {
	if k == nil {
		return nil
	}
	var changed []string
	for _, n := range k.stacks {
		part, _ := k.Part(n)
		digest, err := g.program(n)
		if err != nil {
			return err
		}
		if digest != part.Program {
			changed = append(changed, string(n))
		}
	}
	if len(changed) == 0 {
		return nil
	}
	from := ""
	if k.Commit != "" {
		from = " (of commit " + k.Commit + ")"
	}
	return k.outdated("the program of stack " + strings.Join(changed, " and of ") + " is not the one that was previewed" + from)
}

// up deploys a stack as the plan says.
func (k *keeper) up(ctx context.Context, g *ground, stack graph.Name, job engine.Job) (engine.Result, error) {
	part, _ := k.Part(stack)
	if err := k.checkReads(part); err != nil {
		return engine.Result{}, err
	}
	folder, err := os.MkdirTemp("", "ringfence-plan-")
	if err != nil {
		return engine.Result{}, err
	}
	defer os.RemoveAll(folder)
	if job.Plan, err = k.Extract(stack, folder); err != nil {
		return engine.Result{}, err
	}
	result, err := g.engine.Up(ctx, job)
	if err != nil {
		return result, k.explain(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.exported[stack] = result.Outputs
	return result, nil
}

// checkReads makes sure that a stack reads what its plan counts on.
func (k *keeper) checkReads(part updateplan.Stack) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var why []string
	for _, read := range part.Reads {
		why = append(why, read.Differences(k.exported[read.From])...)
	}
	if len(why) == 0 {
		return nil
	}
	return &engine.Failure{Lines: append(why, k.remedy(true)...)}
}

// explain says what to do when a stack does not fit its plan.
func (k *keeper) explain(err error) error {
	var off *engine.OffPlan
	if !errors.As(err, &off) {
		return err
	}
	return &engine.Failure{Lines: append(append([]string{"it does not fit the plan"}, off.Reasons...), k.remedy(off.Untouched)...)}
}

func (k *keeper) remedy(untouched bool) []string {
	what := "Part of this stack may have been changed, each change as planned"
	if untouched {
		what = "Nothing of this stack was changed"
	}
	return []string{what + ". Make a new plan: " + k.anew()}
}
