// Package policylint reads every policy document of a snapshot as AWS would, and
// names what could never do what it says: an action that does not exist, a
// condition on a key that the action does not know, a resource that the action is
// not about, a document that AWS would refuse.
//
// The rule it upholds: nothing here is a matter of taste. Every rule names the
// page of AWS's documentation that it comes from, and what actions, keys and
// resource types there are is looked up in package authorization.
//
// Whether what a policy allows is right is not its business: the evaluator and
// the control catalogue say that.
package policylint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Finding is one fault of one policy.
type Finding struct {
	Rule *Rule `json:"-"`
	// ID is the rule's.
	ID    string     `json:"rule"`
	Stack graph.Name `json:"stack"`
	// Resource carries the policy: its type and name.
	Resource string `json:"resource"`
	// Kind is the policy type; empty where the fault is the resource's own.
	Kind iameval.Kind `json:"policy,omitempty"`
	// Statement is the Sid, or the place such as #2; empty for the whole document.
	Statement string `json:"statement,omitempty"`
	// Element is such as Action or Condition.
	Element string `json:"element,omitempty"`
	Value   string `json:"value,omitempty"`
	// Problem says what is wrong with the value.
	Problem string `json:"problem"`
}

// String names the finding in one line, with the way out.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s; %s (%s)", f.ID, f.Fault(), f.Rule.Remedy, f.Rule.Source)
}

// Fault says what is wrong where.
func (f Finding) Fault() string {
	where := f.Resource
	if f.Kind != "" {
		where += ", " + string(f.Kind)
	}
	if f.Statement != "" {
		where += ", statement " + f.Statement
	}
	if f.Element != "" {
		where += ", " + f.Element
	}
	if f.Value != "" {
		where += " " + f.Value
	}
	return where + ": " + f.Problem
}

// Report is what the lint has to say of a snapshot.
type Report struct {
	// Documents is how many were read.
	Documents int
	Findings  []Finding
	// Excepted are findings that an exception covers, by the exception's place in
	// Exceptions.
	Excepted map[int][]Finding
	// Unknown are the resources whose policies are not known yet.
	Unknown []string
}

// Lint reads all policies of a snapshot. Findings come in the order of stack,
// resource and statement.
func Lint(s *snapshot.Snapshot) Report {
	l := newLinter(s)
	model := access.New(s)
	for _, d := range model.Documents {
		l.document(d)
	}
	l.report.Documents = len(model.Documents) - len(l.report.Unknown)
	l.sizes(model)
	return l.sorted()
}

// Sizes measures the policies of a snapshot and does nothing else: what of them
// AWS would refuse in the middle of a deployment. It asks no reference, and takes
// milliseconds.
func Sizes(s *snapshot.Snapshot) []Finding {
	l := newLinter(s)
	l.sizes(access.New(s))
	return l.sorted().Findings
}

type linter struct {
	names    names.Names
	snapshot *snapshot.Snapshot
	report   Report
}

func newLinter(s *snapshot.Snapshot) *linter {
	return &linter{names: s.Names, snapshot: s, report: Report{Excepted: map[int][]Finding{}}}
}

// sorted is the report, with the findings in their order.
func (l *linter) sorted() Report {
	order := graph.Names()
	slices.SortStableFunc(l.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Stack), slices.Index(order, b.Stack)), strings.Compare(a.Resource, b.Resource))
	})
	return l.report
}

// add takes a finding, unless an exception covers it.
func (l *linter) add(rule *Rule, r *snapshot.Resource, f Finding) {
	f.Rule, f.ID, f.Stack, f.Resource = rule, rule.ID, r.Stack, r.String()
	for i, e := range Exceptions {
		if e.covers(f) {
			l.report.Excepted[i] = append(l.report.Excepted[i], f)
			return
		}
	}
	if !slices.Contains(l.report.Findings, f) {
		l.report.Findings = append(l.report.Findings, f)
	}
}

// document reads one policy document.
func (l *linter) document(d *access.Document) {
	switch {
	case errors.Is(d.Err, access.ErrUnknown):
		l.report.Unknown = append(l.report.Unknown, d.Resource.String())
		return
	case d.Err != nil:
		l.refused(d)
		return
	}
	p := &policy{linter: l, Document: d, document: d.Policy.Document()}
	p.version()
	for i := range p.document.Statements {
		s := &statement{policy: p, Statement: p.document.Statements[i], label: iameval.Label(p.document.Statements[i].Sid, i)}
		s.read()
		s.actions()
		s.principals()
		s.resources()
		s.conditions()
		s.repetition()
		for j := range i {
			s.repeats(j)
		}
	}
}

// refused tells of a document that the evaluator does not take: AWS would not
// either.
func (l *linter) refused(d *access.Document) {
	f := Finding{Kind: d.Kind, Problem: d.Err.Error()}
	var in *iameval.StatementError
	if errors.As(d.Err, &in) {
		f.Statement, f.Problem = in.Statement, in.Err.Error()
	}
	if element, problem, ok := strings.Cut(f.Problem, ": "); ok && slices.Contains(elements, element) {
		f.Element, f.Problem = element, problem
	}
	switch {
	case f.Element != "Condition" && strings.Contains(f.Element+f.Problem, "Principal"):
		l.add(Principal, d.Resource, f)
	case f.Element == "Sid":
		l.add(Sid, d.Resource, f)
	default:
		l.add(Grammar, d.Resource, f)
	}
}

// elements are those that the evaluator's errors begin with.
var elements = []string{"Action", "Condition", "Effect", "NotPrincipal", "Principal", "Resource", "Sid", "Statement", "Version"}

// policy is a document that is read.
type policy struct {
	*linter
	*access.Document
	document iameval.Document
}

func (p *policy) version() {
	if p.document.Version != iameval.Version2012 {
		p.add(Version, p.Resource, Finding{Kind: p.Kind, Element: "Version", Value: p.document.Version, Problem: "is the old policy language, in which ${…} is plain text"})
	}
}
