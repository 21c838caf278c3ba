package engine

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Changes counts the resources of a stack by what an operation did to them.
type Changes struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Replaced  int `json:"replaced"`
	Deleted   int `json:"deleted"`
	Unchanged int `json:"unchanged"`
}

// Progress is a moment of an operation.
type Progress struct {
	// Finished counts the resources that are done.
	Finished int
	// Running lists the resources being worked on, oldest first.
	Running []string
}

// tally adds up the events of one operation.
type tally struct {
	finished map[string]bool // by URN: some resources end more than once
	running  []string        // URNs
	counts   map[apitype.OpType]int
	errors   []diagnostic
	changed  map[string]ResourceChange // by URN
	outputs  map[string]any            // of the stack itself
	// creations are those that were begun, by URN.
	creations map[string]state.Creation
	// violations are in the order of their events, which is any.
	violations []Violation
}

// diagnostic is one error that the engine reported.
type diagnostic struct{ urn, message string }

func newTally() *tally {
	return &tally{finished: map[string]bool{}, counts: map[apitype.OpType]int{}, changed: map[string]ResourceChange{},
		creations: map[string]state.Creation{}}
}

// follow reads the events until there are no more.
func follow(stream <-chan events.EngineEvent, over <-chan struct{}, observe func(Progress)) *tally {
	t := newTally()
	for {
		select {
		case event, open := <-stream:
			if !open {
				<-over
				return t
			}
			if t.add(event) && observe != nil {
				observe(t.progress())
			}
		case <-over:
			return t
		}
	}
}

// add takes one event in and reports whether the progress changed.
func (t *tally) add(e events.EngineEvent) bool {
	switch {
	case e.ResourcePreEvent != nil:
		m := e.ResourcePreEvent.Metadata
		t.note(m)
		if (m.Op == apitype.OpCreate || m.Op == apitype.OpCreateReplacement) && m.New != nil {
			t.creations[m.URN] = state.Creation{URN: m.URN, Type: m.Type, Parent: m.New.Parent, Provider: m.New.Provider, Inputs: m.New.Inputs}
		}
		if m.Op != apitype.OpSame {
			t.running = append(t.running, m.URN)
			return true
		}
	case e.ResOutputsEvent != nil:
		m := e.ResOutputsEvent.Metadata
		t.end(m.URN)
		t.note(m) // a refresh knows only at its end what it found
		t.counts[m.Op]++
		t.finished[m.URN] = true
		if m.Type == stackType && m.New != nil {
			// It comes twice: when the program begins, and when it has ended.
			t.outputs = m.New.Outputs
		}
		return true
	case e.ResOpFailedEvent != nil:
		t.end(e.ResOpFailedEvent.Metadata.URN)
		return true
	case e.SummaryEvent != nil:
		// The engine's own count, where the operation got so far.
		t.counts = e.SummaryEvent.ResourceChanges
	case e.PolicyEvent != nil:
		t.violations = append(t.violations, violation(*e.PolicyEvent))
	case e.DiagnosticEvent != nil && e.DiagnosticEvent.Severity == "error":
		t.errors = append(t.errors, diagnostic{
			urn:     e.DiagnosticEvent.URN,
			message: colors.Never.Colorize(e.DiagnosticEvent.Message),
		})
	}
	return false
}

// stackType is the type of the resource that stands for the stack itself.
const stackType = "pulumi:pulumi:Stack"

// note remembers what a step does to its resource.
func (t *tally) note(m apitype.StepEventMetadata) {
	c, ok := change(m)
	if !ok {
		return
	}
	if earlier, twice := t.changed[c.URN]; twice {
		c = earlier.merge(c)
	}
	t.changed[c.URN] = c
}

func (t *tally) end(urn string) {
	if i := slices.Index(t.running, urn); i >= 0 {
		t.running = slices.Delete(t.running, i, i+1)
	}
}

func (t *tally) changes() Changes {
	return Changes{
		Created:   t.counts[apitype.OpCreate] + t.counts[apitype.OpImport],
		Updated:   t.counts[apitype.OpUpdate],
		Replaced:  t.counts[apitype.OpReplace],
		Deleted:   t.counts[apitype.OpDelete],
		Unchanged: t.counts[apitype.OpSame],
	}
}

func (t *tally) progress() Progress {
	p := Progress{Finished: len(t.finished)}
	for _, urn := range t.running {
		p.Running = append(p.Running, Label(urn))
	}
	return p
}

// Label names a resource for people: the last part of its type, and its name.
func Label(urn string) string {
	u, err := resource.ParseURN(urn)
	if err != nil {
		return urn
	}
	kind := string(u.Type())
	return kind[strings.LastIndexAny(kind, ":/")+1:] + " " + u.Name()
}
