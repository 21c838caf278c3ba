package deployment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// operation is what a run does to each stack.
type operation struct {
	name  string // such as up
	doing string // such as deploying
	do    func(context.Context, graph.Name, engine.Job) (engine.Result, error)
	// words says what became of a stack that went well.
	words func(engine.Changes) string
	// looks: the state is only read, so there is nothing to tidy up.
	looks bool
}

// run carries out a plan and shows it.
func (d *Deployment) run(ctx context.Context, plan estate.Plan, g *ground, op operation, begun time.Time) Report {
	var mu sync.Mutex
	reports := map[graph.Name]StackReport{}
	progress := d.progress(plan)
	defer context.AfterFunc(ctx, func() {
		d.Console.Line("interrupted: the engines finish what they are at; interrupt again to kill them")
	})()

	work := func(ctx context.Context, stack graph.Name) error {
		since := time.Now()
		result, err := d.work(ctx, stack, g, op, func(p engine.Progress) {
			progress.Update(string(stack), describe(p))
		})
		mu.Lock()
		defer mu.Unlock()
		reports[stack] = StackReport{
			Changes: result.Changes, Resources: result.Resources, Violations: result.Violations,
			Seconds: seconds(since), Log: d.Relative(d.log(stack, op)),
		}
		return err
	}
	ended := func(o estate.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		r := reports[o.Stack]
		r.Stack, r.Result, r.SkippedBecause, r.Error = o.Stack, o.Result, o.Cause, errorLines(o.Err)
		reports[o.Stack] = r
		progress.End(string(o.Stack), mark(o.Result), r.line(op.words))
	}
	begin := func(stack graph.Name) { progress.Begin(string(stack), op.doing) }
	outcomes := plan.Run(ctx, work, estate.Watcher{Begun: begin, Ended: ended})
	progress.Close()

	report := Report{
		Operation: op.name, Environment: d.Environment.Name, Name: d.Name,
		Endpoint: g.emulator.Endpoint, Given: g.emulator.Given, Stacks: []StackReport{},
	}
	for _, o := range outcomes {
		report.Stacks = append(report.Stacks, reports[o.Stack])
	}
	report.Result = summarize(report.Stacks)
	if !op.looks {
		d.settle(ctx, g, &report)
	}
	report.Seconds = seconds(begun)
	return report
}

// progress shows the plan before anything has begun.
func (d *Deployment) progress(plan estate.Plan) *console.Progress {
	var names, waiting []string
	for _, step := range plan {
		names = append(names, string(step.Stack))
		text := ""
		if len(step.After) > 0 {
			text = "waits for " + join(step.After)
		}
		waiting = append(waiting, text)
	}
	return d.Console.Progress(names, waiting)
}

func (d *Deployment) work(
	ctx context.Context, stack graph.Name, g *ground, op operation, observe func(engine.Progress),
) (engine.Result, error) {
	log, err := openLog(d.log(stack, op))
	if err != nil {
		return engine.Result{}, err
	}
	defer log.Close()
	job, err := d.job(stack, g.survey[stack], log)
	if err != nil {
		return engine.Result{}, err
	}
	job.Observe, job.Policies = observe, g.policies
	fmt.Fprintf(log, "ringfence %s: stack %s of environment %s, %s\n\n", op.name, stack, d.Name, time.Now().UTC().Format("2006-01-02 15:04:05 UTC"))
	result, err := op.do(ctx, stack, job)
	if err != nil {
		_, _ = io.WriteString(log, "\n"+err.Error()+"\n")
	}
	return result, err
}

// settle leaves no lock of an engine that was killed, and after an interrupt
// finds out what stands.
func (d *Deployment) settle(ctx context.Context, g *ground, report *Report) {
	interrupted := report.Result == estate.Interrupted
	if !d.Emulated() && !interrupted {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookBack)
	defer cancel()
	survey, err := d.look(ctx, g)
	if err == nil {
		err = d.releaseAbandoned(survey)
	}
	if err != nil {
		d.Console.Line("the state could not be read: %v", err)
		return
	}
	if !interrupted {
		return
	}
	for i, r := range report.Stacks {
		report.Stacks[i].Standing = survey[r.Stack].Resources
		report.Stacks[i].CutOff = len(survey[r.Stack].Pending)
	}
}

// lookBack bounds the look at the state after an interrupt.
const lookBack = 15 * time.Second

func (d *Deployment) look(ctx context.Context, g *ground) (Survey, error) {
	if d.Emulated() {
		return d.surveyFolder()
	}
	return d.surveyBackend(ctx, g.engine)
}

func mark(r estate.Result) console.Mark {
	switch r {
	case estate.Done:
		return console.Good
	case estate.Failed, estate.Interrupted:
		return console.Bad
	default:
		return console.Neutral
	}
}

// describe words how far an operation is.
func describe(p engine.Progress) string {
	text := console.Count(p.Finished, "resource") + " done"
	if len(p.Running) > 0 {
		text += ", at work on " + p.Running[0]
	}
	if more := len(p.Running) - 1; more > 0 {
		text += " and " + console.Count(more, "other")
	}
	return text
}

// joined puts the lines of errors together, those of the engine among them.
func joined(errs ...error) error {
	var lines []string
	for _, err := range errs {
		lines = append(lines, errorLines(err)...)
	}
	return &engine.Failure{Lines: lines}
}

func errorLines(err error) []string {
	if err == nil {
		return nil
	}
	var failure *engine.Failure
	if errors.As(err, &failure) {
		return failure.Lines
	}
	return []string{err.Error()}
}
