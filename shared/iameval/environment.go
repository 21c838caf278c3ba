package iameval

import (
	"fmt"
	"slices"
)

// Environment is the policies that are in force for a request. What is left out
// is not in force.
type Environment struct {
	// Identity holds the policies of the user, of the user's groups, or of the
	// role.
	Identity []*Policy
	// Boundary is the permissions boundary of the user or role.
	Boundary *Policy
	// Session holds the policies that were passed when the session was made.
	Session []*Policy
	// Resource is the policy of the resource: a BucketPolicy, ResourcePolicy,
	// KeyPolicy or TrustPolicy. A KMS key always has one, and so has a role
	// when it is assumed.
	Resource *Policy
	// Endpoint is the policy of the VPC endpoint that the request goes through.
	Endpoint *Policy
	// ServiceControl holds the service control policies of the principal's
	// account, level by level: the organization's root, each unit, the account.
	ServiceControl [][]*Policy
	// ResourceControl holds the resource control policies of the resource's
	// account, level by level, RCPFullAWSAccess included.
	ResourceControl [][]*Policy
	// KnownKey tells condition keys that exist, see Keys; nil takes every key.
	// A policy or request with another key is an error.
	KnownKey func(key string) bool
}

// placed is policies and the kinds that may stand in their place.
type placed struct {
	policies []*Policy
	wanted   []Kind
}

// places lists the policies in force by their place.
func (e *Environment) places() []placed {
	out := []placed{
		{e.Identity, []Kind{IdentityPolicy}},
		{list(e.Boundary), []Kind{PermissionsBoundary}},
		{e.Session, []Kind{SessionPolicy}},
		{list(e.Resource), []Kind{ResourcePolicy, BucketPolicy, KeyPolicy, TrustPolicy}},
		{list(e.Endpoint), []Kind{EndpointPolicy}},
	}
	for _, level := range e.ServiceControl {
		out = append(out, placed{level, []Kind{ServiceControlPolicy}})
	}
	for _, level := range e.ResourceControl {
		out = append(out, placed{level, []Kind{ResourceControlPolicy}})
	}
	return out
}

// check refuses policies where AWS has none, so that a verdict never rests on a
// policy that could not have been in force.
//
// Sources: "Policies and permissions in IAM", Policies and the root user (no
// identity policies, no boundary); AWS KMS Developer Guide, "Key policies in AWS
// KMS" ("Every KMS key must have exactly one key policy"); "How IAM roles differ
// from resource-based policies" (the trust policy is about assuming the role).
func (e *Environment) check(f *facts) error {
	for _, place := range e.places() {
		for _, p := range place.policies {
			if p == nil {
				return fmt.Errorf("environment: one %s is nil; leave it out", place.wanted[0])
			}
			if !slices.Contains(place.wanted, p.kind) {
				return fmt.Errorf("%s: stands in the place of %s", p, place.wanted[0])
			}
		}
	}
	if !f.principal.identity() && (len(e.Identity) > 0 || e.Boundary != nil || len(e.Session) > 0) {
		return fmt.Errorf("environment: %s has no identity policies, boundary or session policies", f.principal)
	}
	if !f.principal.limitedBySession() && len(e.Session) > 0 {
		return fmt.Errorf("environment: %s is not a session, so no session policy is in force", f.principal)
	}
	return e.checkResourcePolicy(f)
}

// checkKeys reports a condition key, of a policy or of the request, that is not
// known.
func (e *Environment) checkKeys(c Context) error {
	if e.KnownKey == nil {
		return nil
	}
	for _, place := range e.places() {
		for _, p := range place.policies {
			if err := p.CheckKeys(e.KnownKey); err != nil {
				return err
			}
		}
	}
	return c.checkKeys(e.KnownKey)
}

func (e *Environment) checkResourcePolicy(f *facts) error {
	wanted := f.ownPolicy()
	switch {
	case e.Resource == nil && wanted != "":
		return fmt.Errorf("environment: %s of %v needs its %s", f.action, f.resource, wanted)
	case e.Resource == nil:
		return nil
	case wanted != "" && e.Resource.kind != wanted:
		return fmt.Errorf("%s: %s of %v is decided by its %s", e.Resource, f.action, f.resource, wanted)
	case wanted == "" && (e.Resource.kind == KeyPolicy || e.Resource.kind == TrustPolicy):
		return fmt.Errorf("%s: has no say in %s of %v", e.Resource, f.action, f.resource)
	case e.Resource.kind == BucketPolicy && f.resource.arn.service() != "s3":
		return fmt.Errorf("%s: has no say in %s of %v", e.Resource, f.action, f.resource)
	}
	return nil
}

// ownPolicy is the kind of policy that must itself allow, if the resource has
// one: "IAM role trust policies and KMS key policies are exceptions to this
// logic, because they must explicitly allow access for principals".
//
// Source: "How AWS enforcement code logic evaluates requests to allow or deny
// access", Resource-based policies.
func (f *facts) ownPolicy() Kind {
	switch {
	case f.action.service == "kms" && f.resource.arn.isKey():
		return KeyPolicy
	case f.action.service == "sts" && f.resource.arn.isRole():
		return TrustPolicy
	default:
		return ""
	}
}

func (a action) String() string { return a.service + ":" + a.name }

func (r resource) String() string {
	if r.every {
		return "*"
	}
	text := r.arn.parts[0]
	for _, part := range r.arn.parts[1:] {
		text += ":" + part
	}
	return text
}
