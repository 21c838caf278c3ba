// Package engine runs Pulumi operations on the stacks of the estate.
//
// It drives the Automation API from the stack's own source folder and writes
// nothing there. One operation is one process of the Pulumi CLI. An interrupt
// reaches the engine once, which then finishes what is under way, writes its
// state and releases its lock; only the second one kills it.
package engine

import (
	"context"
	"fmt"
	"io"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

// Engine is the Pulumi CLI and the environment it runs in.
type Engine struct {
	// CLI is the path of the pulumi executable.
	CLI string
	// Env is the whole environment of every process.
	Env []string
	// Kill is closed when what is under way must end at once.
	Kill <-chan struct{}

	// events is where an update with a plan sends its events.
	events string
}

// parallel is how many resources an engine works on at once. Most of the time
// it waits for AWS, so it is more than Pulumi's four per core; AWS's own limits
// on requests are far off.
const parallel = 32

// Presence says whether a stack is known to the backend.
type Presence int

// The presences. Unknown costs a process to find out.
const (
	Unknown Presence = iota
	Absent
	Present
)

// Job is one operation on one stack.
type Job struct {
	// Project and Stack name the stack in the backend.
	Project, Stack string
	// Folder is the source folder of the program, with its Pulumi.yaml.
	Folder string
	// Settings is the folder for the stack's Pulumi.<stack>.yaml. Empty: the
	// file stands in Folder, is the user's own, and is used as it is.
	Settings string
	// Config holds the values written to a settings file in Settings. Nil: what
	// the file says stays.
	Config map[string]string
	// SecretsProvider encrypts the secrets of a stack that is created.
	SecretsProvider string
	// Salt is Pulumi's encryptionsalt for a new settings file. Empty: the CLI
	// makes one.
	Salt     string
	Presence Presence
	// Policies are the folders of the policy packs that judge every resource
	// of a preview or a deployment.
	Policies []string
	// Refresh makes a preview or a deployment read first what really stands.
	Refresh bool
	// SavePlan is the file for Pulumi's update plan of a preview; empty for none.
	SavePlan string
	// Plan is the file of an update plan that a deployment must keep; empty for
	// none.
	Plan string
	// Log receives all that the CLI prints.
	Log io.Writer
	// Observe is told how far the operation is, one call at a time.
	Observe func(Progress)
}

// Up deploys the stack, creating it first where it does not exist. It fails with
// OffPlan when the stack does not fit its plan.
func (e Engine) Up(ctx context.Context, job Job) (Result, error) {
	if job.Plan != "" {
		return e.upAsPlanned(ctx, job)
	}
	stack, err := e.open(ctx, job)
	if err != nil {
		return Result{}, err
	}
	return e.run(ctx, job, func(stream chan<- events.EngineEvent) error {
		_, err := stack.Up(ctx, job.upOptions(optup.EventStreams(stream))...)
		return err
	})
}

func (j Job) upOptions(more ...optup.Option) []optup.Option {
	options := append(more, optup.ConfigFile(j.settingsFile()), optup.PolicyPacks(j.Policies...),
		optup.ProgressStreams(j.Log), optup.ErrorProgressStreams(j.Log),
		optup.Parallel(parallel), optup.SuppressOutputs(), optup.SuppressProgress(), optup.Color("never"))
	if j.Refresh {
		options = append(options, optup.Refresh())
	}
	return options
}

// Preview says what Up would do to a stack that the backend knows.
func (e Engine) Preview(ctx context.Context, job Job) (Result, error) {
	job.Presence = Present
	stack, err := e.open(ctx, job)
	if err != nil {
		return Result{}, err
	}
	return e.run(ctx, job, func(stream chan<- events.EngineEvent) error {
		options := []optpreview.Option{
			optpreview.EventStreams(stream), optpreview.ConfigFile(job.settingsFile()),
			optpreview.PolicyPacks(job.Policies...),
			optpreview.ProgressStreams(job.Log), optpreview.ErrorProgressStreams(job.Log),
			optpreview.Parallel(parallel), optpreview.SuppressOutputs(), optpreview.SuppressProgress(), optpreview.Color("never"),
		}
		if job.Refresh {
			options = append(options, optpreview.Refresh())
		}
		if job.SavePlan != "" {
			options = append(options, optpreview.Plan(job.SavePlan))
		}
		_, err := stack.Preview(ctx, options...)
		return err
	})
}

// Refresh writes into the state what really stands, without running the
// program. Its result lists what a deployment would have to set right, as the
// provider judges it, and what is gone.
func (e Engine) Refresh(ctx context.Context, job Job) (Result, error) {
	job.Presence = Present
	stack, err := e.open(ctx, job)
	if err != nil {
		return Result{}, err
	}
	return e.run(ctx, job, func(stream chan<- events.EngineEvent) error {
		_, err := stack.Refresh(ctx, optrefresh.EventStreams(stream), optrefresh.ConfigFile(job.settingsFile()),
			optrefresh.ProgressStreams(job.Log), optrefresh.ErrorProgressStreams(job.Log), optrefresh.RunProgram(false),
			optrefresh.Parallel(parallel), optrefresh.SuppressOutputs(), optrefresh.SuppressProgress(), optrefresh.Color("never"))
		return err
	})
}

// Destroy deletes all resources of a stack that exists.
func (e Engine) Destroy(ctx context.Context, job Job) (Result, error) {
	job.Presence = Present
	stack, err := e.open(ctx, job)
	if err != nil {
		return Result{}, err
	}
	return e.run(ctx, job, func(stream chan<- events.EngineEvent) error {
		_, err := stack.Destroy(ctx, optdestroy.EventStreams(stream), optdestroy.ConfigFile(job.settingsFile()),
			optdestroy.ProgressStreams(job.Log), optdestroy.ErrorProgressStreams(job.Log),
			optdestroy.Parallel(parallel), optdestroy.SuppressOutputs(), optdestroy.SuppressProgress(), optdestroy.Color("never"))
		return err
	})
}

// Remove takes a stack without resources, its history and its generated
// settings out of the backend.
func (e Engine) Remove(ctx context.Context, job Job) error {
	ws, err := e.workspace(ctx, job, job.home())
	if err != nil {
		return err
	}
	if err := ws.RemoveStack(ctx, job.Stack); err != nil {
		return failure(ctx, nil, err)
	}
	return nil
}

// open returns the Automation API's stack, created if need be.
func (e Engine) open(ctx context.Context, job Job) (auto.Stack, error) {
	if err := job.writeSettings(); err != nil {
		return auto.Stack{}, err
	}
	// A stack is created from its settings folder, because that is where the
	// CLI then writes how its secrets are encrypted.
	home, err := e.workspace(ctx, job, job.home())
	if err != nil {
		return auto.Stack{}, err
	}
	switch job.Presence {
	case Absent:
		_, err = auto.NewStack(ctx, job.Stack, home)
	case Unknown:
		_, err = auto.UpsertStack(ctx, job.Stack, home)
	}
	if err != nil {
		return auto.Stack{}, failure(ctx, nil, err)
	}
	job.Presence = Present
	source, err := e.workspace(ctx, job, job.Folder)
	if err != nil {
		return auto.Stack{}, err
	}
	return auto.SelectStack(ctx, job.Stack, source)
}

func (e Engine) workspace(ctx context.Context, job Job, folder string) (auto.Workspace, error) {
	ws, err := auto.NewLocalWorkspace(ctx, auto.WorkDir(folder), auto.SecretsProvider(job.SecretsProvider),
		auto.Pulumi(command{Engine: e, known: job.Presence == Present}))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	return ws, nil
}

// run does one operation and follows its events to their end.
func (e Engine) run(ctx context.Context, job Job, operation func(chan<- events.EngineEvent) error) (Result, error) {
	stream, over, followed := make(chan events.EngineEvent), make(chan struct{}), make(chan *tally)
	go func() { followed <- follow(stream, over, job.Observe) }()
	err := operation(stream)
	// The CLI ends after its last event was taken, or without any event; then
	// nobody closes the stream.
	close(over)
	t := <-followed
	result := t.result()
	if err == nil && !result.Refused() {
		return result, nil
	}
	return result, failure(ctx, append(result.refusals(), t.errors...), err)
}

// Export returns the stack's state as the backend holds it, secrets encrypted,
// and whether the backend knows the stack at all.
func (e Engine) Export(ctx context.Context, job Job) (content []byte, found bool, err error) {
	out, errOut, err := e.ask(ctx, job.Folder, "stack", "export", "--stack", job.Stack)
	switch {
	case err == nil:
		return []byte(out), true, nil
	case noSuchStack.MatchString(errOut):
		return nil, false, nil
	default:
		return nil, false, failure(ctx, nil, fmt.Errorf("%w\nstderr: %s", err, errOut))
	}
}

// noSuchStack is how the CLI says that the backend does not know a stack.
var noSuchStack = regexp.MustCompile(`no stack named .* found`)
