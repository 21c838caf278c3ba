package iameval

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// The properties hold for every request of these worlds.
const propertyWorlds = 12

// eachDecision visits the decided requests of the worlds. Requests that are
// errors are left out: they have no verdict to speak of.
func eachDecision(t *testing.T, visit func(r *random, at string, q Request, e Environment, d Decision)) {
	t.Helper()
	n := 0
	for seed := uint64(1000); seed < 1000+propertyWorlds; seed++ {
		w := newWorld(t, seed)
		r := &random{rand.New(rand.NewPCG(seed, 11)), t}
		w.each(func(_ int, a *actor, c call, context Context) {
			q, e := w.request(a, c, context), w.environment(a, c.thing)
			d, err := Evaluate(q, e)
			if err != nil {
				return
			}
			n++
			visit(r, w.tell(a, c, context), q, e, d)
		})
	}
	if n < propertyWorlds*50 {
		t.Errorf("only %d requests had a verdict", n)
	}
}

func decided(t *testing.T, at string, q Request, e Environment) Decision {
	t.Helper()
	d, err := Evaluate(q, e)
	if err != nil {
		t.Fatalf("%s\n%v", at, err)
	}
	return d
}

func TestUnitExplicitDenyAlwaysWins(t *testing.T) {
	eachDecision(t, func(_ *random, at string, q Request, e Environment, _ Decision) {
		for i := range slots(&e) {
			changedEnvironment := copied(e)
			slot := slots(changedEnvironment)[i]
			if !binds(q, (*slot).Kind()) {
				continue
			}
			denial := denyAll((*slot).Kind())
			if (*slot).Kind() == ResourceControlPolicy {
				denial.Actions = []string{"s3:*", "kms:*", "sts:*", "sqs:*"}
			}
			*slot = with(t, *slot, denial)
			if d := decided(t, at, q, *changedEnvironment); d.Verdict != ExplicitDeny {
				t.Fatalf("%s\n%s although %s denies everything", at, d, *slot)
			}
		}
	})
}

func TestUnitAddingAnAllowNeverDenies(t *testing.T) {
	eachDecision(t, func(r *random, at string, q Request, e Environment, before Decision) {
		for i := range slots(&e) {
			changedEnvironment := copied(e)
			slot := slots(changedEnvironment)[i]
			added := allowAll((*slot).Kind())
			if r.IntN(2) == 0 && (*slot).Kind() != ResourceControlPolicy {
				// A random one, without conditions that could be errors.
				other := r.policy("other", (*slot).Kind()).policy.Document().Statements[0]
				if other.Effect == EffectAllow {
					other.Sid, other.Conditions = "AddedAllow", nil
					added = other
				}
			}
			*slot = with(t, *slot, added)
			after := decided(t, at, q, *changedEnvironment)
			if before.Verdict == Allow && after.Verdict != Allow || before.Verdict == ImplicitDeny && after.Verdict == ExplicitDeny {
				t.Fatalf("%s\n%s became %s by an allow in %s", at, before, after, *slot)
			}
		}
	})
}

func TestUnitRemovingADenyNeverDeniesMore(t *testing.T) {
	eachDecision(t, func(_ *random, at string, q Request, e Environment, before Decision) {
		for i, place := range slots(&e) {
			for n, s := range (*place).Document().Statements {
				if s.Effect != EffectDeny {
					continue
				}
				changedEnvironment := copied(e)
				slot := slots(changedEnvironment)[i]
				d := (*slot).Document()
				d.Statements = slices.Delete(d.Statements, n, n+1)
				if len(d.Statements) == 0 {
					// A policy has a statement: one that never applies.
					s = denyAll((*slot).Kind())
					s.Conditions = []Condition{{"Null", "aws:ResourceAccount", []string{"true"}}}
					if (*slot).Kind() == ResourceControlPolicy {
						s.Actions = []string{"s3:*"}
					}
					d.Statements = []Statement{s}
				}
				*slot = changed(t, *slot, d)
				after := decided(t, at, q, *changedEnvironment)
				if before.Verdict != ExplicitDeny && after.Verdict != before.Verdict {
					t.Fatalf("%s\n%s became %s without statement %s of %s", at, before, after, s.Sid, *slot)
				}
			}
		}
	})
}

// TestUnitFiltersOnlyNarrow puts a further boundary, session policy, endpoint
// policy or organization level in force.
func TestUnitFiltersOnlyNarrow(t *testing.T) {
	eachDecision(t, func(r *random, at string, q Request, e Environment, before Decision) {
		for _, kind := range []Kind{PermissionsBoundary, SessionPolicy, EndpointPolicy, ServiceControlPolicy, ResourceControlPolicy} {
			narrower := copied(e)
			filter := r.policy("filter", kind).policy.Document()
			for i := range filter.Statements {
				filter.Statements[i].Conditions = nil
			}
			p, err := New("filter", kind, filter)
			if err != nil {
				t.Fatal(err)
			}
			if !addFilter(narrower, q, p) {
				continue
			}
			after := decided(t, at, q, *narrower)
			if before.Verdict != Allow && after.Verdict == Allow || before.Verdict == ExplicitDeny && after.Verdict != ExplicitDeny {
				t.Fatalf("%s\n%s became %s by a further %s", at, before, after, kind)
			}
		}
	})
}

// addFilter puts a policy in force; false where there is no room for it. A
// federated user's first session policy is what gives it permissions, and a
// second session policy widens the first: both are no filters.
func addFilter(e *Environment, q Request, p *Policy) bool {
	switch p.Kind() {
	case PermissionsBoundary:
		if e.Boundary != nil || !q.Principal.identity() {
			return false
		}
		e.Boundary = p
	case SessionPolicy:
		if len(e.Session) > 0 || !q.Principal.limitedBySession() || q.Principal.kind == federatedUserPrincipal {
			return false
		}
		e.Session = []*Policy{p}
	case EndpointPolicy:
		if e.Endpoint != nil {
			return false
		}
		e.Endpoint = p
	case ServiceControlPolicy:
		e.ServiceControl = append(e.ServiceControl, []*Policy{p})
	case ResourceControlPolicy:
		e.ResourceControl = append(e.ResourceControl, []*Policy{p})
	}
	return true
}

func TestUnitOrderDoesNotMatter(t *testing.T) {
	eachDecision(t, func(r *random, at string, q Request, e Environment, before Decision) {
		shuffled := copied(e)
		for _, slot := range slots(shuffled) {
			d := (*slot).Document()
			r.Shuffle(len(d.Statements), func(i, j int) { d.Statements[i], d.Statements[j] = d.Statements[j], d.Statements[i] })
			*slot = changed(t, *slot, d)
		}
		r.Shuffle(len(shuffled.Identity), func(i, j int) {
			shuffled.Identity[i], shuffled.Identity[j] = shuffled.Identity[j], shuffled.Identity[i]
		})
		r.Shuffle(len(shuffled.Session), func(i, j int) {
			shuffled.Session[i], shuffled.Session[j] = shuffled.Session[j], shuffled.Session[i]
		})
		after := decided(t, at, q, *shuffled)
		// The names of a lack come in the order of the policies.
		before.Lacked, after.Lacked = kindsOnly(before.Lacked), kindsOnly(after.Lacked)
		if fmt.Sprintf("%+v", before) != fmt.Sprintf("%+v", after) {
			t.Fatalf("%s\n%+v\nbecame %+v in another order", at, before, after)
		}
	})
}

func kindsOnly(lacked []Lack) []Lack {
	var out []Lack
	for _, l := range lacked {
		out = append(out, Lack{Kind: l.Kind})
	}
	return out
}

// TestUnitLackedIsWhatIsMissing adds an allow to each policy type that an
// implicit deny names: then, and only then, the answer is allow.
func TestUnitLackedIsWhatIsMissing(t *testing.T) {
	eachDecision(t, func(_ *random, at string, q Request, e Environment, before Decision) {
		if before.Verdict != ImplicitDeny || before.Rule != "" {
			return
		}
		for skipped := -1; skipped < len(before.Lacked); skipped++ {
			widened := copied(e)
			for i, lack := range before.Lacked {
				if i != skipped {
					grantIn(t, widened, lack, q)
				}
			}
			after := decided(t, at, q, *widened)
			// An allow for everyone in a resource policy grants directly, so
			// that identity policies are not needed any more.
			resource := before.Lacked[0].Kind.ofResource() || slices.ContainsFunc(before.Lacked, func(l Lack) bool { return l.Kind.ofResource() })
			if skipped < 0 && after.Verdict != Allow || skipped >= 0 && after.Verdict == Allow && !resource {
				t.Fatalf("%s\n%s became %s with allows in all but #%d of them", at, before, after, skipped)
			}
		}
	})
}
