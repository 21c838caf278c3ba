package chain

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/inventory"
)

// checks read what a stack made, after it is up.
var checks = map[graph.Name]func(context.Context, *testing.T, *inventory.Account, map[string]any){
	graph.Network:  checkNetwork,
	graph.Security: checkSecurity,
	graph.Data:     checkData,
	graph.Audit:    checkAudit,
}

func checkNetwork(ctx context.Context, t *testing.T, a *inventory.Account, outputs map[string]any) {
	vpc := text(t, outputs, "vpcId")
	inVPC := []ec2types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}}

	groups := must(a.EC2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: inVPC}))(t)
	for _, g := range groups.SecurityGroups {
		switch aws.ToString(g.GroupId) {
		case text(t, outputs, "workloadSecurityGroupId"):
			want(t, "ingress rules of the workload group", len(g.IpPermissions), 0)
			for _, p := range g.IpPermissionsEgress {
				want(t, "address ranges in the workload group's egress", len(p.IpRanges)+len(p.Ipv6Ranges), 0)
				want(t, "egress port of the workload group", aws.ToInt32(p.FromPort), int32(443))
			}
		case text(t, outputs, "endpointSecurityGroupId"):
			want(t, "ingress rules of the endpoint group", len(g.IpPermissions), 1)
			want(t, "egress rules of the endpoint group", len(g.IpPermissionsEgress), 0)
		default:
			want(t, "name of the group nobody made", aws.ToString(g.GroupName), "default")
			want(t, "rules of the default group", len(g.IpPermissions)+len(g.IpPermissionsEgress), 0)
		}
	}
	tables := must(a.EC2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: inVPC}))(t)
	for _, table := range tables.RouteTables {
		for _, route := range table.Routes {
			if aws.ToString(route.DestinationCidrBlock) == "0.0.0.0/0" || route.NatGatewayId != nil {
				t.Errorf("route table %s has a way out: %+v", aws.ToString(table.RouteTableId), route)
			}
		}
	}
	logs := must(a.EC2.DescribeFlowLogs(ctx, &ec2.DescribeFlowLogsInput{
		Filter: []ec2types.Filter{{Name: aws.String("resource-id"), Values: []string{vpc}}},
	}))(t)
	want(t, "flow logs of the VPC", len(logs.FlowLogs), 1)
	want(t, "traffic that is logged", logs.FlowLogs[0].TrafficType, ec2types.TrafficTypeAll)
	checkLogGroup(ctx, t, a, text(t, outputs, "flowLogGroupArn"))

	endpoints := must(a.EC2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: inVPC}))(t)
	want(t, "endpoints", len(endpoints.VpcEndpoints), 1+len(config.InterfaceEndpoints)+len(config.InstanceEndpoints))
	for _, e := range endpoints.VpcEndpoints {
		if !strings.Contains(aws.ToString(e.PolicyDocument), "aws:PrincipalAccount") {
			t.Errorf("endpoint %s lets any account through: %s", aws.ToString(e.ServiceName), aws.ToString(e.PolicyDocument))
		}
	}
}

func checkSecurity(ctx context.Context, t *testing.T, a *inventory.Account, outputs map[string]any) {
	roles := outputs["workloadRoleArns"].(map[string]any)
	want(t, "workload roles", len(roles), 2)
	arns := []string{text(t, outputs, "mlServiceRoleArn"), text(t, outputs, "auditorRoleArn"), text(t, outputs, "breakGlassRoleArn"), text(t, outputs, "dataScientistRoleArn")}
	for _, arn := range roles {
		arns = append(arns, arn.(string))
	}
	for _, arn := range arns {
		role := must(a.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(lastPart(arn))}))(t).Role
		if role.PermissionsBoundary == nil {
			t.Errorf("%s has no boundary", arn)
			continue
		}
		want(t, "boundary of "+arn, aws.ToString(role.PermissionsBoundary.PermissionsBoundaryArn), text(t, outputs, "boundaryArn"))
		attached := must(a.IAM.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role.RoleName}))(t)
		for _, p := range attached.AttachedPolicies { // the guards of ML work, and nothing of AWS
			want(t, "managed policy of the estate on "+arn, strings.Contains(aws.ToString(p.PolicyArn), "-ml-guard-"), true)
		}
	}
	profile := outputs["instanceProfileArns"].(map[string]any)["serve"].(string)
	got := must(a.IAM.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: aws.String(lastPart(profile))}))(t)
	want(t, "role of the instance profile", aws.ToString(got.InstanceProfile.Roles[0].Arn), roles["serve"].(string))
}

func checkData(ctx context.Context, t *testing.T, a *inventory.Account, outputs map[string]any) {
	bucket, key := text(t, outputs, "dataBucketName"), text(t, outputs, "dataKeyArn")
	want(t, "URL of the data bucket", text(t, outputs, "dataBucketUrl"), "s3://"+bucket)
	checkBucket(ctx, t, a, bucket, key)
	checkBucket(ctx, t, a, text(t, outputs, "logBucketName"), "")
	checkKey(ctx, t, a, key)

	tags := must(a.S3.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &bucket}))(t)
	if !slices.ContainsFunc(tags.TagSet, func(tag s3types.Tag) bool {
		return aws.ToString(tag.Key) == "Purpose" && aws.ToString(tag.Value) == "ml-data"
	}) {
		t.Errorf("the data bucket is not tagged with its purpose: %v", tags.TagSet)
	}
	logging := must(a.S3.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &bucket}))(t)
	if logging.LoggingEnabled == nil {
		t.Fatal("the data bucket has no access log")
	}
	want(t, "bucket of the access logs", aws.ToString(logging.LoggingEnabled.TargetBucket), text(t, outputs, "logBucketName"))
}

// The alarms over the trail: those of the CIS benchmark, and those on what
// attackers of AI workloads do. One more watches the queue of undelivered alarms.
const (
	cisAlarms = 15
	mlAlarms  = 5
)

func checkAudit(ctx context.Context, t *testing.T, a *inventory.Account, outputs map[string]any) {
	bucket, key, arn := text(t, outputs, "auditBucketName"), text(t, outputs, "auditKeyArn"), text(t, outputs, "trailArn")
	checkBucket(ctx, t, a, bucket, key)
	checkKey(ctx, t, a, key)
	checkLogGroup(ctx, t, a, text(t, outputs, "trailLogGroupArn"))

	trails := must(a.CloudTrail.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{arn}}))(t)
	want(t, "trails", len(trails.TrailList), 1)
	trail := trails.TrailList[0]
	want(t, "multi-region trail", aws.ToBool(trail.IsMultiRegionTrail), true)
	want(t, "global service events", aws.ToBool(trail.IncludeGlobalServiceEvents), true)
	want(t, "log file validation", aws.ToBool(trail.LogFileValidationEnabled), true)
	want(t, "key of the trail", aws.ToString(trail.KmsKeyId), key)
	status := must(a.CloudTrail.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &arn}))(t)
	want(t, "trail is logging", aws.ToBool(status.IsLogging), true)

	alarms := must(a.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}))(t)
	want(t, "alarms", len(alarms.MetricAlarms), cisAlarms+mlAlarms+1)
	for _, alarm := range alarms.MetricAlarms {
		want(t, "actions of alarm "+aws.ToString(alarm.AlarmName), strings.Join(alarm.AlarmActions, ","), text(t, outputs, "alarmTopicArn"))
	}
	filters := must(a.Logs.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{}))(t)
	want(t, "metric filters", len(filters.MetricFilters), cisAlarms+mlAlarms)
}

// checkBucket holds a bucket to what every bucket must have; key is the ARN of
// its key, or empty for the bucket of the access logs.
func checkBucket(ctx context.Context, t *testing.T, a *inventory.Account, bucket, key string) {
	t.Helper()
	encryption := must(a.S3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket}))(t)
	rule := encryption.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault
	want(t, "key of "+bucket, aws.ToString(rule.KMSMasterKeyID), key)
	public := must(a.S3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &bucket}))(t).PublicAccessBlockConfiguration
	for _, blocked := range []*bool{public.BlockPublicAcls, public.BlockPublicPolicy, public.IgnorePublicAcls, public.RestrictPublicBuckets} {
		want(t, "public access block of "+bucket, aws.ToBool(blocked), true)
	}
	versioning := must(a.S3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &bucket}))(t)
	want(t, "versioning of "+bucket, versioning.Status, s3types.BucketVersioningStatusEnabled)
	ownership := must(a.S3.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &bucket}))(t)
	want(t, "ownership of "+bucket, ownership.OwnershipControls.Rules[0].ObjectOwnership, s3types.ObjectOwnershipBucketOwnerEnforced)
	policy := aws.ToString(must(a.S3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket}))(t).Policy)
	for _, sid := range []string{"DenyPlainHTTP", "DenyOldTLS", "DenyForeignPrincipals", "DenyCustomerProvidedKeys", "DenyBucketDeletion"} {
		if !strings.Contains(policy, `"`+sid+`"`) {
			t.Errorf("the policy of %s has no statement %s", bucket, sid)
		}
	}
	lifecycle := must(a.S3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &bucket}))(t)
	want(t, "broken uploads of "+bucket+" are kept for days", aws.ToInt32(lifecycle.Rules[0].AbortIncompleteMultipartUpload.DaysAfterInitiation), int32(7))
}

func checkKey(ctx context.Context, t *testing.T, a *inventory.Account, arn string) {
	t.Helper()
	rotation := must(a.KMS.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: &arn}))(t)
	want(t, "rotation of "+arn, rotation.KeyRotationEnabled, true)
}

func checkLogGroup(ctx context.Context, t *testing.T, a *inventory.Account, arn string) {
	t.Helper()
	name := arn[strings.LastIndex(arn, ":")+1:]
	groups := must(a.Logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name}))(t)
	want(t, "log groups called "+name, len(groups.LogGroups), 1)
	want(t, "retention of "+name, aws.ToInt32(groups.LogGroups[0].RetentionInDays), int32(365))
	if groups.LogGroups[0].KmsKeyId == nil {
		t.Errorf("log group %s has no key", name)
	}
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func text(t *testing.T, outputs map[string]any, key string) string {
	t.Helper()
	value, ok := outputs[key].(string)
	if !ok {
		t.Fatalf("output %s is %v", key, outputs[key])
	}
	return value
}

func lastPart(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
