package controls

import (
	"strings"

	"github.com/ringfence/ringfence/shared/snapshot"
)

// without takes a part out of a text property.
func without(kind, name, property, part string) change {
	return func(s *snapshot.Snapshot) error {
		r, err := resource(s, kind, name)
		if err != nil {
			return err
		}
		text, _ := r.Properties[property].(string)
		return set(kind, name, property, strings.ReplaceAll(text, part, ""))(s)
	}
}

// alarmFixtures are those of one alarm of the benchmark.
func alarmFixtures(control, name string) []fixture {
	return []fixture{
		bad(control, "no filter", drop("logMetricFilter", name)),
		bad(control, "no alarm", drop("metricAlarm", name)),
		bad(control, "nobody is told", set("metricAlarm", name, "alarmActions", []any{})),
		bad(control, "after ten events", set("metricAlarm", name, "threshold", 10.0)),
		bad(control, "another pattern", set("logMetricFilter", name, "pattern", "{ $.eventName = Nothing }")),
	}
}

func alarms() []fixture {
	var out []fixture
	for _, a := range [][2]string{
		{"AUD-15", "unauthorized-api-calls"}, {"AUD-16", "console-sign-in-without-mfa"}, {"AUD-17", "root-usage"},
		{"AUD-18", "iam-policy-changes"}, {"AUD-19", "cloudtrail-changes"}, {"AUD-20", "console-sign-in-failures"},
		{"AUD-21", "key-disabled-or-deleted"}, {"AUD-22", "bucket-policy-changes"}, {"AUD-23", "config-changes"},
		{"AUD-24", "security-group-changes"}, {"AUD-25", "network-acl-changes"}, {"AUD-26", "gateway-changes"},
		{"AUD-27", "route-table-changes"}, {"AUD-28", "vpc-changes"}, {"AUD-29", "organizations-changes"},
	} {
		out = append(out, alarmFixtures(a[0], a[1])...)
	}
	return out
}

var auditFixtures = append(alarms(), []fixture{
	bad("AUD-01", "one region", set("trail", "trail", "isMultiRegionTrail", false)),
	bad("AUD-01", "no global services", set("trail", "trail", "includeGlobalServiceEvents", false)),
	bad("AUD-02", "stopped", set("trail", "trail", "enableLogging", false)),
	bad("AUD-03", "no key", set("trail", "trail", "kmsKeyId", nil)),
	bad("AUD-03", "the data key", set("trail", "trail", "kmsKeyId", dataKey)),
	bad("AUD-04", "any trail", statement("key", "audit", "policy", "EncryptTrail", withoutCondition("aws:SourceArn"))),
	bad("AUD-04", "evidence by any way", statement("key", "audit", "policy", "EncryptEvidence", withoutCondition("kms:ViaService"))),
	bad("AUD-04", "the evidence role reads", statement("key", "audit", "policy", "EncryptEvidence", andActions("kms:Decrypt"))),
	bad("AUD-04", "anybody reads", statement("key", "audit", "policy", "ReadTrail", everybody)),
	bad("AUD-05", "no digests", set("trail", "trail", "enableLogFileValidation", false)),
	bad("AUD-06", "no log group", set("trail", "trail", "cloudWatchLogsGroupArn", nil)),
	bad("AUD-06", "every log group", statement("rolePolicy", "trail-delivery", "policy", "WriteTrailStreams", onResources("*"))),
	bad("AUD-07", "one bucket", set("trail", "trail", "advancedEventSelectors[1].fieldSelectors[2]",
		map[string]any{"field": "resources.ARN", "startsWiths": []any{"arn:aws-us-gov:s3:::data"}})),
	bad("AUD-08", "no models", set("trail", "trail", "advancedEventSelectors", nil)),
	bad("AUD-09", "no insights", set("trail", "trail", "insightSelectors", nil)),
	bad("AUD-10", "public", set("bucketPublicAccessBlock", "audit", "restrictPublicBuckets", false)),
	bad("AUD-11", "not logged", drop("bucketLoggingV2", "audit")),
	bad("AUD-12", "any trail", statement("bucketPolicy", "audit", "policy", "LetCloudTrailWrite", withoutCondition("aws:SourceArn"))),
	bad("AUD-12", "anybody deletes", withoutStatement("bucketPolicy", "audit", "policy", "DenyTampering")),
	bad("AUD-12", "anybody writes", withoutStatement("bucketPolicy", "audit", "policy", "DenyOtherWriters")),
	bad("AUD-12", "CloudTrail writes evidence", withoutStatement("bucketPolicy", "audit", "policy", "DenyOtherWritersOfAnnex")),
	bad("AUD-12", "evidence is replaced", withoutStatement("bucketPolicy", "audit", "policy", "DenyReplacingInAnnex")),
	bad("AUD-12", "evidence with any key", withoutStatement("bucketPolicy", "audit", "policy", "DenyOtherKeysInAnnex")),
	bad("AUD-12", "evidence written anywhere", statement("bucketPolicy", "audit", "policy", "DenyOtherWriters", leavingOut("arn:aws-us-gov:s3:::*/records/*"))),
	bad("AUD-13", "no lock", drop("bucketObjectLockConfigurationV2", "audit")),
	bad("AUD-13", "a month", set("bucketObjectLockConfigurationV2", "audit", "rule.defaultRetention.days", 30.0)),
	bad("AUD-14", "a week", set("logGroup", "trail", "retentionInDays", 7.0)),
	bad("AUD-18", "one event less", without("logMetricFilter", "iam-policy-changes", "pattern", " || ($.eventName = PutRolePolicy)")),
	bad("AUD-30", "switched off", set("metricAlarm", "root-usage", "actionsEnabled", false)),
	bad("AUD-31", "no key", set("topic", "alarms", "kmsMasterKeyId", nil)),
	bad("AUD-31", "everyone publishes", statement("topicPolicy", "alarms", "policy", "LetAlarmsPublish", everybody)),
	bad("AUD-32", "no alarm", drop("metricAlarm", "guardrail-changes")),
	bad("AUD-33", "not logged", drop("invocationLoggingConfiguration", "model-invocation-log")),
	bad("AUD-34", "not recording", set("recorderStatus", "default", "isEnabled", false)),
	bad("AUD-34", "some types", set("recorder", "default", "recordingGroup.allSupported", false)),
	bad("AUD-35", "no checks", drop("standardsSubscription", "cis")),
	bad("AUD-36", "off", set("detector", "detector", "enable", false)),
	bad("AUD-36", "without S3", drop("detectorFeature", "s3")),
	bad("AUD-37", "paused", set("account", "account", "status", "PAUSED")),
	bad("AUD-38", "images only", set("enabler", "inspector", "resourceTypes", []any{"ECR"})),
	bad("AUD-39", "no rule", drop("eventRule", "tampering")),
	bad("AUD-39", "disabled", set("eventRule", "tampering", "state", "DISABLED")),
	bad("AUD-39", "no dead letters", set("eventTarget", "tampering", "deadLetterConfig", nil)),
}...)
