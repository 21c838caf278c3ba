package audit

import (
	"encoding/json"
	"slices"
	"testing"
)

// What blinds the audit log is seen, and what only looks like it is not.
func TestUnitTamperRuleSeesWhatBlindsTheAuditLog(t *testing.T) {
	e := ephemeral(t)
	r, ok := e.Find("aws:cloudwatch/eventRule:EventRule", tampering)
	if !ok {
		t.Fatal("there is no rule")
	}
	var pattern map[string]any
	if err := json.Unmarshal([]byte(r.Inputs["eventPattern"].(string)), &pattern); err != nil {
		t.Fatal(err)
	}
	const auditBucket = prefix + "-audit-" + account + "-eu-central-1"
	for _, tt := range []struct {
		service, event, bucket string
		want                   bool
	}{
		{"cloudtrail", "StopLogging", "", true},
		{"cloudtrail", "DeleteTrail", "", true},
		{"cloudtrail", "UpdateTrail", "", true},
		{"cloudtrail", "PutEventSelectors", "", true},
		{"cloudtrail", "LookupEvents", "", false},
		{"ec2", "DeleteFlowLogs", "", true},
		{"ec2", "CreateFlowLogs", "", false},
		{"kms", "ScheduleKeyDeletion", "", true},
		{"kms", "CancelKeyDeletion", "", false},
		{"s3", "PutBucketPolicy", auditBucket, true},
		{"s3", "DeleteBucketPolicy", auditBucket, true},
		{"s3", "PutBucketObjectLockConfiguration", auditBucket, true},
		{"s3", "PutBucketVersioning", auditBucket, true},
		{"s3", "PutBucketPolicy", "another-bucket", false},
		{"s3", "PutBucketTagging", auditBucket, false},
		{"lambda", "StopLogging", "", false}, // the same name elsewhere
	} {
		event := map[string]any{
			"detail-type": "AWS API Call via CloudTrail",
			"detail": map[string]any{
				"eventSource": tt.service + ".amazonaws.com", "eventName": tt.event,
				"requestParameters": map[string]any{"bucketName": tt.bucket},
			},
		}
		if got := matches(pattern, event); got != tt.want {
			t.Errorf("%s %s on %q: seen %t, want %t", tt.service, tt.event, tt.bucket, got, tt.want)
		}
	}
}

// matches does what EventBridge does with a pattern of exact values (Amazon
// EventBridge User Guide, "Creating Amazon EventBridge event patterns").
func matches(pattern, event map[string]any) bool {
	for key, want := range pattern {
		switch want := want.(type) {
		case map[string]any:
			inner, ok := event[key].(map[string]any)
			if !ok || !matches(want, inner) {
				return false
			}
		case []any:
			if key == "$or" {
				if !slices.ContainsFunc(want, func(one any) bool { return matches(one.(map[string]any), event) }) {
					return false
				}
			} else if !slices.Contains(want, event[key]) {
				return false
			}
		}
	}
	return true
}

func TestUnitTamperAlarmGoesToTheTopicOrTheQueue(t *testing.T) {
	e := ephemeral(t)
	target, ok := e.Find("aws:cloudwatch/eventTarget:EventTarget", tampering)
	if !ok {
		t.Fatal("the rule has no target")
	}
	if got := target.Inputs["arn"]; got != topic {
		t.Errorf("the rule tells %v, want %s", got, topic)
	}
	if got := target.Inputs["deadLetterConfig"].(map[string]any)["arn"]; got != queue {
		t.Errorf("what cannot be delivered goes to %v, want %s", got, queue)
	}
	q, _ := e.Find("aws:sqs/queue:Queue", undelivered)
	if got := q.Inputs["kmsMasterKeyId"]; got != auditKey {
		t.Errorf("the queue's key is %v, want %s", got, auditKey)
	}
	alarm, ok := e.Find("aws:cloudwatch/metricAlarm:MetricAlarm", undelivered)
	if !ok || alarm.Inputs["dimensions"].(map[string]any)["QueueName"] != prefix+"-tampering-undelivered" {
		t.Errorf("nobody hears of what is in the queue: %v", alarm.Inputs)
	}
}
