package controls

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The services that may tell people of alarms.
const (
	cloudWatch  = "cloudwatch.amazonaws.com"
	eventBridge = "events.amazonaws.com"
)

// alarmTopicIsNarrow asks the topic's policy who publishes, and the key whether
// CloudWatch can encrypt: an alarm that cannot be encrypted is lost.
func alarmTopicIsNarrow(in *inspection) {
	topics := in.required(graph.Audit, topicType)
	for _, topic := range topics {
		topic.refersTo("kmsMasterKeyId", "the audit key", in.ofStack(graph.Audit, keyType)...)
		if d, ok := topic.policyOn(); ok {
			d.isClosed()
			d.hearsAlarmsOnly(topic.arn())
		}
		for _, email := range in.Environment.Alarms.Emails {
			topic.tells(email)
		}
	}
	for _, d := range in.auditKeyPolicies() {
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
			d.allows(service(cloudWatch).doing(action).on(d.arn()).
				with(action+" by CloudWatch for this account's alarms", iameval.Context{"aws:SourceAccount": {in.Names.Account}}))
		}
	}
}

// arn is the ARN of a topic or queue, by convention where AWS has not made it.
func (s subject) arn() string {
	if arn, ok := s.Get("arn").(string); ok && arn != snapshot.Unknown {
		return arn
	}
	name, _ := s.Get("name").(string)
	if s.Type == queueType {
		return s.in.Names.ARN("sqs", name)
	}
	return s.in.Names.ARN("sns", name)
}

func (d document) hearsAlarmsOnly(topic string) {
	in := d.in
	own := iameval.Context{"aws:SourceAccount": {in.Names.Account}, "aws:SecureTransport": {"true"}}
	publish := func(name string) probe {
		return service(name).doing("sns:Publish").on(topic).with("a message from "+name, own)
	}
	d.opensTo(cloudWatch, eventBridge)
	d.allows(publish(cloudWatch))
	for _, name := range []string{cloudWatch, eventBridge} {
		d.refusesInstead(publish(name), "aws:SourceAccount", foreignAccount)
	}
	for _, name := range []string{"lambda.amazonaws.com", "s3.amazonaws.com"} {
		d.refuses(publish(name))
	}
	for _, action := range []string{"sns:AddPermission", "sns:Publish", "sns:SetTopicAttributes", "sns:Subscribe"} {
		d.refuses(in.stranger().doing(action).on(topic).with(action+" by another account", nil))
		d.refuses(probe{principal: iameval.Anonymous()}.doing(action).on(topic).with(action+" by anybody", nil))
	}
	d.denies(in.administrator().doing("sns:Publish").on(topic).with("a message over plain HTTP", iameval.Context{"aws:SecureTransport": {"false"}}))
}

// tells wants somebody to be subscribed to the topic.
func (s subject) tells(email string) {
	s.hasOne("a subscription of "+email+", whom the environment file names under alarms.emails",
		"aws:sns/topicSubscription:TopicSubscription", func(r *snapshot.Resource) bool {
			return r.Get("protocol") == "email" && r.Get("endpoint") == email && r.Refers("topic", s.Resource)
		}, "protocol", "endpoint", "topic")
}
