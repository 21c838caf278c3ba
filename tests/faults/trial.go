package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ringfence/ringfence/tests/faults/proxy"
)

// Record is what is kept of a trial.
type Record struct {
	Commit    string `json:"commit"`
	Seed      uint64 `json:"seed"`
	Trial     int    `json:"trial"`
	Kind      string `json:"kind"`
	Operation string `json:"operation"`
	Stacks    string `json:"stacks"`
	// Detail says what exactly the fault was.
	Detail string `json:"detail,omitempty"`
	// Struck: the fault met the command while it worked.
	Struck bool `json:"struck"`
	// Exit is the command's exit status under the fault; -1: it was killed.
	Exit int `json:"exit"`
	// Message is the end of what it said, where it failed.
	Message string `json:"message,omitempty"`
	// Named: a command that failed said what to do.
	Named bool `json:"named"`
	// Converged: what the message said led to an estate without any change left.
	Converged bool `json:"converged"`
	// Heals counts the commands that took, and HealSeconds their time.
	Heals       int     `json:"heals"`
	HealSeconds float64 `json:"healSeconds"`
	// Lost is in the state and not in AWS, Left in AWS and not in the state, and
	// Told is the part of Left that the command has named.
	Lost []string `json:"lost,omitempty"`
	Left []string `json:"left,omitempty"`
	Told []string `json:"told,omitempty"`
	// Problems are what else must not be: secrets in files, locks of the dead,
	// processes that stay.
	Problems []string `json:"problems,omitempty"`
	Seconds  float64  `json:"seconds"`
}

// trial is one trial in a lane.
type trial struct {
	Record
	lane  *lane
	kind  kind
	scope scope
	r     *rand.Rand
	// said is all that the commands of the trial printed.
	said string
	// unchanged: the last deployment has found nothing to change.
	unchanged bool
	// stateBefore is the state as it was, for operations that must not write.
	stateBefore string
}

// draw decides what the next trial of a lane is.
func (l *lane) draw(seed uint64, number int, only string) *trial {
	t := &trial{lane: l, r: proxy.Random(seed, "trial", number)}
	t.Trial, t.Seed = number, seed
	t.kind = l.kindOf(seed, number/2, only)
	t.Kind = t.kind.name
	switch {
	case len(l.down) > 0:
		t.Operation, t.scope = "first up", scope{stacks: l.down}
	case l.whole:
		t.Operation = pick(t.r, "up", "up", "up", "preview")
		t.scope = pick(t.r, l.scopes...)
	default:
		t.Operation = pick(t.r, "up", "up", "destroy", "destroy", "destroy", "preview")
		t.scope = pick(t.r, l.scopes...)
	}
	switch {
	case t.kind.special == corrupt && t.Operation == "first up":
		t.kind = named("lost answer") // there is no state yet that could be damaged
		t.Kind = t.kind.name
	case t.kind.special == restart:
		// What it takes with it is everything, so everything is to be built anew.
		t.scope = scope{stacks: l.stacks}
		if t.Operation == "preview" {
			t.Operation = "up"
		}
	case t.Operation == "preview" && (strings.HasPrefix(t.Kind, "lost answer") || t.kind.special == fullDisk):
		t.Operation = "up" // a preview writes nothing
	}
	if t.Kind == lostCreation && len(l.down) > 0 {
		t.scope = scope{stacks: l.stacks}
	}
	t.Stacks = t.scope.String()
	return t
}

// kindOf deals the kinds out round by round, each round in an order of its own.
func (l *lane) kindOf(seed uint64, turn int, only string) kind {
	var all []kind
	for _, k := range kinds {
		if (only == "" || k.name == only) && !(l.whole && k.part) {
			all = append(all, k)
		}
	}
	order := proxy.Random(seed, "round", turn/len(all)).Perm(len(all))
	return all[order[turn%len(all)]]
}

// verb is the command of an operation.
func (t *trial) verb() string {
	if t.Operation == "first up" {
		return "up"
	}
	return t.Operation
}

func (t *trial) run(ctx context.Context) error {
	begun := time.Now()
	if t.Kind == lostCreation && t.Operation != "first up" {
		// It takes something to create.
		l := t.lane
		t.Operation, t.scope = "first up", scope{stacks: l.stacks}
		if r := l.ringfence(ctx, "destroy", t.scope); r.exit != 0 {
			return fmt.Errorf("destroying what stands before a trial:\n%s", tail(r.output))
		}
	}
	if t.Operation != "destroy" {
		t.lane.edits.flip(t.r, t.scope, t.lane.whole)
		if err := t.lane.edits.write(t.lane.path()); err != nil {
			return err
		}
	}
	if t.Operation == "preview" {
		t.stateBefore = t.lane.digest()
	}
	first, err := t.strike(ctx)
	if err != nil {
		return err
	}
	t.lane.proxy.Keep(proxy.Plan{})
	t.see(first)
	t.Exit = first.exit
	t.Named = first.exit == 0 || first.exit < 0 || remedy.MatchString(ending(first.output))
	if first.exit != 0 {
		t.Message = tail(first.output)
	}
	if first.hung {
		t.Problems = append(t.Problems, "the command did not end")
	}
	t.heal(ctx, first)
	if err := t.check(ctx); err != nil {
		return err
	}
	t.Seconds = time.Since(begun).Seconds()
	return nil
}

func (t *trial) see(r result) { t.said += r.output }

// remedy is what a message names to do: a command of ours, or what to wait for.
var remedy = regexp.MustCompile(`\./ringfence [a-z]+|wait until|run the command again|preview again|start the emulator there|[Nn]othing was changed|before anything was changed`)

// ending is the part of what a command printed that follows its table.
func ending(output string) string {
	if strings.Contains(output, "error: the preview of stack") {
		return output // there the table comes last
	}
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "stack ") && strings.Contains(lines[i], "result") {
			return strings.Join(lines[i:], "\n")
		}
	}
	return output
}

// mostHeals is how many commands may follow each other's messages.
const mostHeals = 4

// heal does what the messages say until a command ends well.
func (t *trial) heal(ctx context.Context, last result) {
	begun := time.Now()
	defer func() { t.HealSeconds = time.Since(begun).Seconds() }()
	for t.Heals < mostHeals {
		verb, more := t.verb(), []string(nil)
		switch said := ending(last.output); {
		case strings.Contains(said, "not a Pulumi state file"):
			if err := t.restore(said); err != nil {
				t.Problems = append(t.Problems, err.Error())
				return
			}
			if verb == "up" {
				more = []string{"--refresh"}
			}
		case strings.Contains(said, "is locked by"):
			t.lane.awaitProcesses(time.Minute)
		case strings.Contains(said, "--adopt"):
			more = []string{"--adopt"}
		}
		t.Heals++
		last = t.lane.ringfence(ctx, verb, t.scope, more...)
		t.see(last)
		if last.exit == 0 {
			t.Converged = true
			t.unchanged = verb == "up" && nothingChanged(last.output)
			return
		}
		if !remedy.MatchString(ending(last.output)) {
			t.Named = false
		}
		t.Message += "\n--- heal " + fmt.Sprint(t.Heals) + "\n" + tail(last.output)
	}
}

// row is a line of a deployment's table.
var row = regexp.MustCompile(`(?m)^(network|security|data|audit) .*\d\.\d +(.*)$`)

// nothingChanged reports whether a deployment's table says so of every stack.
func nothingChanged(output string) bool {
	rows := row.FindAllStringSubmatch(output, -1)
	for _, r := range rows {
		if r[2] != "no change" {
			return false
		}
	}
	return len(rows) > 0
}

// line is the trial in one line.
func (r Record) line() string {
	text := fmt.Sprintf("%3d %-9s %-9s %-20s %-28s exit %2d, healed by %d in %4.1f s", r.Trial, r.Commit, r.Operation, r.Stacks, r.Kind, r.Exit, r.Heals, r.HealSeconds)
	for what, bad := range map[string]bool{
		"NOT CONVERGED": !r.Converged, "NO MESSAGE": !r.Named,
		"LOST " + strings.Join(r.Lost, ", "):        len(r.Lost) > 0,
		"LEFT " + strings.Join(r.Left, ", "):        len(r.Left) > 0,
		"PROBLEM " + strings.Join(r.Problems, ", "): len(r.Problems) > 0,
		"(not struck)": !r.Struck,
	} {
		if bad {
			text += " " + what
		}
	}
	return text
}

// settled updates what stands in the lane after a destruction or a deployment.
func (t *trial) settled() {
	l := t.lane
	switch t.Operation {
	case "destroy":
		l.down = slices.Clone(t.scope.stacks)
	case "first up":
		l.down = nil
	}
}
