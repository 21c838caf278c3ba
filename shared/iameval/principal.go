package iameval

import (
	"fmt"
	"regexp"
	"strings"
)

// Principal is who makes a request. Make one with User, Role, RoleSession,
// FederatedUser, Root, Service, Federated or Anonymous; one that is not well
// formed is an error of Evaluate.
//
// Source: "AWS JSON policy elements: Principal", Specifying a principal.
type Principal struct {
	kind    principalKind
	account string
	arn     string // user, role or root; of a federated user, who federated
	session string // of a role session or federated user
	name    string // service or identity provider
	problem error
}

type principalKind int

const (
	unknownPrincipal principalKind = iota
	userPrincipal
	rolePrincipal
	sessionPrincipal
	federatedUserPrincipal
	rootPrincipal
	servicePrincipal
	federatedPrincipal
	anonymousPrincipal
)

var (
	userARN     = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):user/[!-~]+$`)
	roleARN     = regexp.MustCompile(`^arn:([a-z-]+):iam::([0-9]{12}):role/([!-~]*/)?([\w+=,.@-]+)$`)
	rootARN     = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):root$`)
	sessionARN  = regexp.MustCompile(`^arn:[a-z-]+:sts::([0-9]{12}):(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)$`)
	sessionName = regexp.MustCompile(`^[\w+=,.@-]+$`)
	serviceName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	provider    = regexp.MustCompile(`^(arn:[a-z-]+:iam::[0-9]{12}:(oidc-provider|saml-provider)/[!-~]+|[a-z0-9-]+(\.[a-z0-9-]+)+)$`)
)

// User is an IAM user, by ARN.
func User(arn string) Principal {
	m := userARN.FindStringSubmatch(arn)
	if m == nil {
		return Principal{problem: fmt.Errorf("request: %q is no ARN of an IAM user, such as arn:aws:iam::123456789012:user/ada", arn)}
	}
	return Principal{kind: userPrincipal, account: m[1], arn: arn}
}

// Role is a session of an IAM role whose name does not matter: no policy can
// have named it.
func Role(arn string) Principal {
	m := roleARN.FindStringSubmatch(arn)
	if m == nil {
		return Principal{problem: fmt.Errorf("request: %q is no ARN of an IAM role, such as arn:aws:iam::123456789012:role/train", arn)}
	}
	return Principal{kind: rolePrincipal, account: m[2], arn: arn}
}

// RoleSession is a named session of an IAM role, by the role's ARN. The
// session's own ARN has no path.
//
// Source: "AWS JSON policy elements: Principal", Role session principals.
func RoleSession(role, session string) Principal {
	p := Role(role)
	if p.problem != nil {
		return p
	}
	if !sessionName.MatchString(session) {
		return Principal{problem: fmt.Errorf("request: %q is no role session name", session)}
	}
	m := roleARN.FindStringSubmatch(role)
	p.kind = sessionPrincipal
	p.session = fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", m[1], m[2], m[4], session)
	return p
}

// FederatedUser is a session made by GetFederationToken, by the ARN of the IAM
// user who called it.
//
// Source: "AWS JSON policy elements: Principal", AWS STS federated user session
// principals.
func FederatedUser(user, name string) Principal {
	p := User(user)
	if p.problem != nil {
		return p
	}
	if !sessionName.MatchString(name) {
		return Principal{problem: fmt.Errorf("request: %q is no name of a federated user", name)}
	}
	p.kind = federatedUserPrincipal
	p.session = fmt.Sprintf("arn:%s:sts::%s:federated-user/%s", strings.Split(user, ":")[1], p.account, name)
	return p
}

// Root is the root user of an account, by the account's twelve digits.
func Root(account string) Principal {
	if !isAccount(account) {
		return Principal{problem: fmt.Errorf("request: %q is no account, which has twelve digits", account)}
	}
	return Principal{kind: rootPrincipal, account: account, arn: "arn:aws:iam::" + account + ":root"}
}

// Service is an AWS service that acts as itself, such as
// cloudtrail.amazonaws.com.
func Service(name string) Principal {
	if !serviceName.MatchString(name) {
		return Principal{problem: fmt.Errorf("request: %q is no service principal, such as cloudtrail.amazonaws.com", name)}
	}
	return Principal{kind: servicePrincipal, name: name}
}

// Federated is somebody known to an identity provider only, who asks for a role
// by AssumeRoleWithWebIdentity or AssumeRoleWithSAML. The provider is an ARN, or
// a name such as accounts.google.com.
func Federated(name string) Principal {
	if !provider.MatchString(name) {
		return Principal{problem: fmt.Errorf("request: %q is no identity provider, such as arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", name)}
	}
	return Principal{kind: federatedPrincipal, name: name}
}

// Anonymous is a request that nobody signed.
func Anonymous() Principal { return Principal{kind: anonymousPrincipal} }

// Account is the principal's account; services, federated and anonymous
// principals have none.
func (p Principal) Account() string { return p.account }

// String names the principal by its ARN, service or provider.
func (p Principal) String() string {
	switch {
	case p.session != "":
		return p.session
	case p.arn != "":
		return p.arn
	case p.kind == anonymousPrincipal:
		return "anonymous"
	default:
		return p.name
	}
}

// identity reports whether the principal is one that identity policies,
// boundaries and session policies are for. The root user has none of them
// ("Policies and permissions in IAM", Policies and the root user).
func (p Principal) identity() bool {
	switch p.kind {
	case userPrincipal, rolePrincipal, sessionPrincipal, federatedUserPrincipal:
		return true
	default:
		return false
	}
}

// limitedBySession reports whether session policies can be in force.
func (p Principal) limitedBySession() bool { return p.identity() && p.kind != userPrincipal }

// serviceLinked reports whether the principal is a service-linked role, which
// no service control or resource control policy binds.
//
// Sources: Organizations User Guide, "Service control policies (SCPs)", Tasks
// and entities not restricted by SCPs, and "Resource control policies (RCPs)",
// Resources and entities not restricted by RCPs.
func (p Principal) serviceLinked() bool {
	return strings.Contains(p.arn, ":role/aws-service-role/")
}
