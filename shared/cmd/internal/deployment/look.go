package deployment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/session"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// Survey reads what the backend knows of the site, and changes nothing.
func (d *Deployment) Survey(ctx context.Context) (Survey, error) {
	if d.Emulated() {
		return d.surveyFolder()
	}
	e, _, err := d.backendEngine(ctx)
	if err != nil {
		return nil, err
	}
	survey, err := d.surveyBackend(ctx, e)
	return survey, interrupted(ctx, err)
}

// Kept is when somebody last did something to a standing stack of a survey but
// destroy it.
func (d *Deployment) Kept(ctx context.Context, stack graph.Name, known Known) (time.Time, error) {
	history, err := d.history(ctx, stack)
	return known.Kept(history), err
}

// Failed returns what was last done to the standing stacks of a survey, in Pulumi's
// word, where it failed.
func (d *Deployment) Failed(ctx context.Context, survey Survey) (map[graph.Name]string, error) {
	var mu sync.Mutex
	failed := map[graph.Name]string{}
	group, ctx := errgroup.WithContext(ctx)
	for _, n := range d.Estate.Names() {
		if !survey.Standing(n) {
			continue
		}
		group.Go(func() error {
			history, err := d.history(ctx, n)
			if err == nil && len(history) > 0 && history[0].Failed {
				mu.Lock()
				defer mu.Unlock()
				failed[n] = history[0].Kind
			}
			return err
		})
	}
	return failed, group.Wait()
}

// history is what the backend remembers of the updates of a stack, the newest first.
func (d *Deployment) history(ctx context.Context, stack graph.Name) ([]state.Update, error) {
	if d.Emulated() {
		return d.State().History(stack.Project(), d.Name)
	}
	e, _, err := d.backendEngine(ctx)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	history, err := e.History(ctx, engine.Job{Folder: d.folder(stack), Stack: d.Name})
	return history, interrupted(ctx, err)
}

// Memory is what an emulator remembers of a site.
type Memory struct {
	Running  bool   `json:"running"`
	Endpoint string `json:"endpoint,omitempty"`
	// Forgotten: there is a state, and the emulator does not hold what it
	// describes.
	Forgotten bool `json:"forgotten"`
	// Problem says why an emulator that should be there does not answer.
	Problem string `json:"problem,omitempty"`
}

// String words the emulator's condition.
func (m Memory) String() string {
	switch {
	case m.Problem != "":
		return m.Problem
	case !m.Running:
		return "the emulator does not run"
	}
	return "emulated AWS at " + m.Endpoint
}

// Memory looks whether the emulator of an emulated site still holds what was
// deployed; nil for a real account.
func (d *Deployment) Memory(ctx context.Context) (*Memory, error) {
	if !d.Emulated() {
		return nil, nil
	}
	hasState := !d.State().Empty()
	emulator, running, err := d.Machine.Emulator(ctx)
	if err == nil && running {
		err = d.reach(ctx, emulator)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ErrInterrupted
	case err != nil:
		return &Memory{Endpoint: emulator.Endpoint, Problem: err.Error()}, nil
	case !running:
		return &Memory{Forgotten: hasState}, nil
	}
	finding, err := d.sessionAt(emulator).Check(ctx, hasState)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	return &Memory{
		Running: true, Endpoint: emulator.Endpoint,
		Forgotten: hasState && finding != session.Current,
	}, nil
}

// Open gets a running emulator ready for tools other than this one.
func (d *Deployment) Open(ctx context.Context) (Emulator, error) {
	emulator, running, err := d.Machine.Emulator(ctx)
	if err != nil {
		return Emulator{}, interrupted(ctx, err)
	}
	if !running {
		return Emulator{}, errors.New("the emulator does not run: ./ringfence up deploys the estate in it, ./ringfence emulator start starts it empty")
	}
	if err := d.reach(ctx, emulator); err != nil {
		return Emulator{}, interrupted(ctx, err)
	}
	s := d.sessionAt(emulator)
	finding, err := s.Check(ctx, !d.State().Empty())
	if err != nil {
		return Emulator{}, interrupted(ctx, err)
	}
	switch finding {
	case session.Foreign:
		return Emulator{}, d.foreign(emulator)
	case session.Stale:
		return Emulator{}, fmt.Errorf("the emulator was restarted or emptied since the last deployment: ./ringfence up%s builds it anew", d.Flags())
	case session.New:
		return emulator, interrupted(ctx, s.Begin(ctx))
	}
	return emulator, nil
}
