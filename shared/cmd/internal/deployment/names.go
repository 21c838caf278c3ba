package deployment

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/locks"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/names"
)

// Named is work on the same environment under another name of its stacks.
func (d *Deployment) Named(name string) *Deployment {
	other := *d
	other.Name = name
	return &other
}

// Names returns the names under which stacks of the estate are known where the
// site keeps its state, sorted. Stacks of other environments may be among them.
func (d *Deployment) Names(ctx context.Context) ([]string, error) {
	if d.Emulated() {
		return d.folderNames()
	}
	e, backend, err := d.backendEngine(ctx)
	if err != nil {
		return nil, err
	}
	if state.Unused(backend) {
		return nil, nil
	}
	var projects []string
	for _, n := range d.Estate.Names() {
		projects = append(projects, n.Project())
	}
	found, err := e.Names(ctx, d.folder(d.Estate.Names()[0]), projects)
	return found, interrupted(ctx, err)
}

// folderNames looks which emulated environments this checkout has a state of.
func (d *Deployment) folderNames() ([]string, error) {
	entries, err := os.ReadDir(d.runtime("state"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		// A state that was set aside is called <name>.stale, which is no name.
		if entry.IsDir() && names.CheckStack(entry.Name(), d.Environment.AccountID, d.Environment.Region) == nil {
			found = append(found, entry.Name())
		}
	}
	slices.Sort(found)
	return found, nil
}

// backendEngine is the engine that asks the backend of a real site.
func (d *Deployment) backendEngine(ctx context.Context) (engine.Engine, string, error) {
	backend, err := d.backend()
	if err != nil {
		return engine.Engine{}, "", err
	}
	tools, err := d.Machine.Tools(ctx, d.say("tools"))
	if err != nil {
		return engine.Engine{}, "", interrupted(ctx, err)
	}
	return engine.Engine{CLI: tools.CLI, Env: d.realEnviron(d.Environ, tools, backend), Kill: d.Kill}, backend, nil
}

// Locks is where the backend of the site keeps the locks of its stacks.
func (d *Deployment) Locks(ctx context.Context) (locks.Store, error) {
	if d.Emulated() {
		return locks.Folder(d.State()), nil
	}
	backend, err := d.backend()
	if err != nil {
		return nil, err
	}
	cfg, err := account.Real(ctx, d.Environment.Region)
	if err != nil {
		return nil, err
	}
	return locks.Open(backend, cfg)
}

// AtWork reports whether another ringfence of this checkout works on an emulated
// site.
func (d *Deployment) AtWork() (bool, error) {
	if !d.Emulated() {
		return false, nil
	}
	release, free, err := lockfile.Try(string(d.State()) + ".lock")
	if err == nil && free {
		release()
	}
	return !free, err
}

// AWS is the account that the site lives in, checked to be the one that the
// environment file names; false where that is an emulator that does not run.
func (d *Deployment) AWS(ctx context.Context) (cfg aws.Config, running bool, err error) {
	if d.Emulated() {
		emulator, running, err := d.Machine.Emulator(ctx)
		if err != nil || !running {
			return aws.Config{}, false, interrupted(ctx, err)
		}
		cfg = account.Emulated(emulator.Endpoint, d.Environment.Region, Keys)
	} else if cfg, err = account.Real(ctx, d.Environment.Region); err != nil {
		return aws.Config{}, false, err
	}
	return cfg, true, interrupted(ctx, account.Check(ctx, d.wanted(), cfg))
}
