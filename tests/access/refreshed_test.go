package access

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
)

// After a refresh a role lists the policies that are attached to it. It answers as
// before, and only a policy that is not of the estate makes it undecided.
func TestVerdictRefreshedRolesAnswerAsBefore(t *testing.T) {
	e := read(t, "../../stacks/environments", "local")
	before := e.model.Matrix()
	guarded := 0
	for _, role := range e.model.Roles {
		var arns []any
		for _, d := range role.Identity {
			if name, ok := d.Resource.Get("name").(string); ok && d.Resource.Type == "aws:iam/policy:Policy" {
				arns = append(arns, e.names.IAMARN("policy/"+name))
			}
		}
		role.Resource.Properties["managedPolicyArns"] = arns
		guarded += len(arns)
	}
	if guarded == 0 {
		t.Fatal("no role has a policy attached")
	}
	after := access.New(e.snapshot)
	if !slices.EqualFunc(before, after.Matrix(), func(a, b access.Answer) bool {
		return a.Question == b.Question && a.Decision.String() == b.Decision.String() && (a.Err == nil) == (b.Err == nil)
	}) {
		t.Error("the answers are others after a refresh")
	}
	role := after.Roles[0]
	role.Resource.Properties["managedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AdministratorAccess"}
	if managed := access.New(e.snapshot).Roles[0].Managed; len(managed) != 1 {
		t.Errorf("a policy that is not of the estate is not known as such: %v", managed)
	}
}
