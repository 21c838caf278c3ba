package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/securityhub"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// standards are those that Security Hub checks the account against, by Pulumi
// name. The pages of each standard in the AWS Security Hub User Guide give these
// ARNs; that of the AI Security Best Practices does not say whether GovCloud has
// them, and a subscription fails where they are not.
var standards = []struct{ name, id string }{
	{"fsbp", "aws-foundational-security-best-practices/v/1.0.0"},
	{"cis", "cis-aws-foundations-benchmark/v/5.0.0"},
	{"ai-security", "ai-security-best-practices/v/1.0.0"},
}

// newSecurityHub checks the account against the standards (control AUD-35). Most
// checks read what AWS Config records: without a recorder, this estate's or
// another, they find nothing.
func (a *audit) newSecurityHub(ctx *pulumi.Context) error {
	account, err := securityhub.NewAccount(ctx, "account", &securityhub.AccountArgs{
		AutoEnableControls:      pulumi.Bool(true),
		ControlFindingGenerator: pulumi.String("SECURITY_CONTROL"), // one finding, however many standards ask for it
		EnableDefaultStandards:  pulumi.Bool(false),                // they include an old CIS benchmark
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	for _, standard := range standards {
		if _, err := securityhub.NewStandardsSubscription(ctx, standard.name, &securityhub.StandardsSubscriptionArgs{
			// The standards are AWS's own, so the ARN names no account.
			StandardsArn: pulumi.String("arn:" + a.Names.Partition() + ":securityhub:" + a.Names.Region + "::standards/" + standard.id),
		}, pulumi.Parent(account), pulumi.DependsOn([]pulumi.Resource{account})); err != nil {
			return err
		}
	}
	return nil
}
