package iameval

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

// The oracle decides all requests of a world at once. It reads the policies by
// encoding/json, writes down for each statement the set of requests that it
// matches, and gets the decisions by unions and intersections of such sets. It
// shares no code with the package: its matching is in oracle_match_test.go.
type oracle struct {
	world  *world
	all    *big.Int
	errors *big.Int            // a plain operator met several values
	denies map[string]*big.Int // by statement
	full   []Context           // of each request, with the keys that follow
	policy map[*source]statements
}

// statements is a policy as encoding/json reads it.
type statements struct {
	Version   string
	Statement []map[string]any
}

// verdicts is what the oracle found.
type verdicts struct{ allow, deny, errors *big.Int }

func newOracle(w *world) *oracle {
	o := &oracle{world: w, errors: new(big.Int), denies: map[string]*big.Int{}, policy: map[*source]statements{}}
	w.each(func(_ int, a *actor, c call, context Context) { o.full = append(o.full, fullContext(a, c, context)) })
	o.all = o.set(func(*actor, call, Context) bool { return true })
	return o
}

// set is the set of requests for which a property holds; the context is the full
// one.
func (o *oracle) set(holds func(*actor, call, Context) bool) *big.Int {
	s := new(big.Int)
	o.world.each(func(i int, a *actor, c call, _ Context) {
		if holds(a, c, o.full[i]) {
			s.SetBit(s, i, 1)
		}
	})
	return s
}

func union(sets ...*big.Int) *big.Int {
	u := new(big.Int)
	for _, s := range sets {
		u.Or(u, s)
	}
	return u
}

func both(sets ...*big.Int) *big.Int {
	u := new(big.Int).Set(sets[0])
	for _, s := range sets[1:] {
		u.And(u, s)
	}
	return u
}

func (o *oracle) not(s *big.Int) *big.Int { return new(big.Int).AndNot(o.all, s) }

// allows is the set of requests, of those the policies are in force for, that
// the policies allow. Denies are noted on the way.
func (o *oracle) allows(inForce *big.Int, named string, policies ...*source) *big.Int {
	out := new(big.Int)
	for _, p := range policies {
		if p == nil {
			continue
		}
		doc := o.read(p)
		for _, s := range doc.Statement {
			matched, failed := o.statement(p, s, doc.Version == Version2012, named)
			o.errors = union(o.errors, both(inForce, failed))
			if s["Effect"] == "Allow" {
				out = union(out, both(inForce, matched))
				continue
			}
			ref := StatementRef{p.kind, p.name, s["Sid"].(string)}.String()
			if o.denies[ref] == nil {
				o.denies[ref] = new(big.Int)
			}
			o.denies[ref] = union(o.denies[ref], both(inForce, matched))
		}
	}
	return out
}

func (o *oracle) read(p *source) statements {
	doc, ok := o.policy[p]
	if !ok {
		if err := json.Unmarshal([]byte(p.text), &doc); err != nil {
			panic(err)
		}
		o.policy[p] = doc
	}
	return doc
}

func (o *oracle) decide() verdicts {
	w := o.world
	kind := func(kinds ...string) *big.Int {
		return o.set(func(a *actor, _ call, _ Context) bool { return slices.Contains(kinds, a.kind) })
	}
	identities := kind("user", "role", "session", "federatedUser")
	linked := o.set(func(a *actor, _ call, _ Context) bool { return strings.Contains(a.arn, ":role/aws-service-role/") })
	same := o.set(func(a *actor, c call, _ Context) bool { return a.account == c.thing.account })
	own := o.set(func(_ *actor, c call, _ Context) bool { return c.thing.own != "" })
	trust := o.set(func(_ *actor, c call, _ Context) bool { return c.thing.own == "trust" })

	identity, boundary, session := new(big.Int), new(big.Int), new(big.Int)
	for _, a := range w.actors {
		mine := o.set(func(b *actor, _ call, _ Context) bool { return a == b })
		identity = union(identity, o.allows(mine, "", a.identity...))
		cap := o.allows(mine, "", a.boundary)
		if a.boundary == nil {
			cap = mine
		}
		boundary = union(boundary, cap)
		limit := o.allows(mine, "", a.sessions...)
		if len(a.sessions) == 0 && a.kind != "federatedUser" {
			limit = mine
		}
		session = union(session, limit)
	}
	granted := map[string]*big.Int{"direct": new(big.Int), "entity": new(big.Int), "account": new(big.Int)}
	for _, at := range o.things() {
		here := o.set(func(_ *actor, c call, _ Context) bool { return c.thing == at })
		for named := range granted {
			granted[named] = union(granted[named], o.allows(here, named, at.policy))
		}
	}
	open := o.all
	if w.endpoint != nil {
		open = o.allows(o.all, "any", w.endpoint)
	}
	for _, account := range []string{accountA, accountB} {
		bound := both(o.not(linked), o.set(func(a *actor, _ call, _ Context) bool { return a.account == account }))
		for _, level := range w.scp[account] {
			open = both(open, union(o.not(bound), o.allows(bound, "", level...)))
		}
		bound = both(o.not(linked), o.set(func(_ *actor, c call, _ Context) bool { return c.thing.account == account }))
		for _, level := range w.rcp[account] {
			open = both(open, union(o.not(bound), o.allows(bound, "any", level...)))
		}
	}
	anyGrant := union(granted["direct"], granted["entity"], granted["account"])
	limited := both(identity, boundary, session)
	within := union(
		granted["direct"],
		both(granted["entity"], boundary, session),
		both(limited, union(o.not(own), granted["account"])),
	)
	root := union(both(same, o.not(own)), both(anyGrant, o.not(trust)))
	allow := union(
		both(identities, same, within),
		both(identities, o.not(same), anyGrant, limited),
		both(kind("root"), root),
		both(kind("service", "federated", "anonymous"), granted["direct"]),
	)
	deny := new(big.Int)
	for _, s := range o.denies {
		deny = union(deny, s)
	}
	return verdicts{allow: both(allow, open, o.not(deny)), deny: deny, errors: o.errors}
}

func (o *oracle) things() []*thing {
	var out []*thing
	for _, c := range o.world.calls {
		if !slices.Contains(out, c.thing) {
			out = append(out, c.thing)
		}
	}
	return out
}

// statement is the set of requests that a statement matches, and the set for
// which its conditions cannot be decided. For a resource policy, named says
// which of its ways to name a principal are meant; a deny takes any.
func (o *oracle) statement(p *source, s map[string]any, variables bool, named string) (matched, failed *big.Int) {
	matched = o.set(func(a *actor, c call, context Context) bool {
		return o.names(p, s, a, c, named) && o.action(s, c.action) && o.resource(s, c.thing.arn, context, variables)
	})
	if s["Condition"] == nil || matched.Sign() == 0 {
		return matched, new(big.Int)
	}
	failed = both(matched, o.set(func(_ *actor, _ call, context Context) bool { return o.undecidable(s, context) }))
	holds := o.set(func(_ *actor, _ call, context Context) bool { return o.conditions(s, context, variables) })
	return both(matched, holds), failed
}
