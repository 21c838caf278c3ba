package chain

import (
	"context"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/inventory"
	"github.com/ringfence/ringfence/tests/recorded"
)

// answersAsRecorded holds that with the policies that AWS gives back every
// question about access has the answer that it has over what the programs
// register: what is reviewed before a deployment is what then stands.
func (s *standing) answersAsRecorded(ctx context.Context, t *testing.T, a *inventory.Account) {
	t.Helper()
	var programs *snapshot.Snapshot
	t.Run("recorded", func(t *testing.T) { // which points AWS's variables elsewhere until it ends
		programs = recorded.Named(t, environments, environment, strings.TrimPrefix(s.Names.Prefix, "ringfence-"))
	})
	read := 0
	for _, d := range access.New(&s.Snapshot).Documents {
		d.Resource.Properties[d.Property] = policyText(ctx, t, a, d)
		read++
	}
	want, got := access.New(programs), access.New(&s.Snapshot)
	if len(want.Documents) != len(got.Documents) || read != len(got.Documents) {
		t.Errorf("%d policies stand, %d of them read; the programs register %d", len(got.Documents), read, len(want.Documents))
	}
	s.attachedAsRead(ctx, t, a, got)
	answers := got.Matrix()
	recordedAnswers := want.Matrix()
	if len(answers) != len(recordedAnswers) {
		t.Errorf("%d questions are asked of what stands, and %d of what the programs register", len(answers), len(recordedAnswers))
	}
	for _, one := range recordedAnswers {
		d, err := got.Decide(one.Question)
		if err != nil || one.Err != nil || !reflect.DeepEqual(d, one.Decision) {
			t.Errorf("%s: %s (%v); recorded: %s (%v)", one.Question, d, err, one.Decision, one.Err)
		}
	}
	t.Logf("%d policies give %d answers, as recorded", read, len(answers))
}

// policyText is a policy as AWS gives it back.
func policyText(ctx context.Context, t *testing.T, a *inventory.Account, d *access.Document) string {
	t.Helper()
	r := d.Resource
	property := func(name string) *string { value, _ := r.Get(name).(string); return &value }
	switch r.Type {
	case "aws:ec2/vpcEndpoint:VpcEndpoint":
		out := must(a.EC2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{VpcEndpointIds: []string{r.ID}}))(t)
		return aws.ToString(out.VpcEndpoints[0].PolicyDocument)
	case "aws:iam/policy:Policy":
		policy := must(a.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: property("arn")}))(t).Policy
		version := must(a.IAM.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: policy.Arn, VersionId: policy.DefaultVersionId}))(t)
		return unescaped(t, version.PolicyVersion.Document)
	case "aws:iam/role:Role":
		return unescaped(t, must(a.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: property("name")}))(t).Role.AssumeRolePolicyDocument)
	case "aws:iam/rolePolicy:RolePolicy":
		out := must(a.IAM.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: property("role"), PolicyName: property("name")}))(t)
		return unescaped(t, out.PolicyDocument)
	case "aws:kms/key:Key":
		return aws.ToString(must(a.KMS.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: property("keyId"), PolicyName: aws.String("default")}))(t).Policy)
	case "aws:s3/bucketPolicy:BucketPolicy":
		return aws.ToString(must(a.S3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: property("bucket")}))(t).Policy)
	case "aws:sns/topicPolicy:TopicPolicy":
		return must(a.SNS.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: property("arn")}))(t).Attributes["Policy"]
	case "aws:sqs/queuePolicy:QueuePolicy":
		out := must(a.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: property("queueUrl"), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNamePolicy},
		}))(t)
		return out.Attributes["Policy"]
	}
	t.Fatalf("nobody has written down how to read the policy of %s back", r)
	return ""
}

// unescaped is a document as IAM returns it, escaped as in a URL (IAM API
// Reference, "GetPolicyVersion").
func unescaped(t *testing.T, document *string) string {
	t.Helper()
	return must(url.PathUnescape(aws.ToString(document)))(t)
}

// attachedAsRead holds that each role carries in AWS as many policies as were
// read, and its boundary.
func (s *standing) attachedAsRead(ctx context.Context, t *testing.T, a *inventory.Account, m *access.Model) {
	t.Helper()
	for _, role := range m.Roles {
		inline := must(a.IAM.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &role.Name}))(t)
		attached := must(a.IAM.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &role.Name}))(t)
		want(t, "policies of "+role.Name, len(inline.PolicyNames)+len(attached.AttachedPolicies), len(role.Identity)+len(role.Managed))
		boundary := must(a.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: &role.Name}))(t).Role.PermissionsBoundary
		want(t, "a boundary of "+role.Name, boundary != nil, role.Boundary != nil)
	}
}
