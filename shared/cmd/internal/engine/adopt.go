package engine

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optimport"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Found is a resource that stands and that the state does not hold.
type Found struct {
	state.Creation
	// ID is the one by which the provider knows it.
	ID string
}

// Adopt takes resources into the state of a stack. What the program wants them to
// be is not looked at; the next deployment does that.
func (e Engine) Adopt(ctx context.Context, job Job, found []Found) error {
	job.Presence = Present
	stack, err := e.open(ctx, job)
	if err != nil {
		return err
	}
	resources, names, err := importFile(found)
	if err != nil {
		return err
	}
	_, err = stack.ImportResources(ctx, optimport.Resources(resources), optimport.NameTable(names),
		optimport.Protect(false), optimport.GenerateCode(false),
		optimport.ProgressStreams(job.Log), optimport.ErrorProgressStreams(job.Log))
	if err != nil {
		return failure(ctx, nil, err)
	}
	return nil
}

// importFile words resources as the CLI's import takes them. Names stand for URNs in
// it: of resources that it takes in, and of those that the state has (the table).
func importFile(found []Found) (resources []*optimport.ImportResource, names map[string]string, err error) {
	names = map[string]string{}
	taken := map[string]string{}
	for i, f := range found {
		taken[f.URN] = fmt.Sprintf("found%d", i)
	}
	for i, f := range found {
		urn, err := resource.ParseURN(f.URN)
		if err != nil {
			return nil, nil, err
		}
		r := &optimport.ImportResource{Type: f.Type, Name: taken[f.URN], LogicalName: urn.Name(), ID: f.ID}
		if provider := f.ProviderURN(); provider != "" {
			r.Provider = fmt.Sprintf("provider%d", i)
			names[r.Provider] = provider
		}
		if name, also := taken[f.Parent]; also {
			r.Parent = name
		} else if f.Parent != "" && !IsStack(f.Parent) {
			r.Parent = fmt.Sprintf("parent%d", i)
			names[r.Parent] = f.Parent
		}
		resources = append(resources, r)
	}
	return resources, names, nil
}

// IsStack reports whether a URN is of the resource that stands for a stack itself.
func IsStack(urn string) bool { return strings.Contains(urn, "::"+stackType+"::") }

// Settle reads into the state what really stands, and drops the creations of which
// the state does not know the end. Whatever they have left must have been adopted.
func (e Engine) Settle(ctx context.Context, job Job) error {
	job.Presence = Present
	stack, err := e.open(ctx, job)
	if err != nil {
		return err
	}
	_, err = e.run(ctx, job, func(stream chan<- events.EngineEvent) error {
		_, err := stack.Refresh(ctx, optrefresh.EventStreams(stream), optrefresh.ConfigFile(job.settingsFile()),
			optrefresh.ClearPendingCreates(),
			optrefresh.ProgressStreams(job.Log), optrefresh.ErrorProgressStreams(job.Log), optrefresh.RunProgram(false),
			optrefresh.Parallel(parallel), optrefresh.SuppressOutputs(), optrefresh.SuppressProgress(), optrefresh.Color("never"))
		return err
	})
	return err
}

// Discard deletes single resources of a stack.
func (e Engine) Discard(ctx context.Context, job Job, urns []string) error {
	job.Presence = Present
	stack, err := e.open(ctx, job)
	if err != nil {
		return err
	}
	_, err = e.run(ctx, job, func(stream chan<- events.EngineEvent) error {
		_, err := stack.Destroy(ctx, optdestroy.EventStreams(stream), optdestroy.ConfigFile(job.settingsFile()),
			optdestroy.Target(urns),
			optdestroy.ProgressStreams(job.Log), optdestroy.ErrorProgressStreams(job.Log),
			optdestroy.Parallel(parallel), optdestroy.SuppressOutputs(), optdestroy.SuppressProgress(), optdestroy.Color("never"))
		return err
	})
	return err
}

// alreadyThere is how AWS says that something of that name exists.
var alreadyThere = regexp.MustCompile(`(?i)already ?exists|AlreadyOwnedByYou|InvalidGroup\.Duplicate|InvalidSubnet\.Conflict|conflicting DNS domain|ConflictException`)

// existing are the creations that AWS has refused because there is such a thing
// already, in the order of the errors.
func (t *tally) existing() []state.Creation {
	var creations []state.Creation
	taken := map[string]bool{} // AWS is quoted more than once
	for _, d := range t.errors {
		creation, begun := t.creations[d.urn]
		if begun && !taken[d.urn] && alreadyThere.MatchString(d.message) {
			creations = append(creations, creation)
			taken[d.urn] = true
		}
	}
	return creations
}
