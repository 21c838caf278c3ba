package security

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// guardInstances denies other instance types than those (control IAM-19).
func guardInstances(types []string) []iampolicy.Statement {
	return []iampolicy.Statement{
		denyAbsent("DenyWithoutInstanceType", "sagemaker:InstanceTypes", instanceActions),
		denyOthers("DenyOtherInstanceTypes", "sagemaker:InstanceTypes", instanceActions, pulumi.ToStringArray(types)),
	}
}
