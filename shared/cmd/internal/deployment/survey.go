package deployment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// Known is what the backend knows of a stack.
type Known struct {
	state.Stack
	// Found: the backend has the stack, with or without resources.
	Found bool
	// Locks are held by whoever works on the stack now. Only a local backend
	// shows them.
	Locks []state.Lock
}

// Survey is what the backend knows of every stack.
type Survey map[graph.Name]Known

// Standing reports whether a stack has resources.
func (s Survey) Standing(n graph.Name) bool { return s[n].Standing() }

// has reports whether the backend has a stack.
func (s Survey) has(n graph.Name) bool { return s[n].Found }

// Complete reports whether a stack was deployed to its end.
func (s Survey) Complete(n graph.Name) bool { return s[n].Complete() }

// surveyFolder reads the state of an emulated site, which needs no tools.
func (s Site) surveyFolder() (Survey, error) {
	survey := Survey{}
	for _, n := range s.Estate.Names() {
		stack, found, err := s.State().Stack(n.Project(), s.Name)
		if err != nil {
			return nil, s.afterDamage(err)
		}
		locks, err := s.State().Locks(n.Project(), s.Name)
		if err != nil {
			return nil, err
		}
		survey[n] = Known{Stack: stack, Found: found, Locks: locks}
	}
	return survey, nil
}

// afterDamage adds to the error of a damaged state what comes after its mending.
func (s Site) afterDamage(err error) error {
	var damaged *state.Damaged
	switch {
	case !errors.As(err, &damaged):
		return err
	case damaged.Copy == "":
		return fmt.Errorf("%w: ./ringfence emulator stop forgets everything, and ./ringfence up%s builds it anew", err, s.Flags())
	}
	return fmt.Errorf("%w, and run ./ringfence up%s --refresh", err, s.Flags())
}

// surveyBackend asks the engine for the state of a real site.
func (s Site) surveyBackend(ctx context.Context, e engine.Engine) (Survey, error) {
	var mu sync.Mutex
	survey := Survey{}
	if state.Unused(value(e.Env, backendVariable)) {
		return survey, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, n := range s.Estate.Names() {
		group.Go(func() error {
			content, found, err := e.Export(ctx, engine.Job{Folder: s.folder(n), Stack: s.Name})
			if err != nil {
				return fmt.Errorf("%s: %w", n, err)
			}
			known := Known{Found: found}
			if found {
				if known.Stack, err = state.ParseExport(content); err != nil {
					return fmt.Errorf("%s: %w", n, err)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			survey[n] = known
			return nil
		})
	}
	return survey, group.Wait()
}

// releaseAbandoned removes the locks of engines that no longer run, and says so. What
// they left half written goes too, also where somebody else has removed their locks
// before: as long as nobody works on a stack, it is nobody's.
func (d *Deployment) releaseAbandoned(survey Survey) error {
	for _, n := range d.Estate.Names() {
		known := survey[n]
		var held, abandoned []state.Lock
		for _, lock := range known.Locks {
			if lock.Abandoned() {
				abandoned = append(abandoned, lock)
			} else {
				held = append(held, lock)
			}
		}
		if len(held) == 0 {
			if err := d.State().Mend(n.Project()); err != nil {
				return err
			}
		}
		for _, lock := range abandoned {
			if err := lock.Release(); err != nil {
				return err
			}
			d.Console.Line("%s: released the lock of %s, which no longer runs", n, lock)
		}
		known.Locks = held
		survey[n] = known
	}
	return nil
}

// checkLocks fails when somebody else works on one of the stacks.
func (s Site) checkLocks(survey Survey, stacks []graph.Name) error {
	for _, n := range stacks {
		for _, lock := range survey[n].Locks {
			return fmt.Errorf("stack %s is locked by %s since %s: wait until that update has ended. If it has, and "+
				"the lock was left behind, release it: ./ringfence unlock%s --stack %s",
				n, lock, lock.Timestamp.UTC().Format("2006-01-02 15:04:05 UTC"), s.Flags(), n)
		}
	}
	return nil
}

// missing words the stacks that must be deployed first.
func missing(found map[graph.Name][]graph.Name, flags string) error {
	if len(found) == 0 {
		return nil
	}
	var needs []string
	var first []string
	for _, n := range slices.Sorted(maps.Keys(found)) {
		needs = append(needs, fmt.Sprintf("stack %s reads what %s must export first", n, join(found[n])))
		for _, m := range found[n] {
			if !slices.Contains(first, string(m)) {
				first = append(first, string(m))
			}
		}
	}
	return fmt.Errorf("%s: leave out --only to deploy all that is needed, or run `./ringfence up%s --stack %s` before",
		strings.Join(needs, "; "), flags, strings.Join(first, ","))
}

// standing words the stacks that must be destroyed first.
func standing(found map[graph.Name][]graph.Name) error {
	if len(found) == 0 {
		return nil
	}
	var needs []string
	for _, n := range slices.Sorted(maps.Keys(found)) {
		needs = append(needs, fmt.Sprintf("stack %s cannot go before %s", n, join(found[n])))
	}
	return fmt.Errorf("%s: leave out --only to destroy what depends on it as well", strings.Join(needs, "; "))
}

func join(names []graph.Name) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, " and ")
}
