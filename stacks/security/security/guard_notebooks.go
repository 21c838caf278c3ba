package security

import "github.com/ringfence/ringfence/shared/iampolicy"

// guardNotebooks denies notebooks that can reach the internet or be taken over
// from inside (control IAM-17), and domains that are not in the VPC (control
// IAM-18). A negated operator counts an absent key as another value, and the
// defaults of all three are the open ones.
func guardNotebooks() []iampolicy.Statement {
	return []iampolicy.Statement{
		deny("DenyInternet", []string{"sagemaker:CreateNotebookInstance"},
			iampolicy.Is("StringNotEquals", "sagemaker:DirectInternetAccess", "Disabled")),
		deny("DenyRoot", []string{"sagemaker:CreateNotebookInstance", "sagemaker:UpdateNotebookInstance"},
			iampolicy.Is("StringNotEquals", "sagemaker:RootAccess", "Disabled")),
		deny("DenyPublicDomains", []string{"sagemaker:CreateDomain", "sagemaker:UpdateDomain"},
			iampolicy.Is("StringNotEquals", "sagemaker:AppNetworkAccessType", "VpcOnly")),
	}
}
