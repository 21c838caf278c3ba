package audit

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

const (
	eventService = "events.amazonaws.com"
	// tampering names the rule and the role with which it publishes.
	tampering = "tampering"
)

// tamperRuleARN is known before the rule exists: role, key and queue name it.
func (a *audit) tamperRuleARN() string { return a.Names.ARN("events", "rule/"+a.Names.Of(tampering)) }

// fromTamperRule holds for what EventBridge does for the rule.
func (a *audit) fromTamperRule() []iampolicy.Condition {
	return []iampolicy.Condition{
		iampolicy.Is("StringEquals", "aws:SourceAccount", a.Names.Account),
		iampolicy.Is("ArnEquals", "aws:SourceArn", a.tamperRuleARN()),
	}
}

// newTamperRole makes the role with which EventBridge publishes the alarm.
//
// A topic policy could not say which rule may publish, and neither could the key
// policy of the topic: AWS supports no conditions for EventBridge in the one
// (Amazon EventBridge User Guide, "Using resource-based policies for Amazon
// EventBridge") and no aws:SourceArn in the other (Amazon SNS Developer Guide,
// "Managing Amazon SNS encryption keys and costs"). With them nothing would be
// delivered, without them any rule of any account could publish. A role has a
// trust policy, and there the rule can be named.
func (a *audit) newTamperRole(ctx *pulumi.Context) error {
	var err error
	a.tamperRole, err = iam.NewRole(ctx, tampering, &iam.RoleArgs{
		Name:                pulumi.String(a.Names.Of(tampering)),
		Description:         pulumi.String("Publishes the alarm on tampering with the audit log"),
		AssumeRolePolicy:    secure.ServiceTrust(a.Names, eventService, a.tamperRuleARN()).JSON(),
		PermissionsBoundary: a.security.BoundaryARN,
		MaxSessionDuration:  pulumi.Int(3600),
	}, pulumi.Parent(a))
	return err
}

// newTamperRule raises an alarm when somebody blinds the logs of the account
// (control AUD-39). It does not wait for the trail's next delivery to its log
// group, as the other alarms do, and does not need it.
//
// CloudTrail gives its events to EventBridge only in the region where the call
// was made, so the rule sees this region. The trail's alarms see the others.
func (a *audit) newTamperRule(ctx *pulumi.Context) error {
	policy, err := iam.NewRolePolicy(ctx, tampering, &iam.RolePolicyArgs{
		Name: pulumi.String("publish"),
		Role: a.tamperRole.Name,
		Policy: iampolicy.Document{Statements: []iampolicy.Statement{{
			Sid:       "PublishAlarm",
			Effect:    iampolicy.Allow,
			Actions:   []string{"sns:Publish"}, // the key's own policy lets the role encrypt
			Resources: iampolicy.Strings(a.topicARN()),
		}}}.JSON(),
	}, pulumi.Parent(a.tamperRole))
	if err != nil {
		return err
	}
	rule, err := cloudwatch.NewEventRule(ctx, tampering, &cloudwatch.EventRuleArgs{
		Name:         pulumi.String(a.Names.Of(tampering)),
		Description:  pulumi.String("Somebody tampers with the audit log"),
		EventPattern: pulumi.String(a.tamperPattern()),
		State:        pulumi.String("ENABLED"),
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	queue, queuePolicy, err := a.newUndeliveredQueue(ctx)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, tampering, &cloudwatch.EventTargetArgs{
		Rule:             rule.Name,
		TargetId:         pulumi.String(alarmTopic),
		Arn:              a.topic.Arn,
		RoleArn:          a.tamperRole.Arn,
		DeadLetterConfig: cloudwatch.EventTargetDeadLetterConfigArgs{Arn: queue.Arn},
	}, pulumi.Parent(rule), pulumi.DependsOn([]pulumi.Resource{policy, queuePolicy}))
	return err
}

// tamperPattern matches the calls that stop, redirect or blind the logs, whoever
// makes them and whether or not they succeed, and those that open the audit
// bucket.
func (a *audit) tamperPattern() string {
	calls := func(service string, events ...string) map[string]any {
		return map[string]any{"eventSource": []string{service + ".amazonaws.com"}, "eventName": events}
	}
	auditBucket := calls("s3", "DeleteBucketPolicy", "PutBucketObjectLockConfiguration", "PutBucketPolicy", "PutBucketVersioning")
	auditBucket["requestParameters"] = map[string]any{"bucketName": []string{a.Names.Bucket(auditBucketName)}}
	pattern, err := json.Marshal(map[string]any{
		"detail-type": []string{"AWS API Call via CloudTrail"},
		"detail": map[string]any{"$or": []any{
			calls("cloudtrail", "DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"),
			calls("ec2", "DeleteFlowLogs"),
			calls("kms", "ScheduleKeyDeletion"),
			auditBucket,
		}},
	})
	if err != nil {
		panic(err) // it holds strings only
	}
	return string(pattern)
}
