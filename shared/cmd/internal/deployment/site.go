// Package deployment brings the stacks of one environment up and takes them
// down again.
//
// Everything that can be wrong before a stack is touched (the environment file,
// the tools, the account, an emulator that has forgotten, a lock, an upstream
// stack that is missing) is found before, said in one message with the way
// out, and changes nothing.
package deployment

import (
	"path/filepath"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// Site is one environment of the estate in one checkout.
type Site struct {
	// Root is the root of the checkout.
	Root string
	// Estate holds the stacks.
	Estate estate.Estate
	// Environment is the environment file, checked.
	Environment *config.Environment
	// Name is the name of the Pulumi stacks: the environment's own, or the
	// one given with --name.
	Name string
}

// EnvironmentsDir is the folder of the environment files in a checkout.
func EnvironmentsDir(root string) string { return filepath.Join(root, "stacks", "environments") }

// File is the environment file's path from the root, for messages.
func (s Site) File() string { return "stacks/environments/" + s.Environment.Name + ".yaml" }

// Emulated reports whether the environment lives in the emulator.
func (s Site) Emulated() bool { return s.Environment.Target == config.Emulator }

// runtime is a place in the folder of all that is kept at run time.
func (s Site) runtime(parts ...string) string {
	return filepath.Join(append([]string{s.Root, ".ringfence"}, parts...)...)
}

// State is the folder of the emulated environment's state. Each name has a
// backend of its own, so that it can be set aside whole.
func (s Site) State() state.Folder { return state.Folder(s.runtime("state", s.Name)) }

// log is the file with the engine's whole output for a stack. What only looks
// leaves the log of the last deployment alone.
func (s Site) log(stack graph.Name, op operation) string {
	file := string(stack) + ".log"
	if op.looks {
		file = string(stack) + "." + op.name + ".log"
	}
	return s.runtime("logs", s.Name, file)
}

// Report is the folder of the site's evidence report, where no other is given.
func (s Site) Report() string { return s.runtime("reports", s.Name) }

// settings is the folder of the generated settings of a stack.
func (s Site) settings(stack graph.Name) string { return s.runtime("settings", s.Name, string(stack)) }

// folder is the source folder of a stack.
func (s Site) folder(stack graph.Name) string {
	return filepath.Join(s.Root, filepath.FromSlash(stack.Dir()))
}

// Relative shortens a path inside the checkout for messages.
func (s Site) Relative(path string) string {
	if short, err := filepath.Rel(s.Root, path); err == nil && filepath.IsLocal(short) {
		return short
	}
	return path
}

// Flags are the arguments that choose this site, for commands in messages:
// empty for the default.
func (s Site) Flags() string {
	flags := ""
	if s.Environment.Name != DefaultEnvironment {
		flags += " --env " + s.Environment.Name
	}
	if s.Name != s.Environment.Name {
		flags += " --name " + s.Name
	}
	return flags
}

// DefaultEnvironment is the environment that needs no AWS account.
const DefaultEnvironment = "local"
