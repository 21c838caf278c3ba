package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/sandbox"
)

// sandboxSettings lists what stands in a sandbox, in the order of its making: who
// is trusted, the boundaries, what the role may do, and the role. Empty for other
// environments.
func (s *Store) sandboxSettings() ([]setting, error) {
	if !s.env.GitHub.Integration {
		return nil, nil
	}
	box := sandbox.Of(s.env)
	boundaries, err := box.Boundaries()
	if err != nil {
		return nil, err
	}
	duties, err := box.Duties()
	if err != nil {
		return nil, err
	}
	trust, err := box.Trust()
	if err != nil {
		return nil, err
	}
	var all []setting
	if arn, made := box.ProviderARN(); made {
		all = append(all, s.providerSettings(arn, box.EstateTags())...)
	}
	for _, policy := range append(boundaries, duties...) {
		all = append(all, s.policySettings(box.PolicyARN(policy.Name), policy)...)
	}
	return append(all, s.roleSettings(box, trust, duties)...), nil
}

// stands is what an answer of IAM says of the thing that was asked for.
func stands(err error) (bool, string, error) {
	var missing *types.NoSuchEntityException
	if errors.As(err, &missing) {
		return false, "", nil
	}
	return err == nil, "", err
}

func (s *Store) providerSettings(arn string, tags map[string]string) []setting {
	of := "OIDC provider " + config.GitHubIssuer
	get := func(ctx context.Context) (*iam.GetOpenIDConnectProviderOutput, error) {
		return s.iam.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn})
	}
	return []setting{
		{of, exists, func(ctx context.Context) (bool, string, error) {
			_, err := get(ctx)
			return stands(err)
		}, func(ctx context.Context) error {
			_, err := s.iam.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
				Url: aws.String("https://" + config.GitHubIssuer), ClientIDList: []string{sandbox.Audience}, Tags: iamTags(tags),
				ThumbprintList: []string{}, // AWS checks GitHub's certificate itself
			})
			return err
		}},
		{of, "takes tokens for " + sandbox.Audience, func(ctx context.Context) (bool, string, error) {
			out, err := get(ctx)
			if err != nil {
				return false, "", err
			}
			return slices.Contains(out.ClientIDList, sandbox.Audience), "it takes tokens for " + strings.Join(out.ClientIDList, ", "), nil
		}, func(ctx context.Context) error {
			_, err := s.iam.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{
				OpenIDConnectProviderArn: &arn, ClientID: aws.String(sandbox.Audience),
			})
			return err
		}},
		{of, "has its tags", func(ctx context.Context) (bool, string, error) {
			out, err := get(ctx)
			if err != nil {
				return false, "", err
			}
			return tagsAre(tags, out.Tags)
		}, func(ctx context.Context) error {
			_, err := s.iam.TagOpenIDConnectProvider(ctx, &iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn, Tags: iamTags(tags)})
			return err
		}},
	}
}

func (s *Store) policySettings(arn string, policy sandbox.Policy) []setting {
	of := "policy " + policy.Name
	return []setting{
		{of, exists, func(ctx context.Context) (bool, string, error) {
			_, err := s.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
			return stands(err)
		}, func(ctx context.Context) error {
			_, err := s.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{
				PolicyName: &policy.Name, Description: &policy.Description, PolicyDocument: &policy.Text, Tags: iamTags(policy.Tags),
			})
			return err
		}},
		{of, "says what it must", func(ctx context.Context) (bool, string, error) {
			text, err := s.policyText(ctx, arn)
			if err != nil {
				return false, "", err
			}
			difference := differing(policy.Text, text)
			return difference == "", difference, nil
		}, func(ctx context.Context) error { return s.rewrite(ctx, arn, policy.Text) }},
		{of, "has its tags", func(ctx context.Context) (bool, string, error) {
			out, err := s.iam.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: &arn})
			if err != nil {
				return false, "", err
			}
			return tagsAre(policy.Tags, out.Tags)
		}, func(ctx context.Context) error {
			_, err := s.iam.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: &arn, Tags: iamTags(policy.Tags)})
			return err
		}},
	}
}

// policyText is the version of a managed policy that is in force.
func (s *Store) policyText(ctx context.Context, arn string) (string, error) {
	policy, err := s.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return "", err
	}
	version, err := s.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: policy.Policy.DefaultVersionId})
	if err != nil {
		return "", err
	}
	return url.QueryUnescape(aws.ToString(version.PolicyVersion.Document))
}

// maxVersions is how many versions of a policy IAM keeps (IAM User Guide, "IAM and
// AWS STS quotas").
const maxVersions = 5

// rewrite puts a new version of a managed policy in force, in the place of the
// oldest one where IAM keeps no more.
func (s *Store) rewrite(ctx context.Context, arn, text string) error {
	out, err := s.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: &arn})
	if err != nil {
		return err
	}
	old := slices.DeleteFunc(out.Versions, func(v types.PolicyVersion) bool { return v.IsDefaultVersion })
	if len(out.Versions) >= maxVersions && len(old) > 0 {
		oldest := slices.MinFunc(old, func(a, b types.PolicyVersion) int { return aws.ToTime(a.CreateDate).Compare(aws.ToTime(b.CreateDate)) })
		if _, err := s.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: oldest.VersionId}); err != nil {
			return err
		}
	}
	_, err = s.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: &text, SetAsDefault: true})
	return err
}

func iamTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, key := range sorted(tags) {
		out = append(out, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return out
}

// tagsAre compares what AWS lists with what is wanted. The estate takes a thing over
// only where both are the same.
func tagsAre(wanted map[string]string, found []types.Tag) (bool, string, error) {
	tags := map[string]string{}
	for _, t := range found {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	key, instead := lacking(wanted, tags)
	return key == "", instead, nil
}

func (s *Store) roleSettings(box sandbox.Sandbox, trust string, duties []sandbox.Policy) []setting {
	name, limit := box.Role(), box.RoleBoundaryARN()
	of := "role " + name
	sessions := (sandbox.SessionSeconds * time.Second).String()
	get := func(ctx context.Context) (*types.Role, error) {
		out, err := s.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if err != nil {
			return nil, err
		}
		return out.Role, nil
	}
	return []setting{
		{of, exists, func(ctx context.Context) (bool, string, error) {
			_, err := get(ctx)
			return stands(err)
		}, func(ctx context.Context) error {
			_, err := s.iam.CreateRole(ctx, &iam.CreateRoleInput{
				RoleName: &name, Description: aws.String(sandbox.RoleDescription), AssumeRolePolicyDocument: &trust,
				PermissionsBoundary: &limit, MaxSessionDuration: aws.Int32(sandbox.SessionSeconds), Tags: iamTags(box.Tags()),
			})
			return err
		}},
		{of, "is under its boundary", func(ctx context.Context) (bool, string, error) {
			role, err := get(ctx)
			if err != nil {
				return false, "", err
			}
			found := "none"
			if role.PermissionsBoundary != nil {
				found = aws.ToString(role.PermissionsBoundary.PermissionsBoundaryArn)
			}
			return found == limit, found, nil
		}, func(ctx context.Context) error {
			_, err := s.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &name, PermissionsBoundary: &limit})
			return err
		}},
		{of, "has sessions of " + sessions, func(ctx context.Context) (bool, string, error) {
			role, err := get(ctx)
			if err != nil {
				return false, "", err
			}
			found := time.Duration(aws.ToInt32(role.MaxSessionDuration)) * time.Second
			return found.String() == sessions, found.String(), nil
		}, func(ctx context.Context) error {
			_, err := s.iam.UpdateRole(ctx, &iam.UpdateRoleInput{
				RoleName: &name, Description: aws.String(sandbox.RoleDescription), MaxSessionDuration: aws.Int32(sandbox.SessionSeconds),
			})
			return err
		}},
		{of, "has its tags", func(ctx context.Context) (bool, string, error) {
			role, err := get(ctx)
			if err != nil {
				return false, "", err
			}
			return tagsAre(box.Tags(), role.Tags)
		}, func(ctx context.Context) error {
			_, err := s.iam.TagRole(ctx, &iam.TagRoleInput{RoleName: &name, Tags: iamTags(box.Tags())})
			return err
		}},
		{of, "has its policies and no others", func(ctx context.Context) (bool, string, error) {
			return s.hasDuties(ctx, box, duties)
		}, func(ctx context.Context) error { return s.setDuties(ctx, box, duties) }},
		{of, "trusts the night and the janitor alone", func(ctx context.Context) (bool, string, error) {
			role, err := get(ctx)
			if err != nil {
				return false, "", err
			}
			text, err := url.QueryUnescape(aws.ToString(role.AssumeRolePolicyDocument))
			difference := differing(trust, text)
			return difference == "", difference, err
		}, func(ctx context.Context) error {
			_, err := s.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &name, PolicyDocument: &trust})
			return err
		}},
	}
}

// granted are the policies of the integration role: the managed ones by ARN, and
// the names of those in the role itself, of which there must be none.
func (s *Store) granted(ctx context.Context, role string) (attached, inline []string, err error) {
	out, err := s.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	if err != nil {
		return nil, nil, err
	}
	for _, policy := range out.AttachedPolicies {
		attached = append(attached, aws.ToString(policy.PolicyArn))
	}
	in, err := s.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &role})
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(attached)
	return attached, in.PolicyNames, nil
}

func (s *Store) hasDuties(ctx context.Context, box sandbox.Sandbox, duties []sandbox.Policy) (bool, string, error) {
	attached, inline, err := s.granted(ctx, box.Role())
	if err != nil {
		return false, "", err
	}
	var words []string
	for _, duty := range duties {
		if !slices.Contains(attached, box.PolicyARN(duty.Name)) {
			words = append(words, "lacks "+duty.Name)
		}
	}
	for _, other := range append(others(box, attached, duties), inline...) {
		words = append(words, "also has "+other)
	}
	return len(words) == 0, strings.Join(words, ", "), nil
}

// others are the ARNs that are none of the duties.
func others(box sandbox.Sandbox, attached []string, duties []sandbox.Policy) []string {
	return slices.DeleteFunc(slices.Clone(attached), func(arn string) bool {
		return slices.ContainsFunc(duties, func(p sandbox.Policy) bool { return box.PolicyARN(p.Name) == arn })
	})
}

func (s *Store) setDuties(ctx context.Context, box sandbox.Sandbox, duties []sandbox.Policy) error {
	role := box.Role()
	attached, inline, err := s.granted(ctx, role)
	if err != nil {
		return err
	}
	for _, name := range inline {
		if _, err := s.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: &name}); err != nil {
			return fmt.Errorf("removing %s: %w", name, err)
		}
	}
	for _, arn := range others(box, attached, duties) {
		if _, err := s.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: &arn}); err != nil {
			return fmt.Errorf("detaching %s: %w", arn, err)
		}
	}
	for _, duty := range duties {
		if _, err := s.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: aws.String(box.PolicyARN(duty.Name))}); err != nil {
			return fmt.Errorf("attaching %s: %w", duty.Name, err)
		}
	}
	return nil
}
