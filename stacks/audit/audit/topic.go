package audit

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// alarmPublisher is the service that publishes to the alarm topic.
const alarmPublisher = "cloudwatch.amazonaws.com"

// alarmTopic names the topic of the security alarms.
const alarmTopic = "alarms"

// topicARN is known before the topic exists: the key names it.
func (a *audit) topicARN() string { return a.Names.ARN("sns", a.Names.Of(alarmTopic)) }

// newTopic makes the topic of the security alarms: encrypted, and open to no
// service but CloudWatch of this account (control AUD-31). The alarm on
// tampering comes from a role of its own, see newTamperRole.
func (a *audit) newTopic(ctx *pulumi.Context) error {
	var err error
	a.topic, err = sns.NewTopic(ctx, alarmTopic, &sns.TopicArgs{
		Name:           pulumi.String(a.Names.Of(alarmTopic)),
		KmsMasterKeyId: a.key.ARN,
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	if _, err := sns.NewTopicPolicy(ctx, alarmTopic, &sns.TopicPolicyArgs{
		Arn: a.topic.Arn,
		Policy: iampolicy.Document{Statements: []iampolicy.Statement{
			{
				Sid:        "LetAlarmsPublish",
				Effect:     iampolicy.Allow,
				Principals: iampolicy.Services(alarmPublisher),
				Actions:    []string{"sns:Publish"},
				Resources:  pulumi.StringArray{a.topic.Arn},
				Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:SourceAccount", a.Names.Account)},
			},
			{
				Sid:        "DenyPlainHTTP",
				Effect:     iampolicy.Deny,
				Principals: iampolicy.Everyone(),
				Actions:    []string{"sns:Publish"},
				Resources:  pulumi.StringArray{a.topic.Arn},
				Conditions: []iampolicy.Condition{iampolicy.Is("Bool", "aws:SecureTransport", "false")},
			},
		}}.JSON(),
	}, pulumi.Parent(a.topic)); err != nil {
		return err
	}
	for i, email := range a.Env.Alarms.Emails {
		if _, err := sns.NewTopicSubscription(ctx, fmt.Sprintf("alarms-%d", i), &sns.TopicSubscriptionArgs{
			Topic:    a.topic.Arn,
			Protocol: pulumi.String("email"),
			Endpoint: pulumi.String(email),
		}, pulumi.Parent(a.topic)); err != nil {
			return err
		}
	}
	return nil
}
