package security

import "github.com/ringfence/ringfence/shared/iampolicy"

// guardJobs denies jobs and models that can reach the network from their
// container (control IAM-14) or talk to each other in clear (control IAM-15).
// IfExists makes an absent key count as "false".
func guardJobs() []iampolicy.Statement {
	return []iampolicy.Statement{
		deny("DenyWithoutNetworkIsolation", isolationActions,
			iampolicy.Is("BoolIfExists", "sagemaker:NetworkIsolation", "false")),
		deny("DenyPlainTrafficBetweenContainers", encryptionActions,
			iampolicy.Is("BoolIfExists", "sagemaker:InterContainerTrafficEncryption", "false")),
	}
}
