package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/accessanalyzer"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// unusedAccessDays is the age at which a permission that nobody uses is
// reported (CIS AWS Foundations Benchmark, credentials unused for 45 days).
const unusedAccessDays = 45

// newAccessAnalyzers makes the analyzer that reports what somebody outside the
// account can reach (control IAM-28) and, where it is wanted, the one that
// reports what nobody uses (control IAM-29).
func (s *security) newAccessAnalyzers(ctx *pulumi.Context) error {
	if _, err := accessanalyzer.NewAnalyzer(ctx, "external-access", &accessanalyzer.AnalyzerArgs{
		AnalyzerName: pulumi.String(s.Names.Of("external-access")),
		Type:         pulumi.String("ACCOUNT"),
	}, pulumi.Parent(s)); err != nil {
		return err
	}
	if !s.Env.Features.UnusedAccessAnalyzer {
		return nil
	}
	_, err := accessanalyzer.NewAnalyzer(ctx, "unused-access", &accessanalyzer.AnalyzerArgs{
		AnalyzerName: pulumi.String(s.Names.Of("unused-access")),
		Type:         pulumi.String("ACCOUNT_UNUSED_ACCESS"),
		Configuration: accessanalyzer.AnalyzerConfigurationArgs{
			UnusedAccess: accessanalyzer.AnalyzerConfigurationUnusedAccessArgs{UnusedAccessAge: pulumi.Int(unusedAccessDays)},
		},
	}, pulumi.Parent(s))
	return err
}
