package access

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// trail is the ARN of the trail.
func (e *estate) trail() string { return e.names.ARN("cloudtrail", "trail/"+e.names.Of("trail")) }

// auditLog: CloudTrail writes for its own trail, the auditor reads, and that is
// all.
func (r *report) auditLog() {
	bucket, logs, key := r.names.BucketARN("audit"), r.names.BucketARN("access-logs")+"/data/log", r.key("audit")
	object := bucket + "/AWSLogs/" + r.names.Account + "/CloudTrail/file.gz"
	forTrail := access.Outside.With("for the trail", iameval.Context{
		"aws:SourceArn": {r.trail()}, "aws:SourceAccount": {r.names.Account},
		"s3:x-amz-acl": {"bucket-owner-full-control"}, header: {"aws:kms"}, header + "-aws-kms-key-id": {key},
		"kms:EncryptionContext:aws:cloudtrail:arn": {r.trail()},
	})
	other := r.trail() + "-2"
	otherTrail := forTrail.With("for another trail", iameval.Context{"aws:SourceArn": {other}, "kms:EncryptionContext:aws:cloudtrail:arn": {other}})
	// Digest files come with S3's own key (CloudTrail User Guide, "Encrypting
	// CloudTrail log files, digest files, and event data stores").
	digest := forTrail.With("for the trail, a digest", iameval.Context{header: {"AES256"}, header + "-aws-kms-key-id": nil})
	logged := access.Outside.With("of the data bucket", iameval.Context{"aws:SourceArn": {r.names.BucketARN("data")}, "aws:SourceAccount": {r.names.Account}})
	foreign := logged.With("of a foreign bucket", iameval.Context{"aws:SourceArn": {"arn:aws:s3:::foreign"}, "aws:SourceAccount": {access.ForeignAccount}})
	report := bucket + "/evidence/report"
	adding := access.Outside.WithKey("adding a report", key).With("adding a report", iameval.Context{
		"s3:if-none-match": {"*"}, "kms:ViaService": {r.names.ServiceHost("s3")},
	})
	replacing := adding.With("replacing a report", iameval.Context{"s3:if-none-match": nil})
	otherKey := adding.WithKey("with another key", r.names.ARN("kms", "key/other"))
	notThroughS3 := adding.With("not through S3", iameval.Context{"kms:ViaService": nil})
	evidence, anything := r.session("evidence"), r.strong("evidence")
	cloudTrail, delivery := access.Service("cloudtrail.amazonaws.com"), access.Service("logging.s3.amazonaws.com")
	auditor, breakGlass, admin := r.session("auditor"), r.session("break-glass"), r.model.Administrator()
	r.attempts("The audit log", "", []attempt{
		{cloudTrail, forTrail, "s3:GetBucketAcl", bucket, iameval.Allow, ""},
		{cloudTrail, forTrail, "s3:PutObject", object, iameval.Allow, ""},
		{cloudTrail, forTrail, "kms:GenerateDataKey", key, iameval.Allow, ""},
		{cloudTrail, digest, "s3:PutObject", object, iameval.Allow, ""},
		{cloudTrail, otherTrail, "s3:PutObject", object, iameval.ImplicitDeny, ""},
		{cloudTrail, otherTrail, "kms:GenerateDataKey", key, iameval.ImplicitDeny, ""},
		{cloudTrail, forTrail, "s3:DeleteObject", object, iameval.ExplicitDeny, ""},
		{admin, access.Outside, "s3:PutObject", object, iameval.ExplicitDeny, ""},
		{admin, access.Outside, "s3:DeleteObject", object, iameval.ExplicitDeny, ""},
		{admin, access.Outside, "s3:BypassGovernanceRetention", object, iameval.ExplicitDeny, ""},
		{admin, access.Outside, "s3:PutBucketVersioning", bucket, iameval.ExplicitDeny, ""},
		{admin, access.Outside, "s3:PutBucketObjectLockConfiguration", bucket, iameval.ExplicitDeny, ""},
		{admin, access.Outside, "s3:DeleteBucket", bucket, iameval.ExplicitDeny, ""},
		{breakGlass, access.Outside, "s3:DeleteBucket", bucket, iameval.Allow, ""},
		{breakGlass, access.Outside, "s3:PutBucketObjectLockConfiguration", bucket, iameval.Allow, ""},
		{breakGlass, access.Outside, "s3:DeleteObjectVersion", object, iameval.ExplicitDeny, ""},
		{evidence, adding, "s3:PutObject", report, iameval.Allow, ""},
		{evidence, adding, "kms:GenerateDataKey", key, iameval.Allow, ""},
		{evidence, access.Outside, "s3:GetObjectRetention", report, iameval.Allow, ""},
		{evidence, access.Outside, "s3:GetBucketObjectLockConfiguration", bucket, iameval.Allow, ""},
		{evidence, replacing, "s3:PutObject", report, iameval.ExplicitDeny, "DenyReplacingInAnnex"},
		{evidence, otherKey, "s3:PutObject", report, iameval.ExplicitDeny, "DenyOtherKeysInAnnex"},
		{anything, adding, "s3:PutObject", object, iameval.ExplicitDeny, "DenyOtherWriters"},
		{anything, adding, "s3:DeleteObjectVersion", report, iameval.ExplicitDeny, ""},
		{anything, adding, "s3:PutObjectRetention", report, iameval.ExplicitDeny, "DenyTampering"},
		{anything, notThroughS3, "kms:GenerateDataKey", key, iameval.ImplicitDeny, ""},
		{anything, adding, "kms:Decrypt", key, iameval.ImplicitDeny, ""},
		{evidence, adding, "s3:GetObject", report, iameval.ImplicitDeny, ""},
		{cloudTrail, forTrail.With("for the trail, as evidence", iameval.Context{"s3:if-none-match": {"*"}}), "s3:PutObject", report, iameval.ExplicitDeny, "DenyOtherWritersOfAnnex"},
		{admin, adding, "s3:PutObject", report, iameval.ExplicitDeny, "DenyOtherWritersOfAnnex"},
		{breakGlass, adding, "s3:PutObject", report, iameval.ExplicitDeny, "DenyOtherWritersOfAnnex"},
		{auditor, access.Outside, "s3:GetObject", report, iameval.Allow, ""},
		{auditor, access.Outside, "s3:GetObject", object, iameval.Allow, ""},
		{auditor, r.model.ViaService("s3"), "kms:Decrypt", key, iameval.Allow, ""},
		{auditor, access.Plain, "kms:Decrypt", key, iameval.ImplicitDeny, ""},
		{admin, r.model.ViaService("s3"), "kms:Decrypt", key, iameval.ImplicitDeny, ""},
		{r.model.Foreigner(), access.Outside, "s3:GetObject", object, iameval.ExplicitDeny, ""},
		{access.Anonymous(), access.Outside, "s3:GetObject", object, iameval.ExplicitDeny, ""},
		{delivery, logged, "s3:PutObject", logs, iameval.Allow, ""},
		{delivery, foreign, "s3:PutObject", logs, iameval.ImplicitDeny, ""},
		{admin, access.Outside, "s3:PutObject", logs, iameval.ExplicitDeny, ""},
	})
}

// alarms: who can raise one, and who can keep one from being raised.
func (r *report) alarms() {
	topic, queue := r.find(topicType, "alarms", "arn"), r.find(queueType, "tampering-undelivered", "arn")
	rule := r.names.ARN("events", "rule/"+r.names.Of("tampering"))
	from := func(name, account, source string) access.Way {
		return access.Way{Name: name, Context: iameval.Context{
			"aws:SecureTransport": {"true"}, "aws:SourceAccount": {account}, "aws:SourceArn": {source},
		}}
	}
	ours, others := from("for this account", r.names.Account, rule), from("for another account", access.ForeignAccount, rule+"-2")
	inClear := access.Way{Name: "over plain HTTP", Context: iameval.Context{"aws:SecureTransport": {"false"}}}
	alarm, event := access.Service("cloudwatch.amazonaws.com"), access.Service("events.amazonaws.com")
	r.attempts("The alarms", "", []attempt{
		{alarm, ours, "sns:Publish", topic, iameval.Allow, ""},
		{alarm, others, "sns:Publish", topic, iameval.ImplicitDeny, ""},
		{r.session("tampering"), ours, "sns:Publish", topic, iameval.Allow, ""},
		{r.session("ml-service"), ours, "sns:Publish", topic, iameval.ImplicitDeny, ""},
		{r.model.Administrator(), inClear, "sns:Publish", topic, iameval.ExplicitDeny, "DenyPlainHTTP"},
		{r.model.Foreigner(), ours, "sns:Publish", topic, iameval.ImplicitDeny, ""},
		{event, ours, "sqs:SendMessage", queue, iameval.Allow, ""},
		{event, others, "sqs:SendMessage", queue, iameval.ExplicitDeny, "DenyOtherSenders"},
		{r.model.Administrator(), access.Plain, "sqs:SendMessage", queue, iameval.ExplicitDeny, "DenyOtherSenders"},
		{r.model.Administrator(), inClear, "sqs:ReceiveMessage", queue, iameval.ExplicitDeny, "DenyPlainHTTP"},
		{r.session("auditor"), access.Plain, "sqs:ReceiveMessage", queue, iameval.Allow, ""},
		{r.session("ml-service"), access.Plain, "sqs:ReceiveMessage", queue, iameval.ImplicitDeny, ""},
	})
}

// tampering is what an intruder does first: it blinds those who watch. The
// boundary denies it to every role, and leaves what an update has to change to
// the roles that deploy it.
func (r *report) tampering() {
	bucket, logs := r.names.BucketARN("audit"), r.names.LogGroupARN("trail")
	alarm, rule := r.names.ARN("cloudwatch", "alarm:"+r.names.Of("root-use")), r.names.ARN("events", "rule/"+r.names.Of("tampering"))
	topic, queue := r.names.ARN("sns", r.names.Of("alarms")), r.names.ARN("sqs", r.names.Of("tampering-undelivered"))
	rows := []struct {
		action, arn string
		// updates: the roles that deploy it may.
		updates bool
	}{
		{"cloudtrail:StopLogging", r.trail(), false},
		{"cloudtrail:DeleteTrail", r.trail(), false},
		{"cloudtrail:UpdateTrail", r.trail(), true},
		{"cloudtrail:PutEventSelectors", r.trail(), true},
		{"config:StopConfigurationRecorder", "*", false},
		{"config:DeleteDeliveryChannel", "*", false},
		{"config:PutConfigurationRecorder", "*", true},
		{"guardduty:DeleteDetector", r.names.ARN("guardduty", "detector/1"), false},
		{"guardduty:UpdateDetector", r.names.ARN("guardduty", "detector/1"), true},
		{"securityhub:DisableSecurityHub", "*", false},
		{"macie2:DisableMacie", "*", false},
		{"inspector2:Disable", "*", false},
		{"access-analyzer:DeleteAnalyzer", r.names.ARN("access-analyzer", "analyzer/x"), false},
		{"ec2:DeleteFlowLogs", r.names.ARN("ec2", "vpc-flow-log/fl-1"), true},
		{"kms:ScheduleKeyDeletion", r.key("audit"), false},
		{"kms:DisableKey", r.key("audit"), false},
		{"kms:DisableKeyRotation", r.key("data"), false},
		{"kms:PutKeyPolicy", r.key("audit"), true},
		{"logs:DeleteLogGroup", logs, false},
		{"logs:DeleteLogStream", logs + ":log-stream:x", false},
		{"logs:PutRetentionPolicy", logs, true},
		{"logs:DisassociateKmsKey", logs, true},
		{"logs:DeleteMetricFilter", logs, true},
		{"cloudwatch:DisableAlarmActions", alarm, false},
		{"cloudwatch:PutMetricAlarm", alarm, true},
		{"events:DisableRule", rule, false},
		{"events:RemoveTargets", rule, true},
		{"sns:SetTopicAttributes", topic, true},
		{"sns:DeleteTopic", topic, false},
		{"sqs:PurgeQueue", queue, false},
		{"s3:DeleteObject", bucket + "/AWSLogs/x", false},
		{"s3:DeleteObject", r.names.BucketARN("access-logs") + "/data/x", false},
		{"s3:PutBucketPolicy", bucket, true},
		{"s3:PutLifecycleConfiguration", bucket, true},
		{"s3:PutEncryptionConfiguration", bucket, true},
	}
	workload, _ := r.writer()
	callers := []access.Caller{r.strong(workload.Name), r.strong("data-scientist"), r.strong("deploy-security"), r.strong("deploy-audit"), r.strong("break-glass")}
	titles := []string{""}
	for _, c := range callers {
		titles = append(titles, strings.TrimSuffix(c.Name, " given everything"))
	}
	r.section("Blinding those who watch, given everything", "", append(titles, "refused by")...)
	for _, row := range rows {
		cells, by := []string{row.action + " on " + r.short(row.arn)}, []string(nil)
		for i, c := range callers {
			d := r.ask(c, access.Outside, row.action, row.arn)
			cells, by = append(cells, string(d.Verdict)), append(by, deniedBy(d)...)
			if caretaker := i >= 3; (d.Verdict == iameval.Allow) != (row.updates && caretaker) {
				r.t.Errorf("%s: %s on %s: %s", c.Name, row.action, row.arn, d)
			}
		}
		slices.Sort(by)
		r.row(append(cells, strings.Join(slices.Compact(by), ", "))...)
	}
}
