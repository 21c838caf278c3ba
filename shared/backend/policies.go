package backend

import "github.com/ringfence/ringfence/shared/iampolicy"

// KeyPolicy is the policy of the key. Administrators of the account look after
// it and cannot use it; it is used by the roles of Users only, each of which
// needs a policy of its own that says so. The roles are named in a condition,
// because those of the workflows do not exist yet, and KMS refuses a principal
// that does not exist (AWS KMS Developer Guide, "Key policies").
func (b Backend) KeyPolicy() (string, error) {
	account := iampolicy.AWS(iampolicy.Strings(b.names.RootARN())[0])
	return iampolicy.Document{Statements: []iampolicy.Statement{
		{
			Sid: "AdministerThroughIAM", Effect: iampolicy.Allow, Principals: account,
			Actions: keyAdministration, Resources: iampolicy.Strings("*"), // in a key policy: this key
		},
		{
			Sid: "UsedByDeployersAndWorkflows", Effect: iampolicy.Allow, Principals: account,
			Actions:    []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{iampolicy.Is("ArnEquals", "aws:PrincipalArn", b.Users()...)},
		},
	}}.Constant()
}

// keyAdministration is all that administrators may do with the key: everything
// but use it or hand it on.
var keyAdministration = []string{
	"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
	"kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants",
	"kms:ListKeyPolicies", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:ScheduleKeyDeletion",
	"kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
}

// BucketPolicy is the policy of the state bucket: TLS, this account and the key
// with this ARN, or nothing. No version of a state is deleted before its time,
// and neither is the bucket; whoever must, changes this policy first.
func (b Backend) BucketPolicy(keyARN string) (string, error) {
	const encryption = "s3:x-amz-server-side-encryption"
	objects := b.names.BucketARN("state") + "/*"
	// Null "false" means present: what asks for no encryption gets the
	// bucket's own, which is this key.
	asked := iampolicy.Is("Null", encryption, "false")
	return iampolicy.Document{Statements: append(b.shut("state"),
		deny("DenyVersionDeletion", []string{"s3:DeleteObjectVersion"}, objects),
		deny("DenyOtherEncryption", []string{"s3:PutObject"}, objects, asked,
			iampolicy.Is("StringNotEquals", encryption, "aws:kms")),
		deny("DenyOtherKeys", []string{"s3:PutObject"}, objects, asked,
			iampolicy.Is("StringNotEquals", encryption+"-aws-kms-key-id", keyARN)),
	)}.Constant()
}

// LogBucketPolicy is the policy of the bucket of access logs, which S3 alone
// writes, and for the state bucket only (Amazon S3 User Guide, "Permissions for
// log delivery").
func (b Backend) LogBucketPolicy() (string, error) {
	const service = "logging.s3.amazonaws.com"
	objects := b.names.BucketARN("state-logs") + "/*"
	return iampolicy.Document{Statements: append(b.shut("state-logs"),
		deny("DenyVersionDeletion", []string{"s3:DeleteObjectVersion"}, objects),
		deny("DenyOtherWriters", []string{"s3:PutObject"}, objects,
			iampolicy.Is("StringNotEquals", "aws:PrincipalServiceName", service)),
		iampolicy.Statement{
			Sid: "AllowLogDelivery", Effect: iampolicy.Allow, Principals: iampolicy.Services(service),
			Actions: []string{"s3:PutObject"}, Resources: iampolicy.Strings(objects),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("ArnEquals", "aws:SourceArn", b.names.BucketARN("state")),
				iampolicy.Is("StringEquals", "aws:SourceAccount", b.names.Account),
			},
		},
	)}.Constant()
}

// shut is what both buckets deny, to everyone.
func (b Backend) shut(bucket string) []iampolicy.Statement {
	arn := b.names.BucketARN(bucket)
	all := []string{arn, arn + "/*"}
	return []iampolicy.Statement{
		denyAll("DenyPlainHTTP", all, iampolicy.Is("Bool", "aws:SecureTransport", "false")),
		denyAll("DenyOldTLS", all, iampolicy.Is("NumericLessThan", "s3:TlsVersion", "1.2")),
		denyAll("DenyForeignPrincipals", all,
			iampolicy.Is("StringNotEquals", "aws:PrincipalAccount", b.names.Account),
			iampolicy.Is("BoolIfExists", "aws:PrincipalIsAWSService", "false")),
		deny("DenyCustomerProvidedKeys", []string{"s3:PutObject"}, arn+"/*",
			iampolicy.Is("Null", "s3:x-amz-server-side-encryption-customer-algorithm", "false")),
		deny("DenyBucketDeletion", []string{"s3:DeleteBucket"}, arn),
	}
}

func denyAll(sid string, resources []string, conditions ...iampolicy.Condition) iampolicy.Statement {
	s := deny(sid, []string{"s3:*"}, "", conditions...)
	s.Resources = iampolicy.Strings(resources...)
	return s
}

// deny denies everyone, when all conditions hold.
func deny(sid string, actions []string, resource string, conditions ...iampolicy.Condition) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: sid, Effect: iampolicy.Deny, Principals: iampolicy.Everyone(),
		Actions: actions, Resources: iampolicy.Strings(resource), Conditions: conditions,
	}
}
