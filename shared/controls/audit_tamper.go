package controls

import (
	"encoding/json"
	"fmt"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const (
	eventRuleType   = "aws:cloudwatch/eventRule:EventRule"
	eventTargetType = "aws:cloudwatch/eventTarget:EventTarget"
	queueType       = "aws:sqs/queue:Queue"
)

// tamperCalls are the calls that stop, redirect or blind the logs, by service.
var tamperCalls = []struct {
	service string
	calls   []string
}{
	{"cloudtrail", []string{"DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"}},
	{"ec2", []string{"DeleteFlowLogs"}},
	{"kms", []string{"ScheduleKeyDeletion"}},
	{"s3", []string{"DeleteBucketPolicy", "PutBucketObjectLockConfiguration", "PutBucketPolicy", "PutBucketVersioning"}},
}

// tamperEvents are the calls as EventBridge gets them; those on buckets are on
// the audit bucket.
func (in *inspection) tamperEvents() []map[string]any {
	var out []map[string]any
	for _, of := range tamperCalls {
		for _, call := range of.calls {
			detail := map[string]any{"eventSource": of.service + ".amazonaws.com", "eventName": call}
			if of.service == "s3" {
				detail["requestParameters"] = map[string]any{"bucketName": in.Names.Bucket("audit")}
			}
			out = append(out, map[string]any{
				"source": "aws." + of.service, "detail-type": "AWS API Call via CloudTrail",
				"account": in.Names.Account, "region": in.Names.Region, "detail": detail,
			})
		}
	}
	return out
}

func tamperingIsHeard(in *inspection) {
	rules := in.required(graph.Audit, eventRuleType)
	if len(rules) == 0 {
		return
	}
	rule := in.closestRule(rules)
	rule.want("eventPattern", "a pattern that can be judged", func(v any) bool { _, err := eventPattern(v); return err == nil })
	if rule.Get("eventPattern") != snapshot.Unknown {
		for _, event := range in.tamperEvents() {
			if !rule.hears(event) {
				rule.fail("eventPattern", "a match for "+describe(event), show(rule.Get("eventPattern")))
			}
		}
	}
	rule.is("name", in.Names.Of("tampering")) // by which role, key and queue know it
	rule.isOneOf("state", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
	rule.want("isEnabled", "true", func(v any) bool { return v != false })
	rule.want("eventBusName", "the default bus, where CloudTrail's events are", func(v any) bool { return empty(v) || v == "default" })
	rule.reachesTopic()
}

// closestRule is the rule that hears of most tampering.
func (in *inspection) closestRule(rules []subject) subject {
	closest, most := rules[0], 0
	for _, rule := range rules {
		n := 0
		for _, event := range in.tamperEvents() {
			if rule.hears(event) {
				n++
			}
		}
		if n > most {
			closest, most = rule, n
		}
	}
	return closest
}

// hears reports whether the rule's pattern matches an event.
func (s subject) hears(event map[string]any) bool {
	pattern, err := eventPattern(s.Get("eventPattern"))
	if err != nil {
		return false
	}
	matches, err := eventMatches(pattern, event)
	return err == nil && matches
}

func describe(event map[string]any) string {
	detail := event["detail"].(map[string]any)
	return fmt.Sprintf("%v of %v", detail["eventName"], detail["eventSource"])
}

// reachesTopic wants the rule to publish to the alarm topic, by a role that can
// do nothing else, and what cannot be published to be kept and heard of.
func (s subject) reachesTopic() {
	in := s.in
	target, ok := s.hasOne("a target, the topic of the security alarms", eventTargetType,
		func(r *snapshot.Resource) bool { return r.Refers("rule", s.Resource) }, "rule")
	if !ok {
		return
	}
	topics := in.ofStack(graph.Audit, topicType)
	target.refersTo("arn", "the topic of the security alarms", topics...)
	if role, ok := target.roleIn("roleArn"); ok && len(topics) > 0 {
		role.publishesOnlyTo(subject{in, topics[0]}.arn(), in.tamperRuleARN())
	}
	queues := in.ofStack(graph.Audit, queueType)
	target.refersTo("deadLetterConfig.arn", "a queue of the audit stack", queues...)
	for _, queue := range queues {
		if target.Resource.Refers("deadLetterConfig.arn", queue) {
			subject{in, queue}.keepsUndelivered()
		}
	}
}

// tamperRuleARN is the rule's ARN, by convention.
func (in *inspection) tamperRuleARN() string {
	return in.Names.ARN("events", "rule/"+in.Names.Of("tampering"))
}

// publishesOnlyTo wants the role to be EventBridge's for one rule, and to publish
// to one topic, for which it may use the topic's key.
func (r roleSubject) publishesOnlyTo(topic, rule string) {
	r.isServiceOnly(eventBridge, rule, rule)
	other := r.in.Names.ARN("sns", "other")
	r.lets(r.in.request("sns:Publish", topic))
	r.refuses(r.in.request("sns:Publish", other))
	for _, action := range []string{"sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe"} {
		r.refuses(r.in.request(action, topic))
	}
	through := iameval.Context{
		"kms:ViaService":                         {r.in.Names.ServiceHost("sns")},
		"kms:EncryptionContext:aws:sns:topicArn": {topic},
	}
	for _, d := range r.in.auditKeyPolicies() {
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
			p := probe{principal: r.role.Session(), action: action, resource: d.arn()}.with(action+" by the rule's role for the topic", through)
			d.allows(p)
			d.refusesInstead(p, "kms:EncryptionContext:aws:sns:topicArn", other)
			d.refusesInstead(p, "kms:ViaService", r.in.Names.ServiceHost("sqs"))
		}
	}
}

// eventPattern reads an event pattern.
func eventPattern(v any) (map[string]any, error) {
	text, _ := v.(string)
	var pattern map[string]any
	if err := json.Unmarshal([]byte(text), &pattern); err != nil {
		return nil, err
	}
	_, err := eventMatches(pattern, nil)
	return pattern, err
}
