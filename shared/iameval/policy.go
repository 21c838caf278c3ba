package iameval

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Policy is a policy document that has been checked and made ready. It is
// never changed, so many evaluations may share it.
type Policy struct {
	name       string
	kind       Kind
	document   Document
	statements []*statement
}

// statement is a statement ready to be matched.
type statement struct {
	ref         StatementRef
	deny        bool
	principals  *principalElement // nil where the policy type names none
	actions     []actionPattern
	notActions  bool
	resources   []resourcePattern // empty in a trust policy
	notResource bool
	conditions  []condition
	keys        []string // condition keys and variables, as written
}

// Parse reads a policy. The name is the caller's, for verdicts and errors: with
// the kind it reads like "bucket policy data".
func Parse(name string, kind Kind, text []byte) (*Policy, error) {
	document, err := readDocument(text)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return New(name, kind, document)
}

// New checks a document and makes a policy of it.
func New(name string, kind Kind, document Document) (*Policy, error) {
	p := &Policy{name: name, kind: kind, document: document.Clone()}
	if err := p.compile(); err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return p, nil
}

// Name is the name given to Parse.
func (p *Policy) Name() string { return p.name }

// Kind is the policy type.
func (p *Policy) Kind() Kind { return p.kind }

// String reads like "bucket policy data".
func (p *Policy) String() string { return fmt.Sprintf("%s %s", p.kind, p.name) }

// Document is a copy of the document.
func (p *Policy) Document() Document { return p.document.Clone() }

// MarshalJSON writes the document.
func (p *Policy) MarshalJSON() ([]byte, error) { return json.Marshal(p.document) }

// compile checks what holds for the whole document, then each statement.
//
// Sources: "IAM JSON policy elements: Version" (two values; none means the
// older); "IAM JSON policy elements: Sid" (unique within a policy).
func (p *Policy) compile() error {
	rules, ok := grammars[p.kind]
	if !ok {
		return fmt.Errorf("%q is no policy type", p.kind)
	}
	d := &p.document
	switch {
	case d.Version != "" && d.Version != Version2012 && d.Version != Version2008:
		return fmt.Errorf("Version: %q is not %s or %s", d.Version, Version2012, Version2008)
	case rules.denyOnly && d.Version != Version2012:
		return fmt.Errorf("Version: every %s has %s", p.kind, Version2012)
	case d.ID != "" && !rules.id:
		return fmt.Errorf("Id: no %s has one", p.kind)
	case len(d.Statements) == 0:
		return errors.New("Statement: a policy has at least one")
	}
	sids := map[string]bool{}
	for i := range d.Statements {
		source := &d.Statements[i]
		name := Label(source.Sid, i)
		if source.Sid != "" && sids[source.Sid] {
			return &StatementError{name, errors.New("Sid: another statement has the same Sid")}
		}
		sids[source.Sid] = true
		s, err := p.compileStatement(source, rules)
		if err != nil {
			return &StatementError{name, err}
		}
		s.ref = StatementRef{Kind: p.kind, Policy: p.name, Statement: name}
		p.statements = append(p.statements, s)
	}
	return nil
}

var plainSid = regexp.MustCompile(`^[A-Za-z0-9]*$`)

func (p *Policy) compileStatement(source *Statement, rules grammar) (*statement, error) {
	if rules.plainSid && !plainSid.MatchString(source.Sid) {
		return nil, fmt.Errorf("Sid: letters and digits only, in every %s", p.kind)
	}
	if err := checkElements(source, p.kind, rules); err != nil {
		return nil, err
	}
	variables := p.document.Version == Version2012
	s := &statement{deny: source.Effect == EffectDeny}
	var err error
	if rules.principal {
		if s.principals, err = compilePrincipals(source); err != nil {
			return nil, err
		}
	}
	s.notActions = len(source.NotActions) > 0
	for _, text := range slices.Concat(source.Actions, source.NotActions) {
		action, err := compileAction(text, p.kind)
		if err != nil {
			return nil, err
		}
		s.actions = append(s.actions, action)
	}
	s.notResource = len(source.NotResources) > 0
	for _, text := range slices.Concat(source.Resources, source.NotResources) {
		resource, err := compileResource(text, variables)
		if err != nil {
			return nil, err
		}
		s.resources = append(s.resources, resource)
		s.keys = append(s.keys, resource.arn.text.keys()...)
	}
	if s.conditions, err = compileConditions(source.Conditions, variables); err != nil {
		return nil, err
	}
	for _, c := range s.conditions {
		s.keys = append(append(s.keys, c.name), c.variables...)
	}
	return s, nil
}

// checkElements checks which elements stand together.
//
// Sources: "Grammar of the IAM JSON policy language" (the blocks of a
// statement); "AWS JSON policy elements: NotPrincipal" ("NotPrincipal must be
// used with Effect Deny. Using it with Effect Allow is not supported.");
// Organizations User Guide, "RCP syntax" (Allow only in RCPFullAWSAccess, no
// NotAction).
func checkElements(s *Statement, kind Kind, rules grammar) error {
	principals := s.Principals != nil || s.NotPrincipals != nil
	resources := len(s.Resources)+len(s.NotResources) > 0
	switch {
	case s.Effect == "":
		return errors.New("Effect is missing; write Allow or Deny")
	case s.Effect != EffectAllow && s.Effect != EffectDeny:
		return fmt.Errorf("Effect: %q is not Allow or Deny; case matters", s.Effect)
	case len(s.Actions) == 0 && len(s.NotActions) == 0:
		return errors.New("Action is missing")
	case len(s.Actions) > 0 && len(s.NotActions) > 0:
		return errors.New("has both Action and NotAction")
	case len(s.Resources) > 0 && len(s.NotResources) > 0:
		return errors.New("has both Resource and NotResource")
	case s.Principals != nil && s.NotPrincipals != nil:
		return errors.New("has both Principal and NotPrincipal")
	case !principals && rules.principal:
		return fmt.Errorf("Principal is missing; every %s names principals", kind)
	case principals && !rules.principal:
		return fmt.Errorf("has a Principal; no %s names any", kind)
	case s.NotPrincipals != nil && !rules.notPrincipal:
		return fmt.Errorf("has a NotPrincipal; no %s takes one", kind)
	case s.NotPrincipals != nil && s.Effect == EffectAllow:
		return errors.New("has NotPrincipal with Allow, which AWS does not support; name the principals")
	case !resources && rules.resource:
		return fmt.Errorf("Resource is missing; every %s names resources", kind)
	case resources && !rules.resource:
		return fmt.Errorf("has a Resource; no %s names any", kind)
	}
	if rules.denyOnly {
		return checkResourceControl(s)
	}
	return nil
}

func checkResourceControl(s *Statement) error {
	everyone := len(s.Principals.AWS) == 1 && s.Principals.AWS[0] == "*" && len(s.Principals.Service)+len(s.Principals.Federated) == 0
	full := len(s.Actions) == 1 && s.Actions[0] == "*" && len(s.Resources) == 1 && s.Resources[0] == "*" && len(s.Conditions) == 0
	switch {
	case !everyone:
		return errors.New(`Principal: a resource control policy takes only "*"; narrow it by a condition`)
	case len(s.NotActions) > 0:
		return errors.New("has a NotAction; a resource control policy takes none")
	case s.Effect == EffectAllow && !full:
		return errors.New("Effect: a resource control policy denies; only RCPFullAWSAccess allows, and it allows everything")
	}
	return nil
}
