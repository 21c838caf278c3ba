package audit

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// alarm is one alarm over the trail's log group.
type alarm struct {
	// name names the metric filter, the metric and the alarm.
	name string
	// description is what a person reads who gets the alarm.
	description string
	// pattern is a CloudWatch Logs filter pattern over CloudTrail's JSON.
	pattern string
}

// alarms are the fifteen of the CIS AWS Foundations Benchmark 3.0 and 5.0, 4.1
// to 4.15, in their order (controls AUD-15 to AUD-29). The patterns follow the
// benchmark.
var alarms = []alarm{
	{"unauthorized-api-calls", "CIS 4.1: a call was refused for want of permission",
		`{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }`},
	{"console-sign-in-without-mfa", "CIS 4.2: somebody signed in to the console without MFA",
		`{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`},
	{"root-usage", "CIS 4.3: the root user did something",
		`{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`},
	{"iam-policy-changes", "CIS 4.4: a policy or its attachment was changed",
		anyOfService("iam", "DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy",
			"CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy",
			"AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy", "DetachGroupPolicy")},
	{"cloudtrail-changes", "CIS 4.5: a trail was changed or stopped",
		anyOf("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")},
	{"console-sign-in-failures", "CIS 4.6: a sign-in to the console failed",
		`{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }`},
	{"key-disabled-or-deleted", "CIS 4.7: a customer-managed key was disabled or scheduled for deletion",
		anyOfService("kms", "DisableKey", "ScheduleKeyDeletion")},
	{"bucket-policy-changes", "CIS 4.8: the policy, ACL, CORS, lifecycle or replication of a bucket was changed",
		anyOfService("s3", "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
			"DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication")},
	{"config-changes", "CIS 4.9: AWS Config was changed or stopped",
		anyOfService("config", "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel",
			"PutConfigurationRecorder")},
	{"security-group-changes", "CIS 4.10: a security group was changed",
		anyOf("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
			"RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup")},
	{"network-acl-changes", "CIS 4.11: a network ACL was changed",
		anyOf("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
			"ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation")},
	{"gateway-changes", "CIS 4.12: a network gateway was changed",
		anyOf("CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway",
			"DeleteInternetGateway", "DetachInternetGateway")},
	{"route-table-changes", "CIS 4.13: a route table was changed",
		anyOfService("ec2", "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation",
			"DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable")},
	{"vpc-changes", "CIS 4.14: a VPC or a peering was changed",
		anyOf("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection",
			"DeleteVpcPeeringConnection", "RejectVpcPeeringConnection", "AttachClassicLinkVpc", "DetachClassicLinkVpc",
			"DisableVpcClassicLink", "EnableVpcClassicLink")},
	{"organizations-changes", "CIS 4.15: the organization was changed",
		anyOfService("organizations", "AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit",
			"CreatePolicy", "DeclineHandshake", "DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy",
			"DetachPolicy", "DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization",
			"MoveAccount", "RemoveAccountFromOrganization", "UpdateOrganizationalUnit", "UpdatePolicy")},
}

// newAlarms makes an alarm for each; one event is enough.
func (a *audit) newAlarms(ctx *pulumi.Context) error {
	for _, alarm := range alarms {
		if err := a.newLogAlarm(ctx, alarm, 1); err != nil {
			return err
		}
	}
	return nil
}

// newLogAlarm makes a metric filter and an alarm that is raised by so many
// events within five minutes.
func (a *audit) newLogAlarm(ctx *pulumi.Context, alarm alarm, threshold float64) error {
	namespace := a.Names.Of("audit")
	filter, err := cloudwatch.NewLogMetricFilter(ctx, alarm.name, &cloudwatch.LogMetricFilterArgs{
		Name:         pulumi.String(a.Names.Of(alarm.name)),
		LogGroupName: a.logGroup.Name,
		Pattern:      pulumi.String(alarm.pattern),
		MetricTransformation: cloudwatch.LogMetricFilterMetricTransformationArgs{
			Namespace: pulumi.String(namespace),
			Name:      pulumi.String(alarm.name),
			Value:     pulumi.String("1"),
		},
	}, pulumi.Parent(a.logGroup))
	if err != nil {
		return err
	}
	return a.newMetricAlarm(ctx, alarm.name, cloudwatch.MetricAlarmArgs{
		AlarmDescription: pulumi.String(alarm.description),
		Namespace:        pulumi.String(namespace),
		MetricName:       pulumi.String(alarm.name),
		Statistic:        pulumi.String("Sum"),
		Threshold:        pulumi.Float64(threshold),
	}, filter)
}

// newMetricAlarm makes an alarm on a metric over five minutes. Every alarm goes
// to the topic (control AUD-30).
func (a *audit) newMetricAlarm(ctx *pulumi.Context, name string, args cloudwatch.MetricAlarmArgs, parent pulumi.Resource) error {
	args.Name = pulumi.String(a.Names.Of(name))
	args.Period = pulumi.Int(300)
	args.EvaluationPeriods = pulumi.Int(1)
	args.ComparisonOperator = pulumi.String("GreaterThanOrEqualToThreshold")
	args.TreatMissingData = pulumi.String("notBreaching") // no event, no alarm
	args.ActionsEnabled = pulumi.Bool(true)
	args.AlarmActions = pulumi.Array{a.topic.Arn}
	_, err := cloudwatch.NewMetricAlarm(ctx, name, &args, pulumi.Parent(parent))
	return err
}

// anyOf matches events by name.
func anyOf(events ...string) string { return "{ " + names(events) + " }" }

// anyOfService matches events of one service by name, where other services
// have events of the same name.
func anyOfService(service string, events ...string) string {
	return "{ ($.eventSource = " + service + ".amazonaws.com) && (" + names(events) + ") }"
}

func names(events []string) string {
	tests := make([]string, len(events))
	for i, event := range events {
		tests[i] = "($.eventName = " + event + ")"
	}
	return strings.Join(tests, " || ")
}
