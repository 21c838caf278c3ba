package access

import (
	"github.com/ringfence/ringfence/shared/iameval"
)

// Environment gathers what is in force for a request of the role: its identity
// policies and its boundary. It is ErrUnknown, or what is wrong with a document,
// where one of them cannot be used.
func (role *Role) Environment() (iameval.Environment, error) {
	var e iameval.Environment
	for _, d := range role.Identity {
		if d.Err != nil {
			return e, d.Err
		}
		e.Identity = append(e.Identity, d.Policy)
	}
	if role.Boundary != nil {
		if role.Boundary.Err != nil {
			return e, role.Boundary.Err
		}
		e.Boundary = role.Boundary.Policy
	}
	return e, nil
}

// Session is the principal of a session of the role.
func (role *Role) Session() iameval.Principal {
	if role.session == (iameval.Principal{}) {
		return iameval.RoleSession(role.ARN, "session")
	}
	return role.session
}

// Everything is the policy of an administrator, with which only what stands in
// the way decides.
var Everything = func() *iameval.Policy {
	p, err := iameval.New("AdministratorAccess", iameval.IdentityPolicy, iameval.Document{
		Version: iameval.Version2012,
		Statements: []iameval.Statement{
			{Sid: "All", Effect: iameval.EffectAllow, Actions: []string{"*"}, Resources: []string{"*"}},
		},
	})
	if err != nil {
		panic(err)
	}
	return p
}()
