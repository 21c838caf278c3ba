package workflows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

var deployRules = []Rule{
	{
		Name: "deploy-order", Control: DeployOrder, check: deployOrder,
		Holds: "the stacks are deployed by a job each, which needs exactly the jobs of the stacks that the graph says it depends on",
	},
	{
		Name: "deploy-queue", Control: DeployOrder, check: deployQueue,
		Holds: "deployments run one at a time, wait for each other and are never cancelled",
	},
	{
		Name: "deploy-stops", Control: DeployOrder, check: deployStops,
		Holds: "a stack is not deployed when one that it depends on has failed, and no report is made then",
	},
}

// deploying are the workflows that have a job for a stack.
func deploying(all files) []Workflow {
	var out []Workflow
	for _, w := range all {
		if slices.ContainsFunc(w.Jobs, isStack) {
			out = append(out, w)
		}
	}
	return out
}

func isStack(j Job) bool { return slices.Contains(graph.Names(), graph.Name(j.ID)) }

func deployOrder(all files) []Finding {
	workflows := deploying(all)
	if len(workflows) == 0 {
		return []Finding{{Message: "no workflow deploys the stacks", Remedy: "have one job per stack, named after it"}}
	}
	out := deployedOnPush(all)
	for _, w := range workflows {
		for _, stack := range graph.All() {
			j, found := w.Job(string(stack.Name))
			if !found {
				out = append(out, Finding{File: w.File, Message: fmt.Sprintf("no job deploys stack %s", stack.Name),
					Remedy: "add one, named after the stack; ./ringfence graph shows the order"})
				continue
			}
			if needs, want := stacksOf(j.Needs), sorted(stack.DependsOn); !slices.Equal(needs, want) {
				out = append(out, at(w, j, j.Line, fmt.Sprintf("needs %v", needs),
					fmt.Sprintf("the graph says needs: [%s]", strings.Join(want, ", "))))
			}
			if given, found := entry(j.With, "stack"); found && given.Value != j.ID {
				out = append(out, at(w, j, given.Line, "deploys stack "+given.Value, "a job is named after the stack it deploys"))
			}
			if asked := planned.FindStringSubmatch(j.If); asked != nil && asked[1] != j.ID {
				out = append(out, at(w, j, j.Line, "is deployed when the plan changes stack "+asked[1], "ask the plan for the stack of the job"))
			}
		}
	}
	return out
}

// planned is the part of a condition that asks whether the plan changes a stack.
var planned = regexp.MustCompile(`contains\(fromJSON\(needs\.plan\.[^,]*,\s*'([^']*)'\)`)

// deployedOnPush holds that what has been merged is deployed, and nothing else.
func deployedOnPush(all files) []Finding {
	var out []Finding
	found := false
	for _, w := range all {
		push, on := w.On("push")
		if !on || len(deploying(all.reached(w))) == 0 {
			continue
		}
		found = true
		if !slices.Equal(push.Branches, []string{"main"}) || len(push.Tags) > 0 {
			out = append(out, Finding{File: w.File, Line: push.Line, Message: "deploys what has not been merged", Remedy: "write branches: [main], and no tags"})
		}
	}
	if !found {
		out = append(out, Finding{Message: "no push to main deploys the stacks", Remedy: "call the workflow that has their jobs from one that runs on push to main"})
	}
	return out
}

// stacksOf are the jobs of stacks among those that a job needs.
func stacksOf(needs []string) []string {
	return slices.DeleteFunc(sorted(needs), func(id string) bool { return !slices.Contains(graph.Names(), graph.Name(id)) })
}

func sorted[S ~string](names []S) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	slices.Sort(out)
	return out
}

func deployQueue(all files) []Finding {
	var out []Finding
	for _, w := range all {
		reached := all.reached(w)
		if _, only := w.On("workflow_call"); only && len(w.Triggers) == 1 || w.Composite || len(deploying(reached)) == 0 {
			continue
		}
		if w.Concurrency == nil {
			out = append(out, Finding{File: w.File, Message: "deployments may run side by side",
				Remedy: "add concurrency with a fixed group, queue: max and cancel-in-progress: false"})
		} else if c := w.Concurrency; c.CancelInProgress != "false" || c.Queue != "max" || strings.Contains(c.Group, "${{") {
			out = append(out, Finding{File: w.File, Line: c.Line,
				Message: fmt.Sprintf("concurrency has group %q, queue %q, cancel-in-progress %q", c.Group, c.Queue, c.CancelInProgress),
				Remedy:  "take one fixed group, queue: max (or a newer run replaces the one that waits) and cancel-in-progress: false"})
		}
		for _, r := range reached {
			if r.File != w.File && r.Concurrency != nil {
				out = append(out, cancelling(r, Job{}, r.Concurrency)...)
			}
			for _, j := range r.Jobs {
				out = append(out, cancelling(r, j, j.Concurrency)...)
			}
		}
	}
	return out
}

func cancelling(w Workflow, j Job, c *Concurrency) []Finding {
	if c == nil || c.CancelInProgress == "false" {
		return nil
	}
	return []Finding{at(w, j, c.Line, "a deployment could be cancelled half way", "set cancel-in-progress: false")}
}

// stops reports whether a condition keeps a job from starting when one that it
// needs has failed. Without any of these functions GitHub adds success() itself;
// with one, the condition must say it, and whatever stands behind may only narrow.
//
// Source: GitHub Docs, "Evaluate expressions in workflows and actions", Status
// check functions.
func stops(condition string) bool {
	text := strings.NewReplacer(" ", "", "${{", "", "}}", "").Replace(condition)
	rest, said := strings.CutPrefix(text+"&&", "!cancelled()&&!failure()&&")
	if said && strings.Contains(rest, "||") {
		return false
	}
	return !slices.ContainsFunc(ignoring, func(f string) bool { return strings.Contains(rest, f) })
}

// ignoring are the conditions with which a job starts although one that it
// needs has failed.
var ignoring = []string{"always()", "failure()", "cancelled()"}

func deployStops(all files) []Finding {
	return eachJob(deploying(all), func(w Workflow, j Job) []Finding {
		if !isStack(j) && len(stacksOf(j.Needs)) == 0 {
			return nil
		}
		var out []Finding
		if !stops(j.If) {
			out = append(out, at(w, j, j.Line, "runs even if a job it needs has failed: if: "+j.If,
				"leave the condition out, or begin it with !cancelled() && !failure() &&"))
		}
		jobs := []Job{j}
		if called, found := all.called(j); found {
			jobs = append(jobs, called.Jobs...)
		}
		for _, each := range jobs {
			if tolerant(each) {
				out = append(out, at(w, j, j.Line, "continue-on-error hides that a deployment failed", "leave continue-on-error out"))
			}
		}
		return out
	})
}

// tolerant reports whether a failure may pass for success.
func tolerant(j Job) bool {
	allowed := func(value string) bool { return value != "" && value != "false" }
	return allowed(j.ContinueOnError) || slices.ContainsFunc(j.Steps, func(s Step) bool { return allowed(s.ContinueOnError) })
}
