package controls

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const (
	configService  = "config.amazonaws.com"
	configRecorder = "aws:cfg/recorder:Recorder"
)

func configRecordsEverything(in *inspection) {
	recorders := in.required(graph.Audit, configRecorder)
	for _, r := range recorders {
		r.is("recordingGroup.allSupported", true)
		r.is("recordingGroup.includeGlobalResourceTypes", true)
		r.isEmpty("recordingGroup.exclusionByResourceTypes[0].resourceTypes")
		r.want("recordingMode.recordingFrequency", `"CONTINUOUS"`, func(v any) bool { return empty(v) || v == "CONTINUOUS" })
		r.isEmpty("recordingMode.recordingModeOverride")
		r.is("roleArn", in.Names.IAMARN("role/aws-service-role/"+configService+"/AWSServiceRoleForConfig"))
		if status, ok := r.alongside("aws:cfg/recorderStatus:RecorderStatus", "name"); ok {
			status.is("isEnabled", true)
		}
	}
	in.hasConfigRules(configRules...)
	for _, channel := range in.required(graph.Audit, "aws:cfg/deliveryChannel:DeliveryChannel") {
		channel.refersTo("s3KmsKeyArn", "the audit key", in.ofStack(graph.Audit, keyType)...)
		if bucket, ok := channel.deliversTo("s3BucketName"); ok {
			if in.lockedByDefault(bucket.Resource) {
				bucket.fail("", "no default lock: AWS Config cannot deliver to a locked bucket", "one")
			}
			bucket.encryptsWithAuditKey()
			if l, ok := bucket.alongside(lifecycleType, "bucket"); ok {
				l.isAtLeast("rules[0].expiration.days", logDays)
			}
			in.bucketPolicies([]subject{bucket}, document.takesConfigOnly)
		}
	}
	for _, d := range in.auditKeyPolicies() {
		own := iameval.Context{"aws:SourceAccount": {in.Names.Account}}
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
			d.allows(service(configService).doing(action).on(d.arn()).with(action+" by AWS Config for this account", own))
		}
	}
}

// configRules are the managed rules that watch what the estate stands on, whoever
// made it (AWS Config Developer Guide, "List of AWS Config Managed Rules").
var configRules = []string{
	"CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "CMK_BACKING_KEY_ROTATION_ENABLED", "EC2_IMDSV2_CHECK", "ENCRYPTED_VOLUMES",
	"IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", "MULTI_REGION_CLOUD_TRAIL_ENABLED", "NO_UNRESTRICTED_ROUTE_TO_IGW",
	"S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "S3_BUCKET_SSL_REQUESTS_ONLY",
	"SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED", "SAGEMAKER_MODEL_ISOLATION_ENABLED",
	"SAGEMAKER_NOTEBOOK_INSTANCE_INSIDE_VPC", "SAGEMAKER_NOTEBOOK_INSTANCE_KMS_KEY_CONFIGURED",
	"SAGEMAKER_NOTEBOOK_INSTANCE_ROOT_ACCESS_CHECK", "SAGEMAKER_NOTEBOOK_NO_DIRECT_INTERNET_ACCESS", "VPC_FLOW_LOGS_ENABLED",
}

// hasConfigRules wants managed rules, by identifier.
func (in *inspection) hasConfigRules(identifiers ...string) {
	if !in.Has(graph.Audit) {
		return
	}
	there := map[any]bool{}
	for _, rule := range in.each("aws:cfg/rule:Rule") {
		if rule.Get("source.owner") == "AWS" {
			there[rule.Get("source.sourceIdentifier")] = true
		}
	}
	for _, identifier := range identifiers {
		if !there[identifier] {
			in.missing(graph.Audit, "the managed rule "+identifier)
		}
	}
}

func (d document) takesConfigOnly(bucket string) {
	account := d.in.Names.Account
	d.opensTo(configService)
	write := service(configService).doing("s3:PutObject").on(bucket+"/AWSLogs/"+account+"/Config/file").with("", throughTLS).
		with("AWS Config delivering", iameval.Context{"aws:SourceAccount": {account}, "s3:x-amz-acl": {"bucket-owner-full-control"}})
	d.allows(write)
	d.refusesInstead(write, "aws:SourceAccount", foreignAccount)
	d.refusesInstead(write, "s3:x-amz-acl", "public-read")
	d.refuses(write.on(bucket+"/file").with("AWS Config writing outside AWSLogs", nil))
	d.denies(write.with("AWS Config writing with a key of its own", iameval.Context{headerCaller: {"AES256"}}))
	for _, action := range []string{"s3:GetBucketAcl", "s3:ListBucket"} {
		check := write.doing(action).on(bucket).with(action+" by AWS Config", iameval.Context{"s3:x-amz-acl": nil})
		d.allows(check)
		d.refusesInstead(check, "aws:SourceAccount", foreignAccount)
	}
	d.isWrittenOnlyBy(configService, write)
	for _, who := range d.insiders() {
		d.denies(who.doing("s3:DeleteBucket").on(bucket).with("the deletion of the bucket by "+who.what, throughTLS))
	}
}
