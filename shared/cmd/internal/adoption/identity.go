package adoption

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// identity finds what IAM has of a name, or of an issuer's address: it must carry
// the tags of the environment.
func (f Finder) identity(ctx context.Context, kind, name, url string) (string, error) {
	client := iam.NewFromConfig(f.AWS)
	var tags []types.Tag
	var err error
	id := name
	switch kind {
	case "aws:iam/role:Role":
		var out *iam.GetRoleOutput
		if out, err = client.GetRole(ctx, &iam.GetRoleInput{RoleName: &name}); err == nil {
			tags = out.Role.Tags
		}
	case "aws:iam/instanceProfile:InstanceProfile":
		var out *iam.GetInstanceProfileOutput
		if out, err = client.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: &name}); err == nil {
			tags = out.InstanceProfile.Tags
		}
	case "aws:iam/policy:Policy":
		id = f.Names.IAMARN("policy/" + name)
		var out *iam.GetPolicyOutput
		if out, err = client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &id}); err == nil {
			tags = out.Policy.Tags
		}
	case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
		id = f.Names.IAMARN("oidc-provider/" + strings.TrimPrefix(url, "https://"))
		var out *iam.GetOpenIDConnectProviderOutput
		if out, err = client.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: &id}); err == nil {
			tags = out.Tags
		}
	default:
		return "", nil
	}
	if err != nil {
		return "", unlessAbsent(err)
	}
	if !f.ours(tags) {
		return "", nil
	}
	return id, nil
}

// ours reports whether tags are those of the environment (package program).
func (f Finder) ours(tags []types.Tag) bool {
	set, environment := false, false
	for _, t := range tags {
		set = set || aws.ToString(t.Key) == "ControlSet" && aws.ToString(t.Value) == "ringfence"
		environment = environment || aws.ToString(t.Key) == "Environment" && aws.ToString(t.Value) == f.Environment
	}
	return set && environment
}

// bucket finds a bucket of the account. It gets its tags by a call of their own, so
// they may be missing; its name has the account's id in it.
func (f Finder) bucket(ctx context.Context, name string) (string, error) {
	client := s3.NewFromConfig(f.AWS, func(o *s3.Options) { o.UsePathStyle = f.AWS.BaseEndpoint != nil })
	_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &f.Names.Account})
	if err != nil {
		return "", unlessAbsent(err)
	}
	return name, nil
}

// unlessAbsent drops the errors by which AWS says that there is no such thing.
func unlessAbsent(err error) error {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		switch refused.ErrorCode() {
		case "NoSuchEntity", "NotFound", "NoSuchBucket", "NotFoundException":
			return nil
		}
	}
	return err
}
