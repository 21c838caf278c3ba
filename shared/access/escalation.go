package access

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// Escalation is a known path on which a role gives itself more than it has.
type Escalation struct {
	// Path is the path's name, such as "iam:PassRole, lambda:CreateFunction".
	Path string
	// By are the requests of the path that are allowed, one per step.
	By []string
}

// String reads like "iam:PassRole, lambda:CreateFunction (iam:PassRole on …)".
func (e Escalation) String() string { return e.Path + " (" + strings.Join(e.By, "; ") + ")" }

// Escalations returns the known paths that the role's policies and boundary open
// together, in the order of the table. Each is asked as an attacker would ask:
// about a role, user, group or policy of the attacker's choice, with every value
// that iam:PassedToService may have and with no boundary or one of the attacker's
// own.
//
// What is named is meant: a role that may be handed on or assumed, and a function
// whose code may be changed, is no path where it is named by its exact ARN. Nor
// is a role that is made or changed under the estate's own boundary: that is
// delegation, and the boundary is what all of its roles can do at most.
func (m *Model) Escalations(role *Role) ([]Escalation, error) {
	e, err := role.Environment()
	if err != nil {
		return nil, err
	}
	a := &attacker{model: m, role: role, environment: e}
	for _, d := range role.Identity {
		for _, s := range d.Statements() {
			if s.Effect == iameval.EffectAllow {
				a.grants = append(a.grants, s)
			}
		}
	}
	var found []Escalation
	for _, p := range escalationPaths {
		by, err := a.walk(p)
		if err != nil {
			return nil, fmt.Errorf("path %s: %w", p.name(), err)
		}
		if by != nil {
			found = append(found, Escalation{p.name(), by})
		}
	}
	return found, nil
}

// attacker looks for paths from what a role has.
type attacker struct {
	model       *Model
	role        *Role
	environment iameval.Environment
	grants      []iameval.Statement
}

// walk returns the allowed requests of a path, or nil where a step is closed.
func (a *attacker) walk(p escalationPath) ([]string, error) {
	for _, s := range p.steps {
		if !slices.ContainsFunc(a.grants, func(g iameval.Statement) bool { return GrantsOneOf(g, s.action) }) {
			return nil, nil // what nothing allows needs no further question
		}
	}
	var by []string
	for _, s := range p.steps {
		request, err := a.take(s)
		if err != nil || request == "" {
			return nil, err
		}
		by = append(by, request)
	}
	return by, nil
}

// take returns a request that takes a step, or nothing.
func (a *attacker) take(s step) (string, error) {
	for _, resource := range a.targets(s) {
		for _, context := range a.contexts(s, resource) {
			r := iameval.Request{
				Principal: a.role.Session(), Action: s.action, Resource: resource,
				ResourceAccount: a.model.snapshot.Names.Account, Context: context,
			}
			d, err := iameval.Evaluate(r, a.with(r))
			if err != nil {
				return "", err
			}
			if d.Verdict == iameval.Allow {
				return s.action + " on " + resource, nil
			}
		}
	}
	return "", nil
}

// with is what is in force for a request. A role that is assumed trusts whom the
// attacker wants; what it trusts really is its own trust policy's to say.
func (a *attacker) with(r iameval.Request) iameval.Environment {
	e := a.environment
	if strings.HasPrefix(r.Action, "sts:") {
		e.Resource = a.model.trustsAccount()
	}
	return e
}

func (m *Model) trustsAccount() *iameval.Policy {
	p, err := iameval.New("account", iameval.TrustPolicy, iameval.Document{Version: iameval.Version2012, Statements: []iameval.Statement{{
		Sid: "Account", Effect: iameval.EffectAllow, Actions: []string{"sts:*"},
		Principals: &iameval.Principals{AWS: []string{m.snapshot.Names.RootARN()}},
	}}})
	if err != nil {
		panic(err) // the account's id comes from the environment file, which was checked
	}
	return p
}

// contexts are those that an attacker would choose for a step. A request about
// the attacker's own role is about a role with that role's boundary.
func (a *attacker) contexts(s step, resource string) []iameval.Context {
	base := iameval.Context{"aws:RequestedRegion": {a.model.snapshot.Names.Region}}
	with := func(key, value string) iameval.Context {
		return iameval.Context{"aws:RequestedRegion": base["aws:RequestedRegion"], key: {value}}
	}
	const boundary = "iam:PermissionsBoundary"
	switch {
	case s.service != "":
		return []iameval.Context{with("iam:PassedToService", s.service)}
	case s.on == ownRole || resource == a.role.ARN:
		if a.role.Boundary != nil {
			name, _ := a.role.Boundary.Resource.Get("name").(string)
			return []iameval.Context{with(boundary, a.model.snapshot.Names.IAMARN("policy/"+name))}
		}
		return []iameval.Context{base}
	case s.on == someRole || s.on == someUser:
		return []iameval.Context{base, with(boundary, a.model.snapshot.Names.IAMARN("policy/of-the-attacker"))}
	}
	return []iameval.Context{base}
}

// targets are the resources that an attacker would choose for a step: one that
// nothing names, and one for every pattern that a grant has in its place.
func (a *attacker) targets(s step) []string {
	n := a.model.snapshot.Names
	switch s.on {
	case nothing:
		return []string{"*"}
	case ownRole:
		return []string{a.role.ARN}
	case ownPolicy:
		return append(a.ownPolicies(), n.IAMARN("policy/of-somebody-else"))
	}
	kind := string(s.on)
	service, _, _ := strings.Cut(s.action, ":")
	if service == "sts" {
		service = "iam"
	}
	prefix := n.ARN(service, kind)
	if service == "iam" {
		prefix = n.IAMARN(kind)
	}
	targets := []string{prefix + "of-somebody-else"}
	for _, g := range a.grants {
		if !GrantsOneOf(g, s.action) {
			continue
		}
		for _, pattern := range g.Resources {
			target := strings.NewReplacer("*", "x", "?", "x").Replace(pattern)
			if strings.HasPrefix(target, prefix) && (target != pattern || s.changesIdentity()) {
				targets = append(targets, target)
			}
		}
	}
	if s.on == someRole && s.changesIdentity() {
		targets = append(targets, a.role.ARN)
	}
	return targets
}

// ownPolicies are the managed policies that are attached to the role.
func (a *attacker) ownPolicies() []string {
	var arns []string
	for _, d := range a.role.Identity {
		if name, _ := d.Resource.Get("name").(string); d.Resource.Type == "aws:iam/policy:Policy" && name != "" {
			arns = append(arns, a.model.snapshot.Names.IAMARN("policy/"+name))
		}
	}
	return arns
}

// GrantsOneOf reports whether a statement allows one of the actions, on whatever
// resource and under whatever condition.
func GrantsOneOf(s iameval.Statement, actions ...string) bool {
	if s.Effect != iameval.EffectAllow {
		return false
	}
	for _, action := range actions {
		matches := func(pattern string) bool { return matchesAction(pattern, action) }
		if slices.ContainsFunc(s.Actions, matches) || len(s.NotActions) > 0 && !slices.ContainsFunc(s.NotActions, matches) {
			return true
		}
	}
	return false
}

// matchesAction compares an entry of Action, which knows no case, with an action.
// Neither has a slash or a bracket, so the patterns of paths do.
func matchesAction(pattern, action string) bool {
	if pattern == "*" {
		return true
	}
	colon := strings.IndexByte(action, ':') + 1
	if len(pattern) < colon || !strings.EqualFold(pattern[:colon], action[:colon]) {
		return false
	}
	if !strings.ContainsAny(pattern, "*?") {
		return strings.EqualFold(pattern, action)
	}
	matched, err := path.Match(strings.ToLower(pattern), strings.ToLower(action))
	return err == nil && matched
}
