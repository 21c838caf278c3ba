package iameval

import (
	"errors"
	"fmt"
	"strings"
)

// Request is one call to AWS.
type Request struct {
	Principal Principal
	// Action is a service and a name, such as s3:GetObject.
	Action string
	// Resource is an ARN, or "*" for an action that is not about one resource.
	Resource string
	// ResourceAccount owns the resource. It may be left out where the ARN names
	// it, and for "*", which is in the principal's account.
	ResourceAccount string
	// Context holds the condition keys of the request.
	Context Context
}

// Context holds condition keys and their values; the case of a key does not
// matter. A key that is left out is absent from the request, which is not the
// same as a key without values. Values are written as in a policy: "true", "10",
// "2026-01-31T12:00:00Z", "203.0.113.7"; binary ones are the bytes.
//
// Keys that follow from the principal and the resource need not be given, see
// derive.
type Context map[string][]string

// values is a Context whose keys are in lower case.
type values map[string][]string

// facts is a request that has been checked and made ready.
type facts struct {
	principal Principal
	action    action
	resource  resource
	account   string // of the resource
	bounded   bool   // the principal has a permissions boundary
	context   values
}

func (r Request) facts() (*facts, error) {
	switch {
	case r.Principal.problem != nil:
		return nil, r.Principal.problem
	case r.Principal.kind == unknownPrincipal:
		return nil, errors.New("request: no principal; use User, Role, RoleSession, Service, Anonymous, ...")
	}
	f := &facts{principal: r.Principal}
	var err error
	if f.action, err = readAction(r.Action); err != nil {
		return nil, err
	}
	if f.resource, err = readResource(r.Resource); err != nil {
		return nil, err
	}
	if f.account, err = r.owner(f.resource); err != nil {
		return nil, err
	}
	f.context, err = r.Context.lower()
	if err != nil {
		return nil, err
	}
	return f, f.derive()
}

// owner is the account of the resource.
func (r Request) owner(of resource) (string, error) {
	named := of.arn.account()
	if of.every {
		named = ""
	}
	switch {
	case r.ResourceAccount != "" && !isAccount(r.ResourceAccount):
		return "", fmt.Errorf("request: resource account %q has not twelve digits", r.ResourceAccount)
	case r.ResourceAccount != "" && isAccount(named) && named != r.ResourceAccount:
		return "", fmt.Errorf("request: resource %s is not in account %s", r.Resource, r.ResourceAccount)
	case r.ResourceAccount != "":
		return r.ResourceAccount, nil
	case isAccount(named):
		return named, nil
	case of.every && r.Principal.account != "":
		return r.Principal.account, nil
	default:
		return "", fmt.Errorf("request: resource %s does not say its account; set ResourceAccount", r.Resource)
	}
}

func (c Context) lower() (values, error) {
	out := make(values, len(c)+8)
	for key, list := range c {
		lower := strings.ToLower(key)
		if _, twice := out[lower]; twice {
			return nil, fmt.Errorf("request: context key %s is given in two spellings; case does not matter in a key", lower)
		}
		out[lower] = list
	}
	return out, nil
}

// derive sets the keys that follow from the principal and the resource. One
// that the caller gave must agree.
//
// Of a role session aws:PrincipalArn is the role, not the session; an anonymous
// request has no ARN, and its account is "anonymous"; aws:username is there for
// IAM users only.
//
// Sources: "AWS global condition context keys", aws:PrincipalArn,
// aws:PrincipalAccount, aws:PrincipalIsAWSService, aws:PrincipalServiceName,
// aws:PrincipalType, aws:username, aws:userid, aws:ResourceAccount; "IAM policy
// elements: Variables and tags", Principal key values; AWS KMS Developer Guide,
// "AWS KMS condition keys", kms:CallerAccount.
func (f *facts) derive() error {
	p := f.principal
	keys := [][2]string{{"aws:resourceaccount", f.account}}
	add := func(key, value string) { keys = append(keys, [2]string{key, value}) }
	switch p.kind {
	case userPrincipal:
		add("aws:principaltype", "User")
		add("aws:username", p.arn[strings.LastIndex(p.arn, "/")+1:])
	case rolePrincipal, sessionPrincipal:
		add("aws:principaltype", "AssumedRole")
	case federatedUserPrincipal:
		add("aws:principaltype", "FederatedUser")
	case rootPrincipal:
		add("aws:principaltype", "Account")
		add("aws:userid", p.account)
	case servicePrincipal:
		add("aws:principalisawsservice", "true")
		add("aws:principalservicename", p.name)
	case anonymousPrincipal:
		add("aws:principalaccount", "anonymous")
		add("aws:principaltype", "Anonymous")
		add("aws:userid", "anonymous")
	}
	if p.account != "" {
		add("aws:principalaccount", p.account)
		add("aws:principalisawsservice", "false")
		principal := p.arn
		if p.kind == federatedUserPrincipal {
			principal = p.session
		}
		add("aws:principalarn", principal)
		if f.action.service == "kms" {
			add("kms:calleraccount", p.account)
		}
	}
	for _, k := range keys {
		given, ok := f.context[k[0]]
		if ok && (len(given) != 1 || given[0] != k[1]) {
			return fmt.Errorf("request: context key %s is %q, but the request makes it %q; leave it out", k[0], given, k[1])
		}
		f.context[k[0]] = []string{k[1]}
	}
	return nil
}
