// Package catalogue judges environments of a checkout by the control catalogue,
// before anything is previewed or deployed: on what the programs would register.
package catalogue

import (
	"context"
	"path/filepath"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/recording"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/shared/workflows"
)

// Checkout is where the programs and the environment files are.
type Checkout struct {
	// Root is the root of the checkout, and Programs the folder of its built
	// programs.
	Root, Programs string
	// Today is the day by which exceptions expire.
	Today time.Time
}

// Judged is what became of the controls in one environment.
type Judged struct {
	Environment string
	Results     []controls.Result
	// Snapshot is what was judged.
	Snapshot *snapshot.Snapshot
}

// Broken returns the findings that no exception covers, in the order of the
// catalogue, of controls of the given tiers.
func (j Judged) Broken(tiers ...controls.Tier) []controls.Finding {
	var out []controls.Finding
	for _, r := range j.Results {
		for _, tier := range tiers {
			if r.Control.Tier == tier {
				out = append(out, r.Findings...)
			}
		}
	}
	return out
}

// Judge judges one environment, whose Pulumi stacks have a name.
func (c Checkout) Judge(ctx context.Context, env *config.Environment, name string) (Judged, error) {
	pipeline, err := c.pipeline()
	if err != nil {
		return Judged{}, err
	}
	return c.judge(ctx, env, name, pipeline)
}

// JudgeAll judges environments, and returns the exceptions that count no more:
// that have expired, or that cover nothing in any of them.
func (c Checkout) JudgeAll(ctx context.Context, environments []*config.Environment) ([]Judged, []controls.Stale, error) {
	pipeline, err := c.pipeline()
	if err != nil {
		return nil, nil, err
	}
	var all []Judged
	results := map[string][]controls.Result{}
	for _, env := range environments {
		judged, err := c.judge(ctx, env, env.Name, pipeline)
		if err != nil {
			return nil, nil, err
		}
		all, results[env.Name] = append(all, judged), judged.Results
	}
	return all, pipeline.Exceptions.Check(c.Today, results), nil
}

// JudgeStanding judges the estate of a snapshot, such as one that is deployed. It
// also returns the register of exceptions.
func (c Checkout) JudgeStanding(s *snapshot.Snapshot) ([]controls.Result, controls.Exceptions, error) {
	pipeline, err := c.pipeline()
	if err != nil {
		return nil, nil, err
	}
	return controls.Judge(s, pipeline, pipeline.Exceptions.On(c.Today)), pipeline.Exceptions, nil
}

func (c Checkout) judge(ctx context.Context, env *config.Environment, name string, pipeline *controls.Pipeline) (Judged, error) {
	taken, err := recording.Source{Root: c.Root, Programs: c.Programs, Environment: env, Name: name}.Take(ctx)
	if err != nil {
		return Judged{}, err
	}
	return judge(taken, name, pipeline, c.Today), nil
}

// JudgeSnapshot judges an environment as it was found, by the register of the
// checkout.
func (c Checkout) JudgeSnapshot(s *snapshot.Snapshot, name string) (Judged, error) {
	pipeline, err := c.pipeline()
	if err != nil {
		return Judged{}, err
	}
	return judge(s, name, pipeline, c.Today), nil
}

func judge(s *snapshot.Snapshot, name string, pipeline *controls.Pipeline, today time.Time) Judged {
	return Judged{Environment: name, Results: controls.Judge(s, pipeline, pipeline.Exceptions.On(today)), Snapshot: s}
}

// pipeline is what there is to judge beside the stacks.
func (c Checkout) pipeline() (*controls.Pipeline, error) {
	flows, err := workflows.Load(filepath.Join(c.Root, ".github"))
	if err != nil {
		return nil, err
	}
	exceptions, err := controls.LoadExceptions(filepath.Join(c.Root, "stacks", "environments"))
	if err != nil {
		return nil, err
	}
	return &controls.Pipeline{Workflows: flows, Exceptions: exceptions, Today: c.Today}, nil
}
