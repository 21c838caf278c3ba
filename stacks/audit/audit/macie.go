package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/macie2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newMacie looks for personal data (control AUD-37).
//
// Its automated discovery samples every bucket of the account, the data bucket
// among them (Amazon Macie User Guide, "Performing automated sensitive data
// discovery"). The AWS provider has no resource to turn that on: AWS does it for
// accounts that are new to Macie, and for others somebody must. A rule of AWS
// Config says whether it is on, see newConfigRules. A classification job, which
// the provider has, would read the whole bucket, and cost as much, at every run.
func (a *audit) newMacie(ctx *pulumi.Context) error {
	_, err := macie2.NewAccount(ctx, "account", &macie2.AccountArgs{
		FindingPublishingFrequency: pulumi.String("FIFTEEN_MINUTES"),
		Status:                     pulumi.String("ENABLED"),
	}, pulumi.Parent(a))
	return err
}
