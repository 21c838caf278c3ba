package secure

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// ServiceTrust is the trust policy of a role that one AWS service assumes, on
// behalf of this account only (control IAM-07). sourceARN narrows it further to
// the resources that the service acts for, as an ARN pattern; empty means any
// resource of the account, for services that run things of any name.
//
// Without these conditions the service could be made to use the role on behalf
// of somebody else's resource (IAM User Guide, "The confused deputy problem").
func ServiceTrust(n names.Names, service, sourceARN string) iampolicy.Document {
	conditions := []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:SourceAccount", n.Account)}
	if sourceARN != "" {
		conditions = append(conditions, iampolicy.Is("ArnLike", "aws:SourceArn", sourceARN))
	}
	return iampolicy.Document{Statements: []iampolicy.Statement{{
		Sid:        "AssumedByService",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.Services(service),
		Actions:    []string{"sts:AssumeRole"},
		Conditions: conditions,
	}}}
}

// RoleName is the last part of a role's ARN, which is what IAM wants where a
// policy is attached.
func RoleName(arn pulumi.StringOutput) pulumi.StringOutput {
	return arn.ApplyT(func(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }).(pulumi.StringOutput)
}
