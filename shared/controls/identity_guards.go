package controls

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// guard is what the roles that call SageMaker must be denied on one key.
type guard struct {
	key string
	// bad are the values to deny. Where a request leaves the key out, that is a
	// value too, without values.
	bad []setting
}

// setting is a value of a condition key that must be denied.
type setting struct {
	what   string
	values []string
	// beside adds the values to the estate's own: one wrong value among right ones.
	beside bool
	// passes lists the actions that may have it.
	passes []string
}

// absentKey is a key that a request leaves out; it may do so in these actions.
func absentKey(out string, passes ...string) setting {
	return setting{what: "without " + out, passes: passes}
}

func wrongValue(key, v string) setting {
	return setting{what: "with " + key + " " + v, values: []string{v}}
}

// wrongAmong is a key with many values, one of which is wrong.
func wrongAmong(key, v string) setting {
	return setting{what: "with " + v + " among " + key, values: []string{v}, beside: true}
}

// callersOf returns the roles of the estate that may call one of the actions, and
// those of the security stack that the actions' service assumes: they run what
// the service is given, while those of other stacks serve the service itself. The
// guards stand in the security stack too.
func (in *inspection) callersOf(actions ...string) []roleSubject {
	if !in.Has(graph.Security) {
		return nil
	}
	in.checked[graph.Security]++
	serviceName, _, _ := strings.Cut(actions[0], ":")
	var out []roleSubject
	for _, role := range in.policies().Roles {
		runs := serviceName + ".amazonaws.com"
		if role.Resource.Stack != graph.Security {
			runs = ""
		}
		calls, known := calls(role, runs, actions)
		switch {
		case calls:
			in.checked[role.Resource.Stack]++
			if r, ok := in.judged(role); ok {
				r.environment.Identity = append([]*iameval.Policy{access.Everything}, r.environment.Identity...)
				out = append(out, r)
			}
		case !known:
			subject{in, role.Resource}.cannotTell("", "policies that can be judged")
		}
	}
	return out
}

// calls reports whether a role may call one of the actions, or is assumed by the
// service that runs what it is given; known is false where one of its documents
// cannot be read yet.
func calls(role *access.Role, runs string, actions []string) (calls, known bool) {
	known = true
	documents := role.Identity
	if role.Trust != nil {
		documents = append(slices.Clone(documents), role.Trust)
	}
	for _, d := range documents {
		known = known && !errors.Is(d.Err, access.ErrUnknown)
		for _, s := range d.Statements() {
			byService := d == role.Trust && s.Principals != nil && slices.Contains(s.Principals.Service, runs)
			calls = calls || byService || d != role.Trust && access.GrantsOneOf(s, actions...)
		}
	}
	return calls, known
}

// isGuarded asks for each action that knows the key. What is denied must be
// denied for the bad value, by a statement that lets the estate's own pass.
func (r roleSubject) isGuarded(g guard, own iameval.Context) {
	passed := map[string][]string{}
	all := slices.Clone(g.bad)
	for _, v := range comparedWith(g.key, own[g.key], r.environment.Identity...) {
		if !slices.ContainsFunc(all, func(s setting) bool { return slices.Contains(s.values, v) }) {
			all = append(all, wrongValue(g.key, v))
		}
	}
	principal := r.role.Session()
	for _, a := range access.SageMakerActions {
		if !a.Knows(g.key) {
			continue
		}
		p := r.job(a, own)
		p.principal = principal
		good, ok := r.decide(p)
		if !ok {
			continue
		}
		if len(own[g.key]) > 0 && r.deniedFor(g.key, good) {
			r.fail("", "no denial of "+a.Name+" with the estate's own "+g.key, good.String())
		}
		for _, bad := range all {
			if slices.Contains(bad.passes, a.Name) {
				continue
			}
			if d, ok := r.decide(p.given(bad.what, iameval.Context{g.key: bad.valuesBeside(own[g.key])})); ok && !deniesMore(d, good) {
				passed[bad.what] = append(passed[bad.what], a.Name)
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(passed)) {
		r.fail("", "a denial of SageMaker "+what, "none for "+strings.Join(passed[what], ", "))
	}
}

func (s setting) valuesBeside(own []string) []string {
	if s.beside {
		return append(slices.Clone(own), s.values...)
	}
	return s.values
}

// deniesMore reports whether a request is denied by a statement that does not deny
// another one too.
func deniesMore(d, other iameval.Decision) bool {
	return d.Verdict == iameval.ExplicitDeny && slices.ContainsFunc(d.By, func(ref iameval.StatementRef) bool {
		return other.Verdict != iameval.ExplicitDeny || !slices.Contains(other.By, ref)
	})
}

// deniedFor reports whether one of the statements that deny looks at the key.
func (r roleSubject) deniedFor(key string, d iameval.Decision) bool {
	if d.Verdict != iameval.ExplicitDeny {
		return false
	}
	for _, p := range r.environment.Identity {
		for _, s := range p.Document().Statements {
			denies := slices.ContainsFunc(d.By, func(ref iameval.StatementRef) bool {
				return ref.Policy == p.Name() && ref.Statement == s.Sid
			})
			if denies && slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool { return strings.EqualFold(c.Key, key) }) {
				return true
			}
		}
	}
	return false
}
