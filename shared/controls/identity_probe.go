package controls

import (
	"errors"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// here is the context of every request that the estate's own people and machines
// make. Without a region the boundary denies whatever is asked, and its denial
// would pass for the one that was looked for.
func (in *inspection) here() iameval.Context {
	return iameval.Context{"aws:RequestedRegion": {in.Names.Region}}
}

// request is a request of the estate's own, for an action that another statement
// than the one looked for should not decide.
func (in *inspection) request(action, resource string) probe {
	return probe{what: action + " on " + resource, action: action, resource: resource, context: in.here()}
}

// given adds condition keys to the probe, and says so.
func (p probe) given(what string, context iameval.Context) probe {
	return p.with(p.what+" "+what, context)
}

// decide decides a request of the role by its own policies and boundary. Keys and
// roles have a policy of their own that must allow too: it leaves the decision to
// the identity policies here.
func (r roleSubject) decide(p probe) (iameval.Decision, bool) {
	if kind := ownPolicyOf(p); kind != "" && r.environment.Resource == nil {
		r.environment.Resource = r.in.leftToIdentities(kind)
	}
	if p.principal == (iameval.Principal{}) {
		p.principal = r.role.Session()
	}
	return r.ask(p, r.environment)
}

// ownPolicyOf is the kind of policy that the resource of a request has itself.
func ownPolicyOf(p probe) iameval.Kind {
	switch {
	case strings.HasPrefix(p.action, "kms:") && strings.Contains(p.resource, ":key/"):
		return iameval.KeyPolicy
	case strings.HasPrefix(p.action, "sts:") && strings.Contains(p.resource, ":role/"):
		return iameval.TrustPolicy
	}
	return ""
}

// leftToIdentities is a policy of a key or a role that lets the account decide.
func (in *inspection) leftToIdentities(kind iameval.Kind) *iameval.Policy {
	s := iameval.Statement{
		Sid: "Account", Effect: iameval.EffectAllow,
		Principals: &iameval.Principals{AWS: []string{in.Names.RootARN()}},
		Actions:    []string{"sts:*"},
	}
	if kind == iameval.KeyPolicy {
		s.Actions, s.Resources = []string{"kms:*"}, []string{"*"}
	}
	p, err := iameval.New("account", kind, iameval.Document{Version: iameval.Version2012, Statements: []iameval.Statement{s}})
	if err != nil {
		panic(err) // the account's id comes from the environment file, which was checked
	}
	return p
}

// lets wants the role's policies to allow a request.
func (r roleSubject) lets(p probe) {
	if d, ok := r.decide(p); ok && d.Verdict != iameval.Allow {
		r.fail("", "permission for "+p.what, d.String())
	}
}

// refuses wants the role's policies not to allow a request.
func (r roleSubject) refuses(p probe) {
	if d, ok := r.decide(p); ok && d.Verdict == iameval.Allow {
		r.fail("", "no permission for "+p.what, d.String())
	}
}

// boundary is the estate's boundary, on a role that may do everything else.
type boundary struct{ document }

// boundary returns the estate's boundary, and reports that there is none or that
// it cannot be read. It belongs to the security stack.
func (in *inspection) boundary() (boundary, bool) {
	for _, s := range in.required(graph.Security, policyType) {
		if s.Get("name") != in.Names.Of("boundary") {
			continue
		}
		i := slices.IndexFunc(in.policies().Documents, func(d *access.Document) bool { return d.Resource == s.Resource })
		if i < 0 {
			s.fail("policy", "a policy", "none")
			return boundary{}, false
		}
		d, ok := in.readable(in.policies().Documents[i])
		if !ok {
			return boundary{}, false
		}
		ceiling, err := iameval.New(d.Document.Resource.Name, iameval.PermissionsBoundary, d.Policy.Document())
		if err != nil {
			s.fail(d.Property, "a policy that AWS would take", err.Error())
			return boundary{}, false
		}
		as := *d.Document
		as.Kind, as.Policy = iameval.PermissionsBoundary, ceiling
		return boundary{document{d.subject, &as}}, true
	}
	if in.Has(graph.Security) {
		in.missing(graph.Security, "the policy "+in.Names.Of("boundary"))
	}
	return boundary{}, false
}

// on is a role of the estate by its name, which may do all that the boundary
// lets it do.
func (b boundary) on(name string) roleSubject {
	full := b.in.Names.Of(name)
	role := &access.Role{Resource: b.Document.Resource, Name: full, ARN: b.in.Names.IAMARN("role/" + full)}
	return roleSubject{b.subject, role, iameval.Environment{Identity: []*iameval.Policy{access.Everything}, Boundary: b.Policy}}
}

// judged returns what is in force for a role, and reports a role that cannot be
// judged.
func (in *inspection) judged(role *access.Role) (roleSubject, bool) {
	s := subject{in, role.Resource}
	e, err := role.Environment()
	switch {
	case errors.Is(err, access.ErrUnknown), role.ARN == "":
		s.cannotTell("", "policies that can be judged")
	case err != nil:
		s.fail("", "policies that AWS would take", err.Error())
	default:
		return roleSubject{s, role, e}, true
	}
	return roleSubject{}, false
}

// role returns a role of the estate by its name: one of the snapshot or, where
// another stack makes it, what this snapshot's stacks attach to it. It is nil
// where there is nothing of either.
func (in *inspection) role(name string) *access.Role {
	if role := in.policies().Role(name); role != nil {
		return role
	}
	full := in.Names.Of(name)
	role := &access.Role{Name: full, ARN: in.Names.IAMARN("role/" + full)}
	attach := func(d *access.Document) {
		if role.Identity = append(role.Identity, d); role.Resource == nil {
			role.Resource = d.Resource
		}
	}
	for _, d := range in.policies().Documents {
		switch {
		case d.Resource.Type == rolePolicyType && d.Resource.Get("role") == full:
			attach(d)
		case d.Resource.Type == policyType:
			for _, a := range in.OfType(roleAttachmentType) {
				if a.Get("role") == full && a.Refers("policyArn", d.Resource) {
					attach(d)
				}
			}
		}
	}
	if role.Resource == nil {
		return nil
	}
	return role
}

// attachmentsKnown reports whether it is known which roles a stack attaches
// policies to, and says so where it is not.
func (in *inspection) attachmentsKnown(stack graph.Name) bool {
	for _, r := range in.OfType(rolePolicyType, roleAttachmentType) {
		if r.Stack == stack && !snapshot.Known(r.Get("role")) && len(r.References["role"]) == 0 {
			in.checked[stack]++
			subject{in, r}.cannotTell("role", "a role of the estate")
			return false
		}
	}
	return true
}

// comparedWith returns the values that policies compare a key with, but for those that
// they should. Who leaves a value of his own out of a denial names it there, and
// no guess would hit it, so it is asked for. Wildcards become letters.
func comparedWith(key string, should []string, policies ...*iameval.Policy) []string {
	var out []string
	for _, p := range policies {
		if p == nil {
			continue
		}
		for _, s := range p.Document().Statements {
			for _, c := range s.Conditions {
				if strings.EqualFold(c.Key, key) && c.Operator != "Null" {
					out = append(out, c.Values...)
				}
			}
		}
	}
	return unlisted(out, should)
}

// resourcesLeftOut does the same with the resources that denials leave out.
func resourcesLeftOut(should []string, policies ...*iameval.Policy) []string {
	var out []string
	for _, p := range policies {
		for _, s := range p.Document().Statements {
			if s.Effect == iameval.EffectDeny {
				out = append(out, s.NotResources...)
			}
		}
	}
	return unlisted(out, should)
}

// unlisted are the values that should not be there, each once.
func unlisted(values, should []string) []string {
	var out []string
	for _, v := range values {
		if !slices.Contains(should, v) {
			out = append(out, strings.NewReplacer("*", "x", "?", "x").Replace(v))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
