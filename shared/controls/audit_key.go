package controls

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// trailHasOwnKey wants the key of the audit stack, which is not the data key.
func trailHasOwnKey(in *inspection) {
	keys := in.required(graph.Audit, keyType)
	for _, t := range in.trails() {
		t.refersTo("kmsKeyId", "the key of the audit stack", resourcesOf(keys)...)
		if dataKey := in.Outputs[graph.Data]["dataKeyArn"]; !empty(dataKey) && t.Get("kmsKeyId") == dataKey {
			t.fail("kmsKeyId", "another key than the data key", show(dataKey))
		}
	}
	for _, bucket := range in.auditBuckets() {
		bucket.encryptsWithAuditKey()
	}
	for _, key := range keys {
		key.is("enableKeyRotation", true)
		key.want("rotationPeriodInDays", "a year at most", func(v any) bool { n, ok := number(v); return v == nil || ok && n <= rotationDays })
		key.want("isEnabled", "true", func(v any) bool { return v == nil || v == true })
	}
}

// auditKeyPolicies are the policies of the audit stack's keys that can be judged.
func (in *inspection) auditKeyPolicies() []document {
	return in.keyPolicies(in.required(graph.Audit, keyType))
}

// arn names the key of a key policy; which one it is does not matter to the
// policy, where a key is always "*".
func (d document) arn() string { return d.in.Names.ARN("kms", "key/"+d.subject.Name) }

// auditKeyIsNarrow asks the key's policy who encrypts and who decrypts.
func auditKeyIsNarrow(in *inspection) {
	n := in.Names
	for _, d := range in.auditKeyPolicies() {
		d.isClosed()
		d.opensTo(n.RootARN(), n.IAMARN("role/"+n.Of("auditor")), d.in.evidence(), n.IAMARN("role/"+n.Of("tampering")),
			cloudTrail, cloudWatch, eventBridge, configService, logService(n.Region))
		d.encryptsTrailOnly()
		d.encryptsEvidenceOnly()
		d.letsAuditorRead()
		d.servesThisAccountOnly()
		for _, action := range use {
			d.refuses(in.administrator().doing(action).on(d.arn()).with(action+" by an administrator of the account", nil))
			d.refuses(in.stranger().doing(action).on(d.arn()).with(action+" by another account", nil))
		}
	}
}

// encryptionContext is what CloudTrail encrypts a trail's files under (AWS
// CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail").
const encryptionContext = "kms:EncryptionContext:aws:cloudtrail:arn"

func (d document) encryptsTrailOnly() {
	own, other := d.in.trailARN(), d.in.Names.ARN("cloudtrail", "trail/other")
	encrypt := service(cloudTrail).doing("kms:GenerateDataKey").on(d.arn()).with("CloudTrail encrypting this trail",
		iameval.Context{"aws:SourceArn": {own}, encryptionContext: {own}, "aws:SourceAccount": {d.in.Names.Account}})
	describe := encrypt.doing("kms:DescribeKey").with("CloudTrail looking at the key", iameval.Context{encryptionContext: nil})
	d.allows(encrypt)
	d.allows(describe)
	d.refusesInstead(encrypt, "aws:SourceArn", other)
	d.refusesInstead(encrypt, encryptionContext, other)
	d.refusesInstead(describe, "aws:SourceArn", other)
	for _, action := range []string{"kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom"} {
		d.refuses(encrypt.doing(action).with(action+" by CloudTrail", nil))
	}
}

// letsAuditorRead wants the auditor, and none of the other roles that the policy
// names, to decrypt the trail's files, through S3 only.
func (d document) letsAuditorRead() {
	n := d.in.Names
	auditor := n.IAMARN("role/" + n.Of("auditor"))
	read := func(role string) probe {
		return probe{principal: iameval.RoleSession(role, "session"), action: "kms:Decrypt", resource: d.arn()}.
			with("reading the trail by "+role, iameval.Context{encryptionContext: {d.in.trailARN()}, "kms:ViaService": {n.ServiceHost("s3")}})
	}
	d.allows(read(auditor))
	d.refusesInstead(read(auditor), "kms:ViaService", n.ServiceHost("secretsmanager"))
	for _, action := range []string{"kms:CreateGrant", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"} {
		d.refuses(read(auditor).doing(action).with(action+" by the auditor", nil))
	}
	roles, _ := d.users()
	for _, role := range roles {
		if role != auditor {
			d.refuses(read(role))
		}
	}
	// The role is of this account anyway, so no verdict shows the difference.
	d.eachStatement(func(place string, s iameval.Statement) {
		reads := s.Principals != nil && slices.Contains(s.Principals.AWS, auditor) && hasCondition(s, "StringEquals", "kms:ViaService", n.ServiceHost("s3"))
		if reads && !hasCondition(s, "StringEquals", "kms:CallerAccount", n.Account) {
			d.fail(place+".Condition", "kms:CallerAccount equal to "+n.Account, show(s.Conditions))
		}
	})
}

// servesThisAccountOnly wants none of the services that the policy names to use
// the key on behalf of another account, or of one that they do not name.
func (d document) servesThisAccountOnly() {
	_, services := d.users()
	foreign := iameval.Context{
		"aws:SourceArn":                          {d.foreign("cloudtrail", "trail/other")},
		encryptionContext:                        {d.foreign("cloudtrail", "trail/other")},
		"kms:EncryptionContext:aws:logs:arn":     {d.foreign("logs", "log-group:/other")},
		"kms:EncryptionContext:aws:sns:topicArn": {d.foreign("sns", "other")},
	}
	for _, name := range services {
		for _, action := range use {
			p := service(name).doing(action).on(d.arn()).with(action+" by "+name, foreign)
			d.instead(p, "aws:SourceAccount", d.in.Names.Account, foreignAccount, d.refuses)
			d.refuses(service(name).doing(action).on(d.arn()).with(action+" by "+name+" for nobody in particular", nil))
		}
	}
}
