package security

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Security{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }

func TestUnitEveryRoleCarriesTheBoundaryAndAShortSession(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for _, environment := range []string{"local", "full", "minimal"} {
		r := suite.Record(t, environment)
		for _, role := range r.OfType("aws:iam/role:Role") {
			if role.Inputs["permissionsBoundary"] != r.Outputs["boundaryArn"] {
				t.Errorf("%s: role %s has the boundary %v (control IAM-06)", environment, role.Name, role.Inputs["permissionsBoundary"])
			}
			if seconds, ok := role.Inputs["maxSessionDuration"].(float64); !ok || seconds > 3600 {
				t.Errorf("%s: role %s has sessions of %v s (control IAM-12)", environment, role.Name, role.Inputs["maxSessionDuration"])
			}
		}
		if attached := r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"); len(attached) > 0 {
			t.Errorf("%s: managed policies are attached: %v (control IAM-05)", environment, attached)
		}
	}
}

func TestUnitInstanceProfilesAreForEC2Only(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	profiles := suite.Record(t, "full").OfType("aws:iam/instanceProfile:InstanceProfile")
	var got []string
	for _, p := range profiles {
		got = append(got, p.Name)
	}
	if want := []string{"i2", "p2", "t2"}; !slices.Equal(got, want) {
		t.Errorf("instance profiles for %v, want %v", got, want)
	}
}
