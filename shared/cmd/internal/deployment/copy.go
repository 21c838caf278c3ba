package deployment

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/session"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/graph"
)

// prepareLook gets everything ready for a look at a site, and changes nothing of
// it.
func (d *Deployment) prepareLook(ctx context.Context) (*ground, error) {
	tools, err := d.Machine.Tools(ctx, d.say("tools"))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	if d.Emulated() {
		return d.prepareEmulated(ctx, tools, d.peek)
	}
	g, err := d.prepareReal(ctx, tools)
	if err != nil {
		return nil, err
	}
	return g, d.addPrograms(ctx, g)
}

// peek finds out what is deployed in the emulator. A state that the emulator
// has forgotten counts as none, and stays where it is.
func (d *Deployment) peek(ctx context.Context, g *ground) error {
	g.session = d.sessionAt(g.emulator)
	finding, err := g.session.Check(ctx, !d.State().Empty())
	if err != nil {
		return err
	}
	switch finding {
	case session.Foreign:
		return d.foreign(g.emulator)
	case session.Current:
		g.survey, err = d.surveyFolder()
		return err
	case session.Stale:
		d.Console.Line("emulator: it was restarted or emptied since the last deployment, so nothing stands any more")
	}
	g.survey = Survey{}
	return nil
}

// replica is a copy of the site's state, and the engine that works on it.
type replica struct {
	*shadow.Copy
	engine engine.Engine
	site   Site
	// seats has room for as many engines as work at once.
	seats chan struct{}
}

// atOnce is how many engines look at stacks at once. More than there are processors
// would be no sooner done, and each holds some 140 MiB with its program and policy pack.
func atOnce() int { return max(2, runtime.NumCPU()) }

// seat waits for a free seat. The returned function leaves it.
func (r *replica) seat(ctx context.Context) (leave func(), err error) {
	select {
	case r.seats <- struct{}{}:
		return func() { <-r.seats }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// replicate copies the state of all stacks. One that the backend does not know
// becomes an empty stack, because others may read it.
func (d *Deployment) replicate(g *ground) (*replica, error) {
	copied, err := shadow.New(d.runtime("shadow"))
	if err != nil {
		return nil, err
	}
	r := &replica{Copy: copied, engine: g.engine, site: d.Site, seats: make(chan struct{}, atOnce())}
	r.engine.Env = r.environ(g.engine.Env)
	for _, n := range d.Estate.Names() {
		if err := copied.Backend().Put(n.Project(), d.Name, g.survey[n].Deployment); err != nil {
			copied.Close()
			return nil, err
		}
	}
	return r, nil
}

// environ leads an engine to the copy.
func (r *replica) environ(env []string) []string {
	passphrase := slices.ContainsFunc(env, func(variable string) bool {
		// An empty passphrase is one too.
		return strings.HasPrefix(variable, passphraseVariable+"=") || strings.HasPrefix(variable, passphraseFile+"=")
	})
	env = without(env, backendVariable+"=", "PULUMI_DIY_BACKEND_")
	env = append(env, backendVariable+"="+r.Backend().URL(), "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true")
	if !passphrase {
		// A stack that is not deployed yet gets its key from the real backend's
		// provider when it is. The copy does with one that nobody knows.
		env = append(env, passphraseVariable+"="+rand.Text())
	}
	return env
}

// job leads the work on a stack to the copy.
func (r *replica) job(stack graph.Name, job engine.Job) (engine.Job, error) {
	from := job.Settings
	if from == "" {
		// The user's own settings, which stay as they are.
		from, job.Config = job.Folder, nil
	}
	settings, err := r.Settings(stack.Project(), filepath.Join(from, settingsFile(r.site.Name)))
	job.Settings, job.SecretsProvider, job.Presence = settings, "", engine.Present
	return job, err
}
