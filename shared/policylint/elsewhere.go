package policylint

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
)

// elsewhere is a condition key that AWS documents, but not in the reference of the
// action's service.
type elsewhere struct {
	// suffix is how the key ends.
	suffix string
	key    *authorization.Key
	// actions send it.
	actions []string
}

// documentedElsewhere has the keys of every OIDC provider; the reference lists
// more of them, for some providers only.
//
// Source: IAM User Guide, "IAM and AWS STS condition context keys", Available keys
// for AWS OIDC federation.
var documentedElsewhere = []elsewhere{
	{":aud", authorization.NewKey("<provider>:aud", authorization.String), []string{"sts:AssumeRoleWithWebIdentity"}},
	{":sub", authorization.NewKey("<provider>:sub", authorization.String), []string{"sts:AssumeRoleWithWebIdentity"}},
}

func findElsewhere(name string) *elsewhere {
	for i, e := range documentedElsewhere {
		if strings.HasSuffix(strings.ToLower(name), e.suffix) {
			return &documentedElsewhere[i]
		}
	}
	return nil
}

func (e *elsewhere) sentBy(action string) bool { return slices.Contains(e.actions, action) }
