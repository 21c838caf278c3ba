package security

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// guardNetwork denies SageMaker outside the private subnets and the workload
// security group of this estate (control IAM-13).
func (s *security) guardNetwork() []iampolicy.Statement {
	group := pulumi.StringArray{s.network.WorkloadSecurityGroupID}
	return []iampolicy.Statement{
		denyAbsent("DenyWithoutSubnets", "sagemaker:VpcSubnets", subnetActions),
		denyOthers("DenyOtherSubnets", "sagemaker:VpcSubnets", subnetActions, s.subnetIDs()),
		denyAbsent("DenyWithoutSecurityGroup", "sagemaker:VpcSecurityGroupIds", securityGroupActions),
		denyOthers("DenyOtherSecurityGroups", "sagemaker:VpcSecurityGroupIds", securityGroupActions, group),
	}
}

// subnetIDs are the network stack's subnets, as many as the environment file
// lists: what is created here depends on the file alone.
func (s *security) subnetIDs() pulumi.StringArray {
	listed := len(s.Env.Network.Subnets)
	ids := make(pulumi.StringArray, listed)
	for i := range ids {
		ids[i] = s.network.PrivateSubnetIDs.ApplyT(func(deployed []string) (string, error) {
			if len(deployed) != listed {
				return "", fmt.Errorf("stack network has %d subnets and the environment file lists %d: deploy stack network with the same file first", len(deployed), listed)
			}
			return deployed[i], nil
		}).(pulumi.StringOutput)
	}
	return ids
}
