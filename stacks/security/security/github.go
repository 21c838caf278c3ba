package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

const gitHubIssuer = config.GitHubIssuer

// newGitHubProvider lets the account trust GitHub's tokens (control IAM-10). An
// account has one such provider, so an environment file may name one that is
// there. AWS checks GitHub's certificate itself and needs no thumbprint.
func (s *security) newGitHubProvider(ctx *pulumi.Context) error {
	if arn := s.Env.GitHub.ProviderARN; arn != "" {
		s.gitHubProviderARN = pulumi.String(arn).ToStringOutput()
		return nil
	}
	provider, err := iam.NewOpenIdConnectProvider(ctx, "github", &iam.OpenIdConnectProviderArgs{
		Url:           pulumi.String("https://" + gitHubIssuer),
		ClientIdLists: pulumi.ToStringArray([]string{"sts.amazonaws.com"}),
	}, pulumi.Parent(s), s.Standing(s.Names.IAMARN("oidc-provider/"+gitHubIssuer)))
	if err != nil {
		return err
	}
	s.gitHubProviderARN = provider.Arn
	return nil
}

// gitHubTrust is the trust policy of a role that the repository's workflows
// assume in one situation: the subject of their token must be exactly this one.
// A pattern would let in other repositories, or branches that anyone can push
// (GitHub Docs, "Configuring OpenID Connect in Amazon Web Services").
func (s *security) gitHubTrust(situation string) iampolicy.Document {
	return iampolicy.Document{Statements: []iampolicy.Statement{{
		Sid:        "AssumedByWorkflow",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.Federated(s.gitHubProviderARN),
		Actions:    []string{"sts:AssumeRoleWithWebIdentity"},
		Conditions: []iampolicy.Condition{
			iampolicy.Is("StringEquals", gitHubIssuer+":aud", "sts.amazonaws.com"),
			iampolicy.Is("StringEquals", gitHubIssuer+":sub", s.Env.GitHub.Subjects(situation)...),
		},
	}}}
}
