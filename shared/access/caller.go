package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// Caller is somebody who asks, with the policies that are in force for them.
type Caller struct {
	// Name is the same in every snapshot of an environment.
	Name string

	principal iameval.Principal
	identity  []*iameval.Policy
	boundary  *iameval.Policy
	// context is what AWS knows of the caller, such as the claims of a token.
	context iameval.Context
	err     error
}

// Err says why nothing can be decided for the caller: it is ErrUnknown where a
// policy of theirs is not known yet, and ErrAbsent where there is no such caller.
func (c Caller) Err() error { return c.err }

// harmless are the policies of AWS itself that a role of the estate may carry:
// they allow nothing that is asked about here.
var harmless = []string{"AWSSupportAccess"}

// Session is a caller with a role of the estate, by its name in the estate.
func (m *Model) Session(name string) Caller {
	role := m.Role(name)
	if role == nil {
		return Caller{Name: name, err: fmt.Errorf("role %s: %w", name, ErrAbsent)}
	}
	c := Caller{Name: name, principal: role.Session()}
	inForce, err := role.Environment()
	if err == nil {
		err = role.complete()
	}
	if err != nil {
		c.err = fmt.Errorf("role %s: %w", name, err)
	}
	c.identity, c.boundary = inForce.Identity, inForce.Boundary
	return c
}

// complete is ErrUnknown when something is attached to the role that is not in
// the snapshot.
func (role *Role) complete() error {
	for _, arn := range role.Managed {
		if !slices.ContainsFunc(harmless, func(name string) bool { return strings.HasSuffix(arn, ":iam::aws:policy/"+name) }) {
			return fmt.Errorf("policy %s is attached, and what it says is %w", arn, ErrUnknown)
		}
	}
	if boundary, _ := role.Resource.Get("permissionsBoundary").(string); boundary != "" && role.Boundary == nil {
		return fmt.Errorf("boundary %s: what it says is %w", boundary, ErrUnknown)
	}
	return nil
}

const givenEverything = " given everything"

// GivenEverything is the caller with every permission attached, so that only
// denials are left of their policies.
func (c Caller) GivenEverything() Caller {
	c.Name += givenEverything
	c.identity = append([]*iameval.Policy{Everything}, c.identity...)
	return c
}

// ForeignAccount is some other AWS account.
const ForeignAccount = "999999999999"

// The names of callers from outside the estate.
const (
	administrator = "administrator of this account"
	deployer      = "deployer"
	foreigner     = "role of another account"
	anonymous     = "anonymous"
)

// Outsider is a caller with a role that the estate does not make. They have every
// permission of their account, so that only the estate stands in their way.
func Outsider(name, roleARN string) Caller {
	return Caller{Name: name, principal: iameval.RoleSession(roleARN, "session"), identity: []*iameval.Policy{Everything}}
}

// OutsiderUser is Outsider for an IAM user.
func OutsiderUser(name, userARN string) Caller {
	return Caller{Name: name, principal: iameval.User(userARN), identity: []*iameval.Policy{Everything}}
}

// Administrator may do everything in the account.
func (m *Model) Administrator() Caller {
	return Outsider(administrator, m.snapshot.Names.IAMARN("role/admin"))
}

// Deployer is who runs Pulumi, as the environment file says.
func (m *Model) Deployer() Caller {
	listed := m.snapshot.Environment.Access.Deployers
	if len(listed) == 0 {
		return Caller{Name: deployer, err: fmt.Errorf("deployer: %w", ErrAbsent)}
	}
	return Outsider(deployer, listed[0])
}

// Foreigner may do everything in another account.
func (m *Model) Foreigner() Caller { return m.FromAccount(foreigner, ForeignAccount) }

// FromAccount is a caller with a role of an account, and with every permission
// there.
func (m *Model) FromAccount(name, account string) Caller {
	return Outsider(name, "arn:"+m.snapshot.Names.Partition()+":iam::"+account+":role/admin")
}

// Anonymous is a caller who signed nothing.
func Anonymous() Caller { return Caller{Name: anonymous, principal: iameval.Anonymous()} }

// Service is a service of AWS that acts on its own, such as
// cloudtrail.amazonaws.com.
func Service(name string) Caller { return Caller{Name: name, principal: iameval.Service(name)} }

// WebIdentity is somebody with a token of an identity provider, by the provider's
// ARN; the claims are condition keys.
func WebIdentity(name, provider string, claims iameval.Context) Caller {
	return Caller{Name: name, principal: iameval.Federated(provider), context: claims}
}
