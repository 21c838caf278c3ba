// Package janitor clears away what ephemeral environments have left behind.
//
// Its rules: only an environment whose file says that it is ephemeral is ever
// touched, and in it only what was deployed with that file and was not updated
// for its time to live; a destruction that failed is no update. What somebody
// works on is left alone and named. A lock is released only where the run that has
// set it cannot be alive any more. What no state knows is reported and never
// deleted.
package janitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/locks"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// Janitor clears away what is left of one environment.
type Janitor struct {
	// Site is the environment; its name does not matter.
	Site *deployment.Deployment
	// Now is the time by which things are old.
	Now time.Time
	// Limit is how long a deployment may stand after its last update; zero: as
	// the environment file says.
	Limit time.Duration
	// DryRun changes nothing and says what would be.
	DryRun bool
}

// Report is what the janitor found and did, as --json prints it.
type Report struct {
	Environment string `json:"environment"`
	// LimitHours is how long a deployment may stand after its last update.
	LimitHours float64 `json:"limitHours"`
	DryRun     bool    `json:"dryRun,omitempty"`
	// Result is done, failed or interrupted.
	Result estate.Result `json:"result"`
	// Deployments holds what was deployed with the environment file, by name.
	Deployments []Deployment `json:"deployments"`
	// Locks holds every lock on their stacks that was found.
	Locks []Lock `json:"locks"`
	// Orphans are the ARNs of what carries the environment's tags and no state
	// knows, sorted. They are looked for only where everything else went well.
	Orphans []string `json:"orphans"`
	// Unseen says why orphans could not be looked for; empty where they could.
	Unseen string `json:"unseen,omitempty"`
}

// Deployment is one deployment of the environment.
type Deployment struct {
	// Name is the name of its Pulumi stacks.
	Name string `json:"name"`
	// Updated is when one of its stacks was last updated by anything but a
	// destruction that failed.
	Updated time.Time `json:"updated,omitzero"`
	// Stacks are those that stand, in the order of their deployment.
	Stacks []graph.Name `json:"stacks"`
	Fate   Fate         `json:"fate"`
	// Error holds the lines that say why it could not be destroyed.
	Error []string `json:"error,omitempty"`
}

// Fate is what becomes of a deployment.
type Fate string

// The fates.
const (
	// Stays: its time is not over.
	Stays Fate = "stays"
	// InUse: its time is over, but somebody works on it.
	InUse Fate = "in use"
	// Expired: its time is over, and this run changes nothing.
	Expired Fate = "expired"
	// Destroyed: its time was over.
	Destroyed Fate = "destroyed"
	// Failed: it could not be destroyed.
	Failed Fate = "failed"
)

// Lock is a lock that was found.
type Lock struct {
	Name  string     `json:"name"`
	Stack graph.Name `json:"stack"`
	Owner string     `json:"owner"`
	Since time.Time  `json:"since"`
	// Released: the run that had set it has ended, so it was, or would be, taken
	// away.
	Released bool `json:"released"`
}

// Run looks through all deployments of the environment.
func (j Janitor) Run(ctx context.Context) (Report, error) {
	limit, err := j.limit()
	if err != nil {
		return Report{}, err
	}
	report := Report{
		Environment: j.Site.Environment.Name, LimitHours: limit.Hours(), DryRun: j.DryRun, Result: estate.Done,
		Deployments: []Deployment{}, Locks: []Lock{}, Orphans: []string{},
	}
	// Another account is an error before anything is destroyed.
	cfg, running, err := j.Site.AWS(ctx)
	if err != nil {
		return Report{}, err
	}
	names, err := j.Site.Names(ctx)
	if err != nil {
		return Report{}, err
	}
	for _, name := range names {
		err := j.visit(ctx, j.Site.Named(name), limit, &report)
		if ctx.Err() != nil {
			report.Result = estate.Interrupted
			return report, nil
		}
		if err != nil { // of one name; the others are cleared away all the same
			report.Deployments = append(report.Deployments, Deployment{
				Name: name, Stacks: []graph.Name{}, Fate: Failed, Error: []string{err.Error()},
			})
			report.Result = estate.Failed
		}
	}
	if running && report.Result == estate.Done {
		j.lookForOrphans(ctx, cfg, names, &report)
	}
	return report, nil
}

// limit is how long a deployment may stand. An environment that is not
// ephemeral has no limit, whatever the caller says.
func (j Janitor) limit() (time.Duration, error) {
	env := j.Site.Environment
	switch {
	case env.Lifecycle != config.Ephemeral:
		return 0, fmt.Errorf("%s: lifecycle is %s: the janitor destroys ephemeral environments only", j.Site.File(), env.Lifecycle)
	case j.Limit > 0:
		return j.Limit, nil
	case env.TimeToLiveHours > 0:
		return time.Duration(env.TimeToLiveHours) * time.Hour, nil
	}
	return 0, fmt.Errorf("%s: nothing says how long a deployment may stand: set timeToLiveHours, for example 6, or give --older-than",
		j.Site.File())
}

// visit looks at one name, and adds what it finds and does to the report.
func (j Janitor) visit(ctx context.Context, d *deployment.Deployment, limit time.Duration, report *Report) error {
	survey, err := d.Survey(ctx)
	if err != nil {
		return err
	}
	found, err := inspect(ctx, d, survey)
	if err != nil || found == nil {
		return err
	}
	held, err := j.locks(ctx, d, report)
	if err != nil {
		return err
	}
	busy, err := d.AtWork()
	if err != nil {
		return err
	}
	switch {
	case found.Updated.Add(limit).After(j.Now):
		found.Fate = Stays
	case held || busy:
		found.Fate = InUse
	case j.DryRun:
		found.Fate = Expired
	default:
		if err := j.destroy(ctx, d, found); err != nil {
			return err
		}
	}
	if found.Fate == Failed {
		report.Result = estate.Failed
	}
	report.Deployments = append(report.Deployments, *found)
	return nil
}

// inspect says what stands under a name; nil where nothing does, or where it was
// deployed with another environment file.
func inspect(ctx context.Context, d *deployment.Deployment, survey deployment.Survey) (*Deployment, error) {
	found := &Deployment{Name: d.Name}
	var environments []string
	for _, stack := range d.Estate.Names() {
		known := survey[stack]
		if !known.Standing() {
			continue
		}
		found.Stacks = append(found.Stacks, stack)
		kept, err := d.Kept(ctx, stack, known)
		if err != nil {
			return nil, err
		}
		if kept.After(found.Updated) {
			found.Updated = kept.UTC()
		}
		contents, err := known.Deployment.Contents()
		if err != nil {
			return nil, err
		}
		environments = append(environments, contents.Environments...)
	}
	// What is of two environments at once is nobody's to destroy.
	other := func(environment string) bool { return environment != d.Environment.Name }
	if len(environments) == 0 || slices.ContainsFunc(environments, other) {
		return nil, nil
	}
	if found.Updated.IsZero() {
		return nil, errors.New("its state does not say when it was last updated, so it is left alone")
	}
	return found, nil
}

// locks releases the locks of dead runs, and reports whether anybody holds one
// of the others.
func (j Janitor) locks(ctx context.Context, d *deployment.Deployment, report *Report) (held bool, err error) {
	store, err := d.Locks(ctx)
	if err != nil {
		return false, err
	}
	for _, stack := range d.Estate.Names() {
		all, err := store.Locks(ctx, stack.Project(), d.Name)
		if err != nil {
			return false, err
		}
		for _, lock := range all {
			dead := j.dead(d, lock)
			if dead && !j.DryRun {
				if err := store.Release(ctx, lock); err != nil {
					return false, err
				}
			}
			held = held || !dead
			report.Locks = append(report.Locks, Lock{
				Name: d.Name, Stack: stack, Owner: lock.String(), Since: lock.Timestamp.UTC(), Released: dead,
			})
		}
	}
	return held, nil
}

// dead reports whether nobody can be behind a lock any more: a job of GitHub's
// that must have ended, or a process of this machine that has, where only this
// machine uses the state.
func (j Janitor) dead(d *deployment.Deployment, lock locks.Lock) bool {
	return lock.Dead(j.Now) || d.Emulated() && lock.Abandoned()
}

// errUpdated reports that a deployment was updated in the meantime.
var errUpdated = errors.New("it was updated in this moment")

// destroy takes a deployment down, unless it has changed since it was found.
func (j Janitor) destroy(ctx context.Context, d *deployment.Deployment, found *Deployment) error {
	d.Console.Line("%s: destroying what was last updated on %s", d.Name, found.Updated.Format(time.DateTime+" MST"))
	done, err := d.Destroy(ctx, deployment.Selection{Stacks: d.Estate.Names(), Condition: func(survey deployment.Survey) error {
		if now, err := inspect(ctx, d, survey); err != nil {
			return err
		} else if now == nil || !now.Updated.Equal(found.Updated) {
			return errUpdated
		}
		return nil
	}})
	switch {
	case errors.Is(err, errUpdated):
		found.Fate = Stays
	case err != nil:
		found.Fate, found.Error = Failed, []string{err.Error()}
	case done.Result != estate.Done:
		found.Fate = Failed
		for _, s := range done.Stacks {
			for _, line := range s.Error {
				found.Error = append(found.Error, string(s.Stack)+": "+line)
			}
		}
		if found.Error = slices.Clip(found.Error); len(found.Error) == 0 {
			found.Error = []string{string(done.Result)}
		}
	default:
		found.Fate = Destroyed
	}
	return nil
}
