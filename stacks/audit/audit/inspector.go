package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/inspector2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newInspector looks for known vulnerabilities in instances, images and
// functions, and says which patches instances should have (control AUD-38).
func (a *audit) newInspector(ctx *pulumi.Context) error {
	enabler, err := inspector2.NewEnabler(ctx, "inspector", &inspector2.EnablerArgs{
		AccountIds:    pulumi.ToStringArray([]string{a.Names.Account}),
		ResourceTypes: pulumi.ToStringArray([]string{"EC2", "ECR", "LAMBDA"}),
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	if _, err := ecr.NewRegistryScanningConfiguration(ctx, "registry", &ecr.RegistryScanningConfigurationArgs{
		ScanType: pulumi.String("ENHANCED"), // by Inspector, packages of languages included
		Rules: ecr.RegistryScanningConfigurationRuleArray{ecr.RegistryScanningConfigurationRuleArgs{
			// When an image is pushed, and again when a vulnerability becomes known.
			ScanFrequency: pulumi.String("CONTINUOUS_SCAN"),
			RepositoryFilters: ecr.RegistryScanningConfigurationRuleRepositoryFilterArray{
				ecr.RegistryScanningConfigurationRuleRepositoryFilterArgs{
					Filter: pulumi.String("*"), FilterType: pulumi.String("WILDCARD"),
				},
			},
		}},
	}, pulumi.Parent(a), pulumi.DependsOn([]pulumi.Resource{enabler})); err != nil {
		return err
	}
	return a.newPatchBaseline(ctx)
}

// newPatchBaseline makes the account's default for Amazon Linux 2023: security
// patches are due a week after their release, and one that is missing is a
// finding of high severity.
func (a *audit) newPatchBaseline(ctx *pulumi.Context) error {
	const system = "AMAZON_LINUX_2023"
	filter := func(key string, values ...string) ssm.PatchBaselineApprovalRulePatchFilterArgs {
		return ssm.PatchBaselineApprovalRulePatchFilterArgs{Key: pulumi.String(key), Values: pulumi.ToStringArray(values)}
	}
	baseline, err := ssm.NewPatchBaseline(ctx, "patches", &ssm.PatchBaselineArgs{
		Name:            pulumi.String(a.Names.Of("patches")),
		Description:     pulumi.String("Security patches within a week"),
		OperatingSystem: pulumi.String(system),
		ApprovalRules: ssm.PatchBaselineApprovalRuleArray{ssm.PatchBaselineApprovalRuleArgs{
			ApproveAfterDays: pulumi.Int(7),
			ComplianceLevel:  pulumi.String("HIGH"),
			PatchFilters: ssm.PatchBaselineApprovalRulePatchFilterArray{
				filter("CLASSIFICATION", "Security"),
				filter("SEVERITY", "Critical", "Important"),
			},
		}},
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	_, err = ssm.NewDefaultPatchBaseline(ctx, "patches", &ssm.DefaultPatchBaselineArgs{
		BaselineId:      baseline.ID(),
		OperatingSystem: pulumi.String(system),
	}, pulumi.Parent(baseline))
	return err
}
