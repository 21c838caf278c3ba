package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// opensTo wants no statement to allow anything to others than these: AWS services
// by name, roles and the account by ARN.
func (d document) opensTo(principals ...string) {
	d.eachStatement(func(place string, s iameval.Statement) {
		if s.Effect != iameval.EffectAllow || s.Principals == nil {
			return
		}
		for _, p := range slices.Concat(s.Principals.AWS, s.Principals.Service, s.Principals.Federated) {
			if !slices.Contains(principals, p) {
				d.fail(place+".Principal", strings.Join(principals, " or "), p)
			}
		}
	})
}

// others are the values that the document names under a condition key, but for
// those that are meant: a probe with one of them finds a condition that was
// widened.
func (d document) others(key string, meant ...string) []string {
	return comparedWith(key, meant, d.Policy)
}

// instead calls f with the probe changed to every other value of a key than the
// one that is meant: to some value, to those the document names, and to none.
func (d document) instead(p probe, key, meant, some string, f func(probe)) {
	for _, value := range append(d.others(key, meant), some) {
		f(p.with(p.what+", with "+key+" "+value, iameval.Context{key: {value}}))
	}
	f(p.with(p.what+", without "+key, iameval.Context{key: nil}))
}

// refusesInstead wants a probe to be refused with any other value of a key, and
// without it.
func (d document) refusesInstead(p probe, key, some string) {
	d.instead(p, key, p.context[key][0], some, d.refuses)
}

// foreign is an ARN of another account.
func (d document) foreign(service, resource string) string {
	n := d.in.Names
	n.Account = foreignAccount
	return n.ARN(service, resource)
}

// isServiceOnly wants a role to be assumed by one service for one source, which
// the trust policy may write as a pattern, and by nobody else whom it names.
func (r roleSubject) isServiceOnly(name, source, pattern string) {
	r.servesOnly(name, source)
	if r.role.Trust == nil {
		return
	}
	trust, ok := r.in.readable(r.role.Trust)
	if !ok {
		return
	}
	trust.opensTo(name)
	p := service(name).doing("sts:AssumeRole").on(r.role.ARN).
		with(name, iameval.Context{"aws:SourceAccount": {r.in.Names.Account}, "aws:SourceArn": {source}})
	trust.refusesInstead(p, "aws:SourceAccount", foreignAccount)
	for _, other := range trust.others("aws:SourceArn", source, pattern) {
		trust.refuses(p.with(name+" for "+other, iameval.Context{"aws:SourceArn": {other}}))
	}
}
