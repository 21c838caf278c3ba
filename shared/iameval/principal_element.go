package iameval

import (
	"fmt"
	"strings"
)

// reach is how directly a resource policy's statement speaks of a principal,
// which decides what else must allow, see resourceGrant.
type reach int

const (
	unnamed   reach = iota
	byAccount       // the principal's account
	byEntity        // the role or user behind the session
	direct          // the very principal, or everyone
)

// principalElement is a Principal or NotPrincipal element.
type principalElement struct {
	not       bool
	everyone  bool
	accounts  []string
	arns      []string
	services  []string
	providers []string
}

// compilePrincipals reads the element. An ARN is whole: "You cannot use a
// wildcard to match part of a principal name or ARN". An ID such as AIDA… is
// what AWS shows when the user or role is gone; it names nobody and is refused.
//
// Sources: "AWS JSON policy elements: Principal"; "AWS JSON policy elements:
// NotPrincipal".
func compilePrincipals(s *Statement) (*principalElement, error) {
	element, name := &principalElement{}, "Principal"
	source := s.Principals
	if s.NotPrincipals != nil {
		source, name, element.not = s.NotPrincipals, "NotPrincipal", true
	}
	if len(source.AWS)+len(source.Service)+len(source.Federated) == 0 {
		return nil, fmt.Errorf("%s: names no principal", name)
	}
	for _, text := range source.AWS {
		if err := element.addAWS(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, text := range source.Service {
		if !serviceName.MatchString(text) {
			return nil, fmt.Errorf("%s: %q is no service principal, such as cloudtrail.amazonaws.com", name, text)
		}
	}
	for _, text := range source.Federated {
		if !provider.MatchString(text) {
			return nil, fmt.Errorf("%s: %q is no identity provider", name, text)
		}
	}
	element.services, element.providers = source.Service, source.Federated
	return element, nil
}

func (e *principalElement) addAWS(text string) error {
	root := rootARN.FindStringSubmatch(text)
	switch {
	case text == "*":
		e.everyone = true
	case isAccount(text):
		e.accounts = append(e.accounts, text)
	case root != nil:
		e.accounts = append(e.accounts, root[1])
	case strings.ContainsAny(text, "*?"):
		return fmt.Errorf(`%q has a wildcard; name the whole ARN, or "*" with a condition on aws:PrincipalArn`, text)
	case userARN.MatchString(text), roleARN.MatchString(text), sessionARN.MatchString(text):
		e.arns = append(e.arns, text)
	default:
		return fmt.Errorf(`%q is no account, role, user or session; give its ARN, or "*"`, text)
	}
	return nil
}

// reach says how the element speaks of the principal.
//
// "Principal": "*" and {"AWS": "*"} are every principal: services and anonymous
// callers too. AWS calls the two forms equivalent for anonymous users and says
// nothing of services; its own bucket policies need an exception for services
// under either form, so both cover them here.
//
// Sources: "AWS JSON policy elements: Principal", All principals, AWS account
// principals ("does not limit permissions to only the root user"); "How AWS
// enforcement code logic evaluates requests to allow or deny access",
// Resource-based policies.
func (e *principalElement) reach(p Principal) reach {
	switch {
	case e.everyone:
		return direct
	case p.kind == servicePrincipal:
		return directIf(has(e.services, p.name))
	case p.kind == federatedPrincipal:
		return directIf(has(e.providers, p.name))
	case p.session != "" && has(e.arns, p.session):
		return direct
	case p.arn != "" && has(e.arns, p.arn):
		if p.kind == userPrincipal {
			return direct
		}
		return byEntity
	case p.account != "" && has(e.accounts, p.account):
		if p.kind == rootPrincipal {
			return direct
		}
		return byAccount
	default:
		return unnamed
	}
}

func directIf(ok bool) reach {
	if ok {
		return direct
	}
	return unnamed
}

// spares reports whether a NotPrincipal leaves the principal out. It must list
// every name the principal goes by: its account, its user or role, its session.
//
// AWS says that it "might validate the account first, then the role, and then
// the assumed-role user", so the strict answer is that each must be listed; a
// session that has no known name is never spared. And "the NotPrincipal element
// with a Deny effect will always deny any IAM principal that has a permissions
// boundary policy attached".
//
// Source: "AWS JSON policy elements: NotPrincipal", Key points.
func (e *principalElement) spares(p Principal, bounded bool) bool {
	switch {
	case bounded:
		return false
	case e.everyone:
		return true
	}
	switch p.kind {
	case servicePrincipal, federatedPrincipal:
		return e.reach(p) == direct
	case rootPrincipal:
		return has(e.accounts, p.account)
	case userPrincipal:
		return has(e.accounts, p.account) && has(e.arns, p.arn)
	case sessionPrincipal, federatedUserPrincipal:
		return has(e.accounts, p.account) && has(e.arns, p.arn) && has(e.arns, p.session)
	default:
		return false
	}
}

func has(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

// matchesPrincipal says how a statement speaks of the principal. A policy type
// without principals is about whoever it is attached to.
//
// In the policy of a gateway endpoint, an account means its root user only.
// Gateway endpoints exist for S3 and DynamoDB; as these also have interface
// endpoints, for which AWS does not say it, the strict answer is taken for both
// kinds, and in a Deny an account is all of it.
//
// Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint
// policies", Principals for gateway endpoints.
func (s *statement) matchesPrincipal(f *facts) reach {
	if s.principals == nil {
		return direct
	}
	if s.principals.not {
		return directIf(!s.principals.spares(f.principal, f.bounded))
	}
	r := s.principals.reach(f.principal)
	gateway := f.action.service == "s3" || f.action.service == "dynamodb"
	if r == byAccount && s.ref.Kind == EndpointPolicy && gateway && !s.deny {
		return unnamed
	}
	return r
}
