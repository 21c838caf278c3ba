package deployment

import (
	"bytes"
	"context"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// guess is the preview of a stack with what those upstream of it export now.
// Most changes leave the outputs alone. Then the guess is right, and all stacks
// have been previewed side by side; otherwise it is dropped.
type guess struct {
	drop  context.CancelFunc
	ended chan struct{}

	// What came of it, once it has ended.
	result engine.Result
	err    error
	log    bytes.Buffer
}

// guess begins to preview every stack that waits for others, when these are
// deployed. The returned function ends what is still under way.
func (v *viewer) guess(ctx context.Context, plan estate.Plan) (end func()) {
	v.guesses = map[graph.Name]*guess{}
	for _, step := range plan {
		if len(step.After) == 0 || !v.deployed(step.Stack) {
			continue
		}
		ctx, drop := context.WithCancel(ctx)
		g := &guess{drop: drop, ended: make(chan struct{})}
		v.guesses[step.Stack] = g
		go func() {
			defer close(g.ended)
			var job engine.Job
			if job, g.err = v.deployment.job(step.Stack, v.ground.survey[step.Stack], &g.log); g.err != nil {
				return
			}
			job.Policies = v.ground.policies
			g.result, g.err = v.look(ctx, step.Stack, job)
		}()
	}
	return func() {
		for _, g := range v.guesses {
			g.drop()
			<-g.ended
		}
	}
}

// deployed reports whether all stacks are deployed that a stack reads.
func (v *viewer) deployed(stack graph.Name) bool {
	for _, upstream := range v.deployment.Estate.DependsOn(stack) {
		if !v.ground.survey.Complete(upstream) {
			return false
		}
	}
	return true
}

// guessed is the result for a stack that was guessed right.
func (v *viewer) guessed(stack graph.Name, job engine.Job) (result engine.Result, right bool, err error) {
	g, made := v.guesses[stack]
	if !made {
		return engine.Result{}, false, nil
	}
	overtaken := v.overtaken(stack)
	if overtaken {
		g.drop()
	}
	<-g.ended
	if overtaken {
		return engine.Result{}, false, nil
	}
	_, _ = g.log.WriteTo(job.Log)
	return g.result, true, g.err
}

// overtaken reports whether a stack that this one reads would export something
// else than it does now.
func (v *viewer) overtaken(stack graph.Name) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, upstream := range v.deployment.Estate.DependsOn(stack) {
		if v.carried[upstream].Changed {
			return true
		}
	}
	return false
}
