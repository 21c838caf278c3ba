package controls

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// undeliveredSeconds is how long what could not be delivered is kept: as long as
// SQS keeps anything (Amazon SQS Developer Guide, "Amazon SQS message quotas").
const undeliveredSeconds = 14 * 24 * 60 * 60

// keepsUndelivered wants a queue that only the rule can fill and that raises an
// alarm when it does.
func (s subject) keepsUndelivered() {
	in := s.in
	s.refersTo("kmsMasterKeyId", "the audit key", in.ofStack(graph.Audit, keyType)...)
	s.isAtLeast("messageRetentionSeconds", undeliveredSeconds)
	if d, ok := s.policyOn(); ok {
		d.isClosed()
		d.opensTo(eventBridge)
		send := service(eventBridge).doing("sqs:SendMessage").on(s.arn())
		d.servesTamperRule(send, "a message")
		d.instead(send.with("a message for another rule", iameval.Context{"aws:SourceAccount": {in.Names.Account}}),
			"aws:SourceArn", in.tamperRuleARN(), in.Names.ARN("events", "rule/other"), d.denies)
		d.denies(in.administrator().doing("sqs:SendMessage").on(s.arn()).with("a message from an administrator", iameval.Context{"aws:SecureTransport": {"true"}}))
		for _, action := range []string{"sqs:PurgeQueue", "sqs:ReceiveMessage"} {
			d.denies(in.administrator().doing(action).on(s.arn()).with(action+" over plain HTTP", iameval.Context{"aws:SecureTransport": {"false"}}))
			d.refuses(in.stranger().doing(action).on(s.arn()).with(action+" by another account", nil))
		}
	}
	const queueContext = "kms:EncryptionContext:aws:sqs:arn"
	auditor := probe{principal: iameval.RoleSession(in.Names.IAMARN("role/"+in.Names.Of("auditor")), "session")}
	for _, d := range in.auditKeyPolicies() {
		read := auditor.doing("kms:Decrypt").on(d.arn()).with("the auditor reading what could not be delivered",
			iameval.Context{"kms:ViaService": {in.Names.ServiceHost("sqs")}, queueContext: {s.arn()}})
		d.allows(read)
		d.refuses(read.with("the auditor decrypting without a service between", iameval.Context{"kms:ViaService": nil}))
		others := d.others("kms:ViaService", in.Names.ServiceHost("s3"), in.Names.ServiceHost("sqs"))
		for _, other := range append(others, in.Names.ServiceHost("secretsmanager")) {
			d.refuses(read.with("the auditor decrypting through "+other, iameval.Context{"kms:ViaService": {other}}))
		}
		d.refusesInstead(read, queueContext, in.Names.ARN("sqs", "other"))
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
			d.servesTamperRule(service(eventBridge).doing(action).on(d.arn()), action)
		}
	}
	watches := func(r *snapshot.Resource) bool {
		return r.Get("namespace") == "AWS/SQS" && r.Refers("dimensions.QueueName", s.Resource)
	}
	if alarm, ok := s.hasOne("an alarm on messages in the queue", metricAlarmType, watches, "namespace", "dimensions.QueueName"); ok {
		alarm.is("metricName", "ApproximateNumberOfMessagesVisible")
		alarm.isOneOf("statistic", "Maximum", "Sum")
		alarm.is("threshold", 1)
		alarm.isHeard()
	}
}

// servesTamperRule wants EventBridge to be served for the tamper rule, and for no
// other rule and no other account.
func (d document) servesTamperRule(p probe, what string) {
	in := d.in
	p = p.with(what+" by EventBridge for the tamper rule",
		iameval.Context{"aws:SourceArn": {in.tamperRuleARN()}, "aws:SourceAccount": {in.Names.Account}})
	d.allows(p)
	d.refusesInstead(p, "aws:SourceArn", in.Names.ARN("events", "rule/other"))
	d.refusesInstead(p, "aws:SourceAccount", foreignAccount)
	// Where a denial says the same, no verdict shows the difference.
	d.eachStatement(func(place string, s iameval.Statement) {
		opens := s.Effect == iameval.EffectAllow && s.Principals != nil && slices.Contains(s.Principals.Service, eventBridge)
		if opens && !hasCondition(s, "ArnEquals", "aws:SourceArn", in.tamperRuleARN()) {
			d.fail(place+".Condition", "aws:SourceArn equal to "+in.tamperRuleARN(), show(s.Conditions))
		}
	})
}
