package deployment

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/belongings"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/session"
	"github.com/ringfence/ringfence/shared/config"
)

// ground is what a run stands on once everything is found in order.
type ground struct {
	engine engine.Engine
	survey Survey
	// unknown is what carries the environment's tags and was in no state when the
	// run began.
	unknown []belongings.Thing
	// policies are the folders of the policy packs.
	policies []string
	// emulator is set for an emulated site.
	emulator Emulator
	session  session.Session
	// unmarked: state and emulator do not carry the session's mark yet.
	unmarked bool
	// stop ends the shared provider.
	stop func()
}

// wanted is the account that the environment file names.
func (s Site) wanted() account.Wanted {
	return account.Wanted{File: s.File(), Account: s.Environment.AccountID}
}

// Owned refuses the repository that the environment files come with: whoever has it
// could take the roles of the estate in a real account.
func (s Site) Owned() error {
	if s.Emulated() || s.Environment.GitHub.Repository != config.ExampleRepository {
		return nil
	}
	return fmt.Errorf("%s: github.repository is %q, the example, and the workflows of whoever has it could take roles in account %s: "+
		"set it to your fork, as owner/name", s.File(), config.ExampleRepository, s.Environment.AccountID)
}

// sessionAt ties the site's state to an emulator.
func (s Site) sessionAt(e Emulator) session.Session {
	return session.Session{
		Name: s.Name, Folder: string(s.State()),
		Emulator: session.Parameters{Endpoint: e.Endpoint, Region: s.Environment.Region, Credentials: Keys},
	}
}

// reach makes sure that the emulator answers, for the right account.
func (s Site) reach(ctx context.Context, e Emulator) error {
	return account.Check(ctx, s.wanted(), account.Emulated(e.Endpoint, s.Environment.Region, Keys))
}

// engineAt is the engine for an emulated site.
func (d *Deployment) engineAt(e Emulator, tools Tools) engine.Engine {
	return engine.Engine{CLI: tools.CLI, Env: d.emulatedEnviron(d.Environ, tools, e.Endpoint), Kill: d.Kill}
}

// foreign words the case that the emulator holds somebody else's estate.
func (d *Deployment) foreign(e Emulator) error {
	return fmt.Errorf("the emulator at %s holds an environment %q that another checkout, or an earlier state of this one, "+
		"has deployed: take it down from there, give this one a name of its own (--name), or empty the emulator%s",
		e.Endpoint, d.Name, d.howToEmpty(e))
}

func (d *Deployment) howToEmpty(e Emulator) string {
	if e.Given {
		return fmt.Sprintf(" (curl -X POST %s/moto-api/reset)", e.Endpoint)
	}
	return " (./ringfence emulator stop)"
}

// prepareEmulated gets everything ready for an update of an emulated site. The
// programs are built while the emulator and the provider start. Look finds out
// what is deployed.
func (d *Deployment) prepareEmulated(
	ctx context.Context, tools Tools, look func(context.Context, *ground) error,
) (g *ground, err error) {
	g = &ground{policies: tools.Policies, stop: func() {}}
	var programs, attach string
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		programs, err = d.Machine.Programs(groupCtx, d.say("programs"))
		return err
	})
	group.Go(func() (err error) {
		if g.emulator, err = d.Machine.StartEmulator(groupCtx, d.say("emulator")); err != nil {
			return err
		}
		if err := d.reach(groupCtx, g.emulator); err != nil {
			return err
		}
		if err := look(groupCtx, g); err != nil {
			return err
		}
		g.engine = d.engineAt(g.emulator, tools)
		attach, g.stop, err = d.Machine.Provider(ctx, g.engine.Env)
		return err
	})
	if err := group.Wait(); err != nil {
		if g.stop != nil {
			g.stop()
		}
		return nil, interrupted(ctx, err)
	}
	if programs != "" {
		g.engine.Env = append(g.engine.Env, programsVariable+"="+programs)
	}
	if attach != "" {
		g.engine.Env = append(g.engine.Env, attach)
	}
	return g, nil
}

// freshen compares the state with the emulator's memory and sets a stale state
// aside.
func (d *Deployment) freshen(ctx context.Context, g *ground) error {
	g.session = d.sessionAt(g.emulator)
	finding, err := g.session.Check(ctx, !d.State().Empty())
	if err != nil {
		return err
	}
	switch finding {
	case session.Foreign:
		return d.foreign(g.emulator)
	case session.Stale:
		aside, err := g.session.SetAside()
		if err != nil {
			return err
		}
		d.Console.Line("emulator: it was restarted or emptied since the last deployment, so everything is built anew "+
			"(the old state is in %s)", d.Relative(aside))
	}
	g.unmarked = finding != session.Current
	if g.survey, err = d.surveyFolder(); err != nil {
		return err
	}
	if err := d.keepStates(); err != nil {
		return err
	}
	return d.releaseAbandoned(g.survey)
}

// leastRoom is how much room an emulated deployment wants for its state. The engine
// writes it anew at every step, and leaves an empty one where that fails.
const leastRoom = 16 << 20

// keepStates makes sure that no full disk can take the states.
func (d *Deployment) keepStates() error {
	room, err := d.State().Room()
	if err != nil {
		return err
	}
	if room < leastRoom {
		return fmt.Errorf("the file system of %s has %d KiB left, and the state of a deployment wants %d: nothing was changed; "+
			"make room, and run the command again", d.Relative(string(d.State())), room>>10, leastRoom>>10)
	}
	for _, n := range d.Estate.Names() {
		if err := d.State().Keep(n.Project(), d.Name); err != nil {
			return err
		}
	}
	return nil
}

// prepareReal gets everything ready for work on an AWS account.
func (d *Deployment) prepareReal(ctx context.Context, tools Tools) (*ground, error) {
	backend, err := d.backend()
	if err != nil {
		return nil, err
	}
	if err := d.checkSecrets(backend); err != nil {
		return nil, err
	}
	cfg, err := account.Real(ctx, d.Environment.Region)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	if err := account.Check(ctx, d.wanted(), cfg); err != nil {
		return nil, interrupted(ctx, err)
	}
	g := &ground{
		engine:   engine.Engine{CLI: tools.CLI, Env: d.realEnviron(d.Environ, tools, backend), Kill: d.Kill},
		policies: tools.Policies,
		stop:     func() {},
	}
	g.survey, err = d.surveyBackend(ctx, g.engine)
	return g, interrupted(ctx, err)
}
