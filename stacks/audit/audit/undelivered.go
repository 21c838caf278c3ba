package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// undelivered names the queue of the alarms that EventBridge could not deliver.
const undelivered = "tampering-undelivered"

// undeliveredARN is known before the queue exists: its policy, the key and the
// auditor's grant name it.
func (a *audit) undeliveredARN() string { return a.Names.ARN("sqs", a.Names.Of(undelivered)) }

// newUndeliveredQueue makes the dead-letter queue of the tamper rule: encrypted,
// kept for as long as SQS keeps anything, and filled by that rule alone. A
// message in it is an alarm of its own, which CloudWatch publishes another way.
func (a *audit) newUndeliveredQueue(ctx *pulumi.Context) (*sqs.Queue, *sqs.QueuePolicy, error) {
	queue, err := sqs.NewQueue(ctx, undelivered, &sqs.QueueArgs{
		Name:                    pulumi.String(a.Names.Of(undelivered)),
		KmsMasterKeyId:          a.key.ARN,
		MessageRetentionSeconds: pulumi.Int(14 * 24 * 60 * 60),
	}, pulumi.Parent(a))
	if err != nil {
		return nil, nil, err
	}
	policy, err := sqs.NewQueuePolicy(ctx, undelivered, &sqs.QueuePolicyArgs{
		QueueUrl: queue.Url,
		Policy:   a.undeliveredPolicy().JSON(),
	}, pulumi.Parent(queue))
	if err != nil {
		return nil, nil, err
	}
	return queue, policy, a.newMetricAlarm(ctx, undelivered, cloudwatch.MetricAlarmArgs{
		AlarmDescription: pulumi.String("Somebody tampers with the audit log, and the alarm could not be delivered: read the queue"),
		Namespace:        pulumi.String("AWS/SQS"),
		MetricName:       pulumi.String("ApproximateNumberOfMessagesVisible"),
		Dimensions:       pulumi.StringMap{"QueueName": queue.Name},
		Statistic:        pulumi.String("Maximum"),
		Threshold:        pulumi.Float64(1),
	}, queue)
}

// undeliveredPolicy admits the tamper rule (Amazon EventBridge User Guide, "Using
// dead-letter queues to process undelivered events in EventBridge"), and nobody
// else, whatever IAM allows them.
func (a *audit) undeliveredPolicy() iampolicy.Document {
	queue := iampolicy.Strings(a.undeliveredARN())
	return iampolicy.Document{Statements: []iampolicy.Statement{
		{
			Sid:        "LetTamperRuleSend",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Services(eventService),
			Actions:    []string{"sqs:SendMessage"},
			Resources:  queue,
			Conditions: a.fromTamperRule(),
		},
		{
			Sid:        "DenyOtherSenders",
			Effect:     iampolicy.Deny,
			Principals: iampolicy.Everyone(),
			Actions:    []string{"sqs:SendMessage"},
			Resources:  queue,
			// It also holds where there is no source, as for every person and role.
			Conditions: []iampolicy.Condition{iampolicy.Is("ArnNotEquals", "aws:SourceArn", a.tamperRuleARN())},
		},
		{
			Sid:        "DenyPlainHTTP",
			Effect:     iampolicy.Deny,
			Principals: iampolicy.Everyone(),
			Actions:    []string{"sqs:*"},
			Resources:  queue,
			Conditions: []iampolicy.Condition{iampolicy.Is("Bool", "aws:SecureTransport", "false")},
		},
	}}
}
