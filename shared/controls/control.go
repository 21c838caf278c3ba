// Package controls is the catalogue of the controls that the estate holds, and
// the one engine that decides whether it does.
//
// A control is a Go value: what must hold, how grave it is when it does not, the
// requirements of frameworks that it serves, and a check over a snapshot of the
// estate. The same check judges what the programs register, a preview, the
// deployed state and what a refresh finds. What is not known yet is "cannot tell
// yet", never a pass.
package controls

import (
	"cmp"
	"slices"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Control is one row of the catalogue.
type Control struct {
	// ID is the control's name, such as NET-05; it never changes its meaning.
	ID string
	// Title says what must hold, in one line.
	Title string
	Tier  Tier
	// Severity is how grave it is when the control does not hold.
	Severity Severity
	// Frameworks are the requirements that the control serves.
	Frameworks Frameworks
	// Remedy is the way out for whoever reads a finding.
	Remedy string

	// check looks at the estate and reports what it finds.
	check func(*inspection)
	// custom marks a control on resources that the estate itself does not make:
	// it holds when there are none.
	custom bool
}

// Tier says how a control is kept.
type Tier string

// The tiers.
const (
	// Core controls are always on, and a change that breaks one is stopped.
	Core Tier = "core"
	// Plus controls are always on; a change that breaks one is reported.
	Plus Tier = "plus"
	// Optional controls stand behind a feature of the environment file.
	Optional Tier = "opt"
	// Waived marks a control that code cannot meet; it is in the register of
	// exceptions with what makes up for it.
	Waived Tier = "exception"
)

// Severity is how grave it is when a control does not hold.
type Severity string

// The severities, from the gravest.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities returns all of them, from the gravest.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// All returns the catalogue in its order: network, identity, data, audit and
// pipeline, each by number.
func All() []*Control { return catalogue }

var catalogue = slices.Concat(networkControls, identityControls, dataControls, auditControls, pipelineControls)

// Find returns the control with the id.
func Find(id string) (*Control, bool) {
	i := slices.IndexFunc(catalogue, func(c *Control) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return catalogue[i], true
}

// option returns what turns an optional control on.
func (c *Control) option() (config.Option, bool) {
	i := slices.IndexFunc(config.Options, func(o config.Option) bool { return o.Control == c.ID })
	if i < 0 {
		return config.Option{}, false
	}
	return config.Options[i], true
}

// Finding is one place where a control does not hold, or where it cannot be told
// yet.
type Finding struct {
	Control  string     `json:"control"`
	Severity Severity   `json:"severity"`
	Stack    graph.Name `json:"stack,omitempty"`
	// Resource is the resource's type and name, or the file; empty where one is
	// missing.
	Resource string `json:"resource,omitempty"`
	URN      string `json:"urn,omitempty"`
	// Property is the path of the property, such as rules[0].prefix; may be empty.
	Property string `json:"property,omitempty"`
	// Wanted and Found are what must be there and what is.
	Wanted string `json:"wanted"`
	Found  string `json:"found"`
	// Remedy is the way out.
	Remedy string `json:"remedy"`
}

// What says what is wrong: the property, what was wanted and what was found.
func (f Finding) What() string {
	what := "wanted " + f.Wanted + ", found " + f.Found
	if f.Property != "" {
		what = f.Property + ": " + what
	}
	return what
}

// String is the finding in one line, without the way out.
func (f Finding) String() string {
	where := string(f.Stack)
	if f.Resource != "" {
		where += ": " + f.Resource
	}
	return f.Control + " " + where + ": " + f.What()
}

func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Control, b.Control), cmp.Compare(a.Stack, b.Stack), cmp.Compare(a.Resource, b.Resource),
		cmp.Compare(a.Property, b.Property), cmp.Compare(a.Wanted, b.Wanted), cmp.Compare(a.Found, b.Found))
}

// Status is what became of a control.
type Status string

// The statuses.
const (
	// Holds: looked at, and nothing found.
	Holds Status = "holds"
	// Broken: at least one finding that no exception covers.
	Broken Status = "broken"
	// CannotTell: nothing found, but something is not known yet.
	CannotTell Status = "cannot tell yet"
	// Excepted: all findings are covered by exceptions.
	Excepted Status = "excepted"
	// Off: an optional control whose feature is off.
	Off Status = "off"
	// NotHere: nothing in the snapshot that the control speaks of.
	NotHere Status = "nothing to check"
)

// Result is what the engine says of one control.
type Result struct {
	Control *Control
	Status  Status
	// Findings are the places where it does not hold, without the excepted ones.
	Findings []Finding
	// Unknown are the places where it cannot be told yet.
	Unknown []Finding
	// Excepted are the findings that exceptions cover.
	Excepted []Finding
	// Checked counts what was looked at, by stack; "" is the pipeline.
	Checked map[graph.Name]int
	// Verdicts counts the requests that the evaluator decided for it.
	Verdicts int
}

// Judge decides every control of the catalogue over a snapshot, in its order.
// Exceptions take the findings out that they cover; see Exceptions.Check for
// those that cover nothing. Pipeline may be nil; its controls then have nothing
// to check.
func Judge(s *snapshot.Snapshot, pipeline *Pipeline, exceptions Exceptions) []Result {
	return (&Judgement{Pipeline: pipeline, Exceptions: exceptions}).Of(s, catalogue...)
}

// Judgement decides some controls over many snapshots that differ little.
type Judgement struct {
	Pipeline   *Pipeline
	Exceptions Exceptions

	cache access.Cache
}

// Of decides the controls over a snapshot, in their order. It may be called side
// by side.
func (j *Judgement) Of(s *snapshot.Snapshot, of ...*Control) []Result {
	e := &estate{Snapshot: s, pipeline: j.Pipeline, cache: &j.cache}
	results := make([]Result, len(of))
	for i, c := range of {
		results[i] = e.judge(c, j.Exceptions)
	}
	return results
}

func (e *estate) judge(c *Control, exceptions Exceptions) Result {
	r := Result{Control: c, Checked: map[graph.Name]int{}}
	if o, optional := c.option(); optional && !o.On(e.Environment) {
		r.Status = Off
		return r
	}
	in := &inspection{estate: e, control: c, checked: r.Checked}
	c.check(in)
	for _, f := range in.findings {
		if exceptions.cover(f, e.Environment.Name) {
			r.Excepted = append(r.Excepted, f)
		} else {
			r.Findings = append(r.Findings, f)
		}
	}
	r.Unknown, r.Verdicts = in.unknown, in.verdicts
	for _, list := range [][]Finding{r.Findings, r.Unknown, r.Excepted} {
		slices.SortFunc(list, compareFindings)
	}
	r.Status = r.status(c)
	return r
}

// Stacks are the stacks that something was looked at in, in deployment order.
func (r Result) Stacks() []graph.Name {
	return slices.DeleteFunc(graph.Names(), func(n graph.Name) bool { return r.Checked[n] == 0 })
}

func (r Result) status(c *Control) Status {
	switch {
	case len(r.Findings) > 0:
		return Broken
	case len(r.Unknown) > 0:
		return CannotTell
	case len(r.Excepted) > 0:
		return Excepted
	case len(r.Checked) == 0 && !c.custom:
		return NotHere
	}
	return Holds
}
