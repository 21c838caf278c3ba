package engine

import (
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// A parent is named in the table where the state has it, and by its own entry where
// it is taken in with its child: the CLI refuses a URN that is in both.
func TestUnitParentsOfWhatIsAdopted(t *testing.T) {
	const component, vpc = "urn:pulumi:local::ringfence-network::net:Network::main", "urn:pulumi:local::ringfence-network::aws:ec2/vpc:Vpc::vpc"
	resources, names, err := importFile([]Found{
		{ID: "vpce-1", Creation: state.Creation{URN: "urn:pulumi:local::ringfence-network::aws:ec2/vpcEndpoint:VpcEndpoint::kms",
			Type: "aws:ec2/vpcEndpoint:VpcEndpoint", Parent: vpc, Provider: "urn:provider::1"}},
		{ID: "vpc-1", Creation: state.Creation{URN: vpc, Type: "aws:ec2/vpc:Vpc", Parent: component, Provider: "urn:provider::1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	endpoint, parent := resources[0], resources[1]
	if endpoint.Parent != parent.Name || endpoint.LogicalName != "kms" || parent.LogicalName != "vpc" {
		t.Errorf("got %+v below %+v", endpoint, parent)
	}
	if names[parent.Parent] != component || names[endpoint.Provider] != "urn:provider" {
		t.Errorf("the table is %v", names)
	}
	for _, urn := range names {
		if urn == vpc {
			t.Error("the VPC is in the table too")
		}
	}
}
