package iameval

import (
	"slices"
	"testing"
)

// denyAll and allowAll are statements for any policy of a kind.
func denyAll(kind Kind) Statement {
	s := allowAll(kind)
	s.Sid, s.Effect = "AddedDeny", EffectDeny
	return s
}

func allowAll(kind Kind) Statement {
	s := Statement{Sid: "AddedAllow", Effect: EffectAllow, Actions: []string{"*"}, Resources: []string{"*"}}
	if kind == TrustPolicy {
		s.Actions, s.Resources = []string{"sts:*"}, nil
	}
	if grammars[kind].principal {
		s.Principals = &Principals{AWS: []string{"*"}}
	}
	return s
}

// with adds a statement to a policy.
func with(t *testing.T, p *Policy, s Statement) *Policy {
	t.Helper()
	d := p.Document()
	d.Statements = append(d.Statements, s)
	return changed(t, p, d)
}

func changed(t *testing.T, p *Policy, d Document) *Policy {
	t.Helper()
	out, err := New(p.Name(), p.Kind(), d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// slots are the policies in force, as places that can be written.
func slots(e *Environment) []**Policy {
	var out []**Policy
	lists := append([][]*Policy{e.Identity, e.Session}, append(e.ServiceControl, e.ResourceControl...)...)
	for _, list := range lists {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	for _, one := range []**Policy{&e.Boundary, &e.Resource, &e.Endpoint} {
		if *one != nil {
			out = append(out, one)
		}
	}
	return out
}

// copied is an environment whose policies can be exchanged.
func copied(e Environment) *Environment {
	e.Identity, e.Session = slices.Clone(e.Identity), slices.Clone(e.Session)
	e.ServiceControl, e.ResourceControl = slices.Clone(e.ServiceControl), slices.Clone(e.ResourceControl)
	for _, chain := range [][][]*Policy{e.ServiceControl, e.ResourceControl} {
		for i := range chain {
			chain[i] = slices.Clone(chain[i])
		}
	}
	return &e
}

// binds reports whether policies of a kind can bind the principal.
func binds(q Request, kind Kind) bool {
	switch kind {
	case ServiceControlPolicy:
		return q.Principal.account != "" && !q.Principal.serviceLinked()
	case ResourceControlPolicy:
		return !q.Principal.serviceLinked()
	default:
		return true
	}
}

// grantIn adds an allow to a policy of the kind that lacked one, or a policy
// with nothing else.
func grantIn(t *testing.T, e *Environment, lack Lack, q Request) {
	for _, slot := range slots(e) {
		if (*slot).Kind() == lack.Kind && slices.Contains(lack.Policies, (*slot).Name()) {
			*slot = with(t, *slot, allowAll(lack.Kind))
			return
		}
	}
	p, err := New("new", lack.Kind, Document{Version: Version2012, Statements: []Statement{allowAll(lack.Kind)}})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case lack.Kind == IdentityPolicy:
		e.Identity = append(e.Identity, p)
	case lack.Kind == SessionPolicy:
		e.Session = append(e.Session, p)
	case lack.Kind.ofResource():
		e.Resource = p
	case lack.Kind == ServiceControlPolicy:
		fillEmptyLevel(e.ServiceControl, p)
	case lack.Kind == ResourceControlPolicy:
		fillEmptyLevel(e.ResourceControl, p)
	default:
		t.Fatalf("%s of %s lacks, and is not there", lack.Kind, q.Principal)
	}
}

func fillEmptyLevel(chain [][]*Policy, p *Policy) {
	for i := range chain {
		if len(chain[i]) == 0 {
			chain[i] = []*Policy{p}
			return
		}
	}
}
