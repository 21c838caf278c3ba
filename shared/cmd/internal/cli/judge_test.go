package cli

import (
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// What AWS would refuse in the middle of a deployment ends it before it begins.
func TestUnitPoliciesThatAWSWouldRefuseEndTheCommand(t *testing.T) {
	estate := func(characters int) *snapshot.Snapshot {
		policy := `{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::` + strings.Repeat("x", characters) + `"}]}`
		return &snapshot.Snapshot{
			Names: names.New("dev", "123456789012", "eu-central-1"), Stacks: graph.Names(),
			Resources: []snapshot.Resource{{
				Stack: graph.Security, Type: "aws:iam/policy:Policy", Name: "boundary", URN: "boundary",
				Properties: map[string]any{"policy": policy},
			}},
		}
	}
	err := fits(estate(6144))
	for _, want := range []string{"Nothing was changed", "aws:iam/policy:Policy boundary", "AWS takes 6144", "IAM and AWS STS quotas"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	for _, s := range []*snapshot.Snapshot{nil, estate(5000)} {
		if err := fits(s); err != nil {
			t.Errorf("refused: %v", err)
		}
	}
}
