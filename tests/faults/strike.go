package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/ringfence/ringfence/tests/faults/proxy"
)

// strike runs the trial's command with its fault.
func (t *trial) strike(ctx context.Context) (result, error) {
	l := t.lane
	plan := proxy.Plan{}
	if t.kind.plan != nil {
		plan = t.kind.plan(t.r, t.writes())
		t.Detail = fmt.Sprintf("rate %.2f at %v delay %s ahead %s", plan.Rate, plan.At, plan.Delay, plan.Ahead)
	}
	if t.Kind == lostCreation {
		plan.Of = creations[t.Trial%len(creations)]
		t.Detail = plan.Of
	}
	plan.Trial, plan.Seed = t.Trial, t.Seed
	l.proxy.Keep(plan)
	switch {
	case t.kind.program != "":
		return t.signal(ctx)
	case t.kind.special == restart:
		return t.restart(ctx)
	case t.kind.special == fullDisk:
		return t.fill(ctx)
	case t.kind.special == twice:
		return t.both(ctx)
	case t.kind.special == corrupt:
		if err := t.damage(); err != nil {
			return result{}, err
		}
		t.Struck = true
	}
	r := l.ringfence(ctx, t.verb(), t.scope)
	tally := l.proxy.Tally()
	t.Struck = t.Struck || tally.Struck > 0 || plan.Kind == proxy.Skew
	if len(tally.Lost) > 0 {
		t.Detail += fmt.Sprintf(" lost %v", tally.Lost)
	}
	return r, nil
}

// writes is how many calls of the operation change something, as a rule.
func (t *trial) writes() int {
	switch {
	case t.Operation != "up":
		return 20
	case len(t.scope.stacks) > 1:
		return 6
	default:
		return 2
	}
}

// moment is when a fault strikes that is no answer of AWS: after a time, or at a
// call, whichever comes first.
type moment struct {
	after time.Duration
	call  int
}

// moment draws a moment within what the operation usually takes.
func (t *trial) moment() moment {
	longest := 3 * time.Second
	switch {
	case t.Operation == "first up":
		longest = 16 * time.Second
	case t.lane.whole && len(t.scope.stacks) > 1:
		longest = 7 * time.Second
	}
	m := moment{after: time.Duration(t.r.Float64() * float64(longest)), call: 1 << 20}
	if t.verb() != "preview" && t.r.IntN(2) == 0 {
		m = moment{after: longest, call: 3 + t.r.IntN(25)}
	}
	t.Detail = fmt.Sprintf("after %.1f s or at call %d", m.after.Seconds(), m.call)
	return m
}

// await waits for the moment; false: the command has ended before.
func (t *trial) await(r *running, m moment) bool {
	for {
		if time.Since(r.begun) >= m.after || t.lane.proxy.Tally().Calls >= m.call {
			return true
		}
		select {
		case <-r.done:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// signal sends a signal to the command, an engine or the plugin.
func (t *trial) signal(ctx context.Context) (result, error) {
	r, err := t.lane.begin(ctx, t.verb(), t.scope)
	if err != nil {
		return result{}, err
	}
	for struck := t.await(r, t.moment()); struck; {
		victim, found := other{pid: r.cmd.Process.Pid}, true
		if t.kind.program != "command" {
			victim, found = find(t.lane.mark, t.kind.program)
		}
		if found {
			victim.signal(t.kind.signal)
			t.Struck = true
			break
		}
		select {
		case <-r.done:
			struck = false
		case <-time.After(5 * time.Millisecond):
		}
	}
	return r.wait(), nil
}

// restart restarts the emulator under the command.
func (t *trial) restart(ctx context.Context) (result, error) {
	r, err := t.lane.begin(ctx, t.verb(), t.scope)
	if err != nil {
		return result{}, err
	}
	if t.await(r, t.moment()) {
		t.Struck = true
		if err := t.lane.restartEmulator(ctx); err != nil {
			return result{}, err
		}
	}
	return r.wait(), nil
}

// both runs the command twice at the same time. The worse end counts.
func (t *trial) both(ctx context.Context) (result, error) {
	one, err := t.lane.begin(ctx, t.verb(), t.scope)
	if err != nil {
		return result{}, err
	}
	time.Sleep(time.Duration(t.r.Float64() * float64(4*time.Second)))
	select {
	case <-one.done:
	default:
		t.Struck = true
	}
	two, err := t.lane.begin(ctx, t.verb(), t.scope)
	if err != nil {
		return result{}, err
	}
	first, second := one.wait(), two.wait()
	if first.exit != 0 {
		t.said += second.output
		return first, nil
	}
	t.said += first.output
	return second, nil
}

// stateFile is the state of the last stack of the scope.
func (t *trial) stateFile() string {
	stack := t.scope.stacks[len(t.scope.stacks)-1]
	return filepath.Join(t.lane.state(), ".pulumi", "stacks", stack.Project(), deployment+".json")
}

// damage cuts a state file off, empties it or writes over its middle.
func (t *trial) damage() error {
	file := t.stateFile()
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	half := len(content) / 2
	switch how := pick(t.r, "cut off", "emptied", "written over"); how {
	case "cut off":
		t.Detail, content = how, content[:half]
	case "emptied":
		t.Detail, content = how, nil
	default:
		t.Detail = how
		copy(content[half:], make([]byte, 64))
	}
	return os.WriteFile(file, content, 0o600)
}

// copyNamed is the copy that the message about a damaged state names, after the
// damaged file itself.
var copyNamed = regexp.MustCompile(`(\S+\.json): not a Pulumi state file: .*put its copy (\S+) in its place`)

// restore does what the message about a damaged state says.
func (t *trial) restore(said string) error {
	named := copyNamed.FindStringSubmatch(said)
	if named == nil {
		return errors.New("the message about a damaged state names no copy of it")
	}
	content, err := os.ReadFile(named[2])
	if err != nil {
		return err
	}
	return os.WriteFile(named[1], content, 0o600)
}
