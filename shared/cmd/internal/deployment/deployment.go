package deployment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/graph"
)

// Deployment works on one site.
type Deployment struct {
	Site
	Machine Machine
	Console *console.Console
	// Environ is the environment of this process.
	Environ []string
	// Kill is closed when what is under way must end at once.
	Kill <-chan struct{}
}

// Selection says which stacks a command is for.
type Selection struct {
	// Stacks are the stacks asked for, in deployment order.
	Stacks []graph.Name
	// Only leaves out what they depend on, or what depends on them.
	Only bool
	// Refresh reads first what really stands.
	Refresh bool
	// Adopt takes into the state what is in the way of a deployment: what carries the
	// tags of the environment, or has a name that only its account can have, and is in
	// no state of the environment.
	Adopt bool
	// SavePlan is the folder where a preview leaves a plan; empty for none.
	SavePlan string
	// Plan is the folder of the plan that a deployment must keep; empty for none.
	Plan string
	// Condition, when it is set, is asked last of all about what the backend
	// knows. Its error keeps a destruction from beginning, and is returned.
	Condition func(Survey) error
}

// ErrInterrupted reports that the user stopped the command.
var ErrInterrupted = errors.New("interrupted")

// say tells of preparatory work in one line.
func (d *Deployment) say(what string) func(string) {
	return func(text string) { d.Console.Line("%s: %s", what, text) }
}

// job describes the engine's work on a stack.
func (d *Deployment) job(stack graph.Name, known Known, log io.Writer) (engine.Job, error) {
	job := engine.Job{
		Project:         stack.Project(),
		Stack:           d.Name,
		Folder:          d.folder(stack),
		Settings:        d.settings(stack),
		Config:          map[string]string{environmentKey: d.Environment.Name},
		SecretsProvider: d.Environment.State.SecretsProvider,
		Presence:        engine.Absent,
		Log:             log,
	}
	if known.Found {
		job.Presence = engine.Present
	}
	if d.Emulated() {
		job.Salt = emulatorSalt
	}
	if own, exists := d.ownSettings(stack.Dir()); exists {
		job.Settings = ""
		return job, d.checkOwnSettings(own)
	}
	return job, nil
}

// checkOwnSettings makes sure that the user's own settings of a stack that is
// not called like its environment file name that file.
func (d *Deployment) checkOwnSettings(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var settings struct{ Config map[string]any }
	if err := yaml.Unmarshal(content, &settings); err != nil {
		return fmt.Errorf("%s is not valid YAML: %w", d.Relative(file), err)
	}
	named := settings.Config[environmentKey]
	if named == d.Environment.Name || (named == nil && d.Name == d.Environment.Name) {
		return nil
	}
	return fmt.Errorf("%s: config %s must be %q, the environment file to use", d.Relative(file), environmentKey, d.Environment.Name)
}

// openLog begins a log anew.
func openLog(file string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return os.Create(file)
}

// alone makes this process the only one that works on an emulated site from
// this checkout: setting a state aside must not meet a deployment under way. A
// real site is guarded by the locks of its backend.
func (d *Deployment) alone(ctx context.Context) (release func(), err error) {
	if !d.Emulated() {
		return func() {}, nil
	}
	return lockfile.Acquire(ctx, string(d.State())+".lock", func() {
		d.Console.Line("waiting for another ringfence that works on environment %s", d.Name)
	})
}

// interrupted turns the end of ctx into ErrInterrupted.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ErrInterrupted
	}
	return err
}
