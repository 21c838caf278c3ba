package iameval

import (
	"cmp"
	"slices"
)

// decide draws the verdict from what the policies say.
func decide(f *facts, found *findings) Decision {
	if len(found.denies) > 0 {
		return Decision{Verdict: ExplicitDeny, By: sorted(found.denies)}
	}
	d := grant(f, found)
	var lacked []Lack
	for _, filter := range found.filters {
		if filter.open() {
			d.By = append(d.By, sorted(filter.allows)...)
		} else {
			lacked = append(lacked, filter.lack())
		}
	}
	if d.Verdict == ImplicitDeny || len(lacked) > 0 {
		if d.Verdict == Allow {
			d.Rule = ""
		}
		return Decision{Verdict: ImplicitDeny, Lacked: append(lacked, d.Lacked...), Rule: d.Rule}
	}
	return d
}

// grant decides whether anybody grants the request, filters aside.
func grant(f *facts, found *findings) Decision {
	p := f.principal
	switch {
	case p.kind == rootPrincipal:
		return grantRoot(f, found)
	case !p.identity():
		// "When a resource-based policy directly grants permissions to an AWS
		// service principal, other policy types do not affect the decision."
		// Federated and anonymous callers have no other policies either.
		return found.resourceGrant(len(found.named[direct]) > 0)
	case p.account != f.account:
		return grantAcross(found)
	default:
		return grantWithin(f, found)
	}
}

// grantRoot: all requests are implicitly denied "with the exception of the AWS
// account root user, which has full access", in its own account. A key policy
// must allow the account even so, and no root user may assume a role.
//
// Sources: "How AWS enforcement code logic evaluates requests to allow or deny
// access"; AWS KMS Developer Guide, "Key policies in AWS KMS" ("No AWS
// principal, including the account root user or key creator, has any
// permissions to a KMS key unless they are explicitly allowed"); AWS STS API
// Reference, "AssumeRole" ("You cannot use AWS account root user credentials").
func grantRoot(f *facts, found *findings) Decision {
	own := f.ownPolicy()
	switch {
	case own == TrustPolicy:
		return Decision{Verdict: ImplicitDeny, Rule: "an account root user cannot assume a role"}
	case own == "" && f.principal.account == f.account:
		return Decision{Verdict: Allow, Rule: "the root user has full access in its own account"}
	default:
		return found.resourceGrant(len(found.named[direct]) > 0)
	}
}

// grantAcross: of two accounts both must allow. The resource policy must name
// the principal in any way; in the principal's account the identity policies
// must allow, and boundary and session policies limit them, whomever the
// resource policy names.
//
// Source: "Cross-account policy evaluation logic", Determining whether a
// cross-account request is allowed.
func grantAcross(found *findings) Decision {
	d := found.identityGrant()
	if len(found.resource.allows) == 0 {
		d.Verdict = ImplicitDeny
		d.Lacked = append([]Lack{found.resource.lack()}, d.Lacked...)
		return d
	}
	d.By = append(d.By, sorted(found.resource.allows)...)
	slices.SortStableFunc(d.By, grantsFirst)
	d.granted += len(found.resource.allows)
	return d
}

// grantWithin: within one account either side may grant. What a resource policy
// grants depends on how it names the principal:
//
//   - the user itself, the very session, or everyone: directly, and no implicit
//     deny elsewhere matters;
//   - the role of a session, or the user who federated: permissions boundary and
//     session policies still limit it;
//   - the account: nothing by itself; identity policies may give it.
//
// On a KMS key, and when a role is assumed, identity policies count only if the
// resource's own policy names the account.
//
// Sources: "How AWS enforcement code logic evaluates requests to allow or deny
// access", Resource-based policies, with its table of implicit denies; "AWS JSON
// policy elements: Principal", AWS account principals ("delegates authority to
// the account"), IAM role principals (a wildcard with aws:PrincipalArn is not
// limited by boundaries or session policies), All principals; AWS KMS Developer
// Guide, "Default key policy", Allows access to the AWS account and enables IAM
// policies.
func grantWithin(f *facts, found *findings) Decision {
	if len(found.named[direct]) > 0 {
		return found.resourceGrant(true)
	}
	if len(found.named[byEntity]) > 0 {
		d := Decision{By: sorted(found.named[byEntity])}
		d.granted = len(d.By)
		return d.limitedBy(found.boundary, found.session)
	}
	d := found.identityGrant()
	if f.ownPolicy() == "" {
		return d
	}
	if delegated := found.named[byAccount]; len(delegated) > 0 {
		d.By = append(d.By, sorted(delegated)...)
		slices.SortStableFunc(d.By, grantsFirst)
		d.granted += len(delegated)
		return d
	}
	d.Verdict = ImplicitDeny
	d.Lacked = append([]Lack{found.resource.lack()}, d.Lacked...)
	return d
}

// resourceGrant is a grant by the resource policy alone.
func (found *findings) resourceGrant(ok bool) Decision {
	if !ok {
		return Decision{Verdict: ImplicitDeny, Lacked: []Lack{found.resource.lack()}}
	}
	by := sorted(found.named[direct])
	return Decision{Verdict: Allow, By: by, granted: len(by)}
}

// identityGrant is a grant by identity policies, within boundary and session
// policies.
//
// Sources: "Permissions boundaries for IAM entities", Evaluating effective
// permissions with boundaries; "Policies and permissions in IAM", Session
// policies.
func (found *findings) identityGrant() Decision {
	by := sorted(found.identity.allows)
	d := Decision{By: by, granted: len(by)}
	return d.limitedBy(found.identity, found.boundary, found.session)
}

// limitedBy makes the decision an allow if all layers are open.
func (d Decision) limitedBy(layers ...*layer) Decision {
	d.Verdict = Allow
	for _, l := range layers {
		switch {
		case !l.open():
			d.Verdict = ImplicitDeny
			d.Lacked = append(d.Lacked, l.lack())
		case l.kind != IdentityPolicy:
			d.By = append(d.By, sorted(l.allows)...)
		}
	}
	return d
}

// grantsFirst puts statements that grant before those that only let through.
func grantsFirst(a, b StatementRef) int { return cmp.Compare(filterRank(a.Kind), filterRank(b.Kind)) }

func filterRank(k Kind) int {
	switch {
	case k == IdentityPolicy:
		return 0
	case k.ofResource():
		return 1
	default:
		return 2
	}
}

// sorted is a copy in an order that does not depend on the order of policies
// and statements, as far as these have names.
func sorted(refs []StatementRef) []StatementRef {
	out := slices.Clone(refs)
	slices.SortStableFunc(out, func(a, b StatementRef) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Statement, b.Statement))
	})
	return out
}
