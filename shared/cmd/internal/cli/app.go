// Package cli is the command line: what a user types, and what comes back.
//
// The result of a command goes to standard output, everything said on the way
// and every error to standard error when the result is JSON. The exit status
// is 0 when all went well, 1 when something failed, 2 when the command was
// used wrongly, and 130 after an interrupt.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// App is the command with all that it takes from the outside.
type App struct {
	In       io.Reader
	Out, Err io.Writer
	// Environ is the environment of the process.
	Environ []string
	// Root is the root of the checkout.
	Root string
	// Stacks declares the estate.
	Stacks []graph.Stack
	// Machine provides tools and emulator.
	Machine deployment.Machine
	// Judge judges what the programs would register, before it is previewed or
	// deployed; nil judges nothing.
	Judge Judge
	// Clock tells the time; nil: that of the machine.
	Clock func() time.Time

	kill <-chan struct{}
	// json: the result is written as JSON, and nothing else to Out.
	json bool
}

// The exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// usageError is a mistake in how the command was called.
type usageError struct{ error }

// reported is a failure that the user has been told of in full.
type reported struct{ result estate.Result }

func (r reported) Error() string { return string(r.result) }

// Run runs one command and returns the exit status. When ctx ends, what is
// under way is brought to an orderly end; when kill is closed, at once.
func (a *App) Run(ctx context.Context, kill <-chan struct{}, args []string) int {
	a.kill = kill
	root := a.command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	var told reported
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		if told.result == estate.Interrupted {
			return exitInterrupted
		}
		return exitFailed
	case errors.Is(err, deployment.ErrInterrupted):
		a.fail(errors.New("interrupted before anything was changed"))
		return exitInterrupted
	case errors.As(err, &usage):
		a.fail(fmt.Errorf("%w\nTry: ./ringfence %s", err, commandName(args)))
		return exitUsage
	default:
		a.fail(err)
		return exitFailed
	}
}

// commandName is the first word of the arguments, for the way to its help.
func commandName(args []string) string {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return "help " + args[0]
	}
	return "help"
}

// fail tells of an error, as JSON too where that was asked for.
func (a *App) fail(err error) {
	if a.json {
		_ = a.writeJSON(map[string]string{"error": err.Error()})
	}
	fmt.Fprintf(a.Err, "%s %v\n", console.New(a.Err, a.getenv).Emphasis("error:"), err)
}

func (a *App) writeJSON(v any) error {
	encoder := json.NewEncoder(a.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// console writes for people: to standard output, or to standard error where
// standard output carries JSON.
func (a *App) console() *console.Console {
	if a.json {
		return console.New(a.Err, a.getenv)
	}
	return console.New(a.Out, a.getenv)
}

// now is the time by which things are old.
func (a *App) now() time.Time {
	if a.Clock == nil {
		return time.Now()
	}
	return a.Clock()
}

func (a *App) getenv(name string) string {
	value := ""
	for _, e := range a.Environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

// relative shortens a path inside the checkout for messages.
func (a *App) relative(path string) string { return deployment.Site{Root: a.Root}.Relative(path) }
