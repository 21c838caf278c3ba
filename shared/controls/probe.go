package controls

import (
	"maps"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// probe is a request that a policy is asked about.
type probe struct {
	// what describes the request in a finding, such as "a read over plain HTTP".
	what      string
	principal iameval.Principal
	// identity are the caller's own policies.
	identity []*iameval.Policy
	action   string
	resource string
	// owner is the account that owns the resource; empty means the estate's.
	owner   string
	context iameval.Context
}

// with returns the probe with more condition keys; a key without values is taken
// out.
func (p probe) with(what string, context iameval.Context) probe {
	merged := maps.Clone(p.context)
	if merged == nil {
		merged = iameval.Context{}
	}
	for key, values := range context {
		if values == nil {
			delete(merged, key)
		} else {
			merged[key] = values
		}
	}
	p.what, p.context = what, merged
	return p
}

// on returns the probe for another resource.
func (p probe) on(resource string) probe { p.resource = resource; return p }

// doing returns the probe for another action.
func (p probe) doing(action string) probe { p.action = action; return p }

// administrator is a role of this account that may do everything, so that only
// what stands on the resource decides.
func (in *inspection) administrator() probe {
	return probe{
		principal: iameval.RoleSession(in.Names.IAMARN("role/administrator"), "session"),
		identity:  []*iameval.Policy{access.Everything},
	}
}

// stranger is an administrator of another account.
func (in *inspection) stranger() probe {
	return probe{
		principal: iameval.RoleSession("arn:"+in.Names.Partition()+":iam::"+foreignAccount+":role/administrator", "session"),
		identity:  []*iameval.Policy{access.Everything},
	}
}

// foreignAccount is some other AWS account.
const foreignAccount = "999999999999"

// service is an AWS service acting on its own.
func service(name string) probe { return probe{principal: iameval.Service(name)} }

// ask decides a probe over what is in force; what is wrong with the question is
// reported.
func (s subject) ask(p probe, e iameval.Environment) (iameval.Decision, bool) {
	owner := p.owner
	if owner == "" {
		owner = s.in.Names.Account
	}
	s.in.verdicts++
	d, err := iameval.Evaluate(iameval.Request{
		Principal: p.principal, Action: p.action, Resource: p.resource, ResourceAccount: owner, Context: p.context,
	}, e)
	if err != nil {
		s.fail("", "a verdict on "+p.what, err.Error())
		return d, false
	}
	return d, true
}

// denies wants the resource's policy to deny a request explicitly, whatever the
// caller may do elsewhere.
func (d document) denies(p probe) {
	verdict, ok := d.subject.ask(p, iameval.Environment{Identity: p.identity, Resource: d.Policy})
	if ok && verdict.Verdict != iameval.ExplicitDeny {
		d.fail(d.Property, "a denial of "+p.what, verdict.String())
	}
}

// refuses wants the resource's policy not to allow a request.
func (d document) refuses(p probe) {
	verdict, ok := d.subject.ask(p, iameval.Environment{Identity: p.identity, Resource: d.Policy})
	if ok && verdict.Verdict == iameval.Allow {
		d.fail(d.Property, "no permission for "+p.what, verdict.String())
	}
}

// allows wants the resource's policy to allow a request.
func (d document) allows(p probe) {
	verdict, ok := d.subject.ask(p, iameval.Environment{Identity: p.identity, Resource: d.Policy})
	if ok && verdict.Verdict != iameval.Allow {
		d.fail(d.Property, "permission for "+p.what, verdict.String())
	}
}

// roleSubject is a role under inspection with what is in force for it.
type roleSubject struct {
	subject
	role        *access.Role
	environment iameval.Environment
}

// roles returns the roles of the snapshot that can be judged, and reports the
// others.
func (in *inspection) roles() []roleSubject {
	var out []roleSubject
	for _, role := range in.policies().Roles {
		in.checked[role.Resource.Stack]++
		if r, ok := in.judged(role); ok {
			out = append(out, r)
		}
	}
	return out
}

// byPoliciesAlone is the role without its boundary: each layer must hold when the
// other one fails.
func (r roleSubject) byPoliciesAlone() roleSubject {
	r.environment.Boundary = nil
	return r
}

// byBoundaryAlone is the role with every permission that its boundary leaves.
func (r roleSubject) byBoundaryAlone() roleSubject {
	r.environment.Identity = []*iameval.Policy{access.Everything}
	return r
}

// can decides a request of the role by its own policies and boundary.
func (r roleSubject) can(p probe) (iameval.Decision, bool) {
	p.principal = r.role.Session()
	return r.subject.ask(p, r.environment)
}

// may wants the role's policies to allow a request.
func (r roleSubject) may(p probe) {
	if d, ok := r.can(p); ok && d.Verdict != iameval.Allow {
		r.fail("", "permission for "+p.what, d.String())
	}
}

// mayNot wants the role's policies not to allow a request.
func (r roleSubject) mayNot(p probe) {
	if d, ok := r.can(p); ok && d.Verdict == iameval.Allow {
		r.fail("", "no permission for "+p.what, d.String())
	}
}
