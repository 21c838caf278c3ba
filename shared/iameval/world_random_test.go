package iameval

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// random draws policies.
type random struct {
	*rand.Rand
	t testing.TB
}

func (r *random) attach(a *actor) {
	switch a.kind {
	case "user", "role", "session", "federatedUser":
	default:
		return
	}
	for i := range r.IntN(3) {
		a.identity = append(a.identity, r.policy(fmt.Sprintf("identity%d", i), IdentityPolicy))
	}
	a.boundary = r.maybe(30, "boundary", PermissionsBoundary)
	if a.kind != "user" {
		for i := range max(0, r.IntN(4)-1) {
			a.sessions = append(a.sessions, r.policy(fmt.Sprintf("session%d", i), SessionPolicy))
		}
	}
}

func (r *random) chain(kind Kind) [][]*source {
	out := make([][]*source, 1+r.IntN(3))
	for i := range out {
		if kind == ResourceControlPolicy && r.IntN(10) > 0 {
			out[i] = append(out[i], r.source(fmt.Sprintf("full%d", i), kind, document(rcpFull)))
		}
		if kind == ServiceControlPolicy && r.IntN(10) > 2 {
			out[i] = append(out[i], r.source(fmt.Sprintf("full%d", i), kind, document(everything)))
		}
		if r.IntN(2) == 0 {
			out[i] = append(out[i], r.policy(fmt.Sprintf("chain%d", i), kind))
		}
	}
	return out
}

func (r *random) maybe(percent int, name string, kind Kind) *source {
	if r.IntN(100) >= percent {
		return nil
	}
	return r.policy(name, kind)
}

func (r *random) policy(name string, kind Kind) *source {
	version := Version2012
	if r.IntN(12) == 0 && kind != ResourceControlPolicy {
		version = Version2008
	}
	statements := make([]map[string]any, 1+r.IntN(4))
	for i := range statements {
		statements[i] = r.statement(kind)
		statements[i]["Sid"] = fmt.Sprintf("S%d", i)
	}
	text, err := json.Marshal(map[string]any{"Version": version, "Statement": statements})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.source(name, kind, string(text))
}

func (r *random) source(name string, kind Kind, text string) *source {
	return &source{name, kind, text, parse(r.t, name, kind, text)}
}

func pick[T any](r *random, list []T) T { return list[r.IntN(len(list))] }

// some draws one to three of a list.
func some(r *random, list []string) []string {
	out := []string{pick(r, list)}
	for r.IntN(3) == 0 && len(out) < 3 {
		out = append(out, pick(r, list))
	}
	return out
}

func (r *random) statement(kind Kind) map[string]any {
	s := map[string]any{"Effect": "Allow"}
	if r.IntN(5) == 0 || kind == ResourceControlPolicy {
		s["Effect"] = "Deny"
	}
	action, resource := "Action", "Resource"
	if r.IntN(6) == 0 && kind != ResourceControlPolicy {
		action = "NotAction"
	}
	if r.IntN(6) == 0 {
		resource = "NotResource"
	}
	switch kind {
	case TrustPolicy:
		s[action] = some(r, trustActions)
	case ResourceControlPolicy:
		s[action] = some(r, anyActions[1:])
	default:
		s[action] = some(r, anyActions)
	}
	if kind != TrustPolicy {
		s[resource] = some(r, anyResources)
	}
	if grammars[kind].principal {
		element := "Principal"
		if s["Effect"] == "Deny" && grammars[kind].notPrincipal && r.IntN(4) == 0 {
			element = "NotPrincipal"
		}
		s[element] = r.principals(kind)
		if element == "NotPrincipal" && r.IntN(2) == 0 {
			s[element] = map[string]any{"AWS": pick(r, everyName)[r.IntN(2):]}
		}
	}
	if block := r.conditions(); len(block) > 0 {
		s["Condition"] = block
	}
	return s
}

func (r *random) principals(kind Kind) any {
	if kind == ResourceControlPolicy || r.IntN(6) == 0 {
		return "*"
	}
	out := map[string]any{"AWS": some(r, anyPrincipals)}
	if r.IntN(4) == 0 {
		out["Service"] = some(r, []string{"cloudtrail.amazonaws.com", "config.amazonaws.com"})
	}
	if r.IntN(4) == 0 {
		out["Federated"] = "accounts.google.com"
	}
	return out
}

func (r *random) conditions() map[string]map[string]any {
	block := map[string]map[string]any{}
	for r.IntN(3) == 0 && len(block) < 3 {
		test := pick(r, anyTests)
		operator := pick(r, test.operators)
		if operator != "Null" {
			if test.multi || r.IntN(10) == 0 {
				operator = pick(r, []string{"ForAllValues:", "ForAnyValue:", "ForAnyValue:", ""}) + operator
			}
			if r.IntN(4) == 0 {
				operator += "IfExists"
			}
		}
		values := any(some(r, test.values))
		if operator == "Null" {
			values = pick(r, []any{"true", false, []string{"false"}})
		}
		block[operator] = map[string]any{test.key: values}
	}
	return block
}

func (r *random) context() Context {
	c := Context{}
	for _, test := range anyTests {
		if test.seen == nil || r.IntN(3) == 0 {
			continue
		}
		if values := pick(r, test.seen); values != nil {
			c[test.key] = values
		}
	}
	return c
}
