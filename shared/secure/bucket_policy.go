package secure

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// The headers with which a writer asks for an encryption other than the default.
const (
	encryption    = "s3:x-amz-server-side-encryption"
	encryptionKey = "s3:x-amz-server-side-encryption-aws-kms-key-id"
)

// policy is the bucket policy: what every bucket of the estate denies, and
// then what this one adds.
//
// The denials name everyone, so each leaves room for those that must pass: a
// request that an AWS service makes on its own behalf carries no account.
// Condition values are fixed, never patterns, or Security Hub takes the bucket
// for public (S3.2, S3.3). The bucket is named by its ARN by convention, so
// that the policy can be judged before the bucket is there.
func (a BucketArgs) policy() iampolicy.Document {
	arn := pulumi.String(a.Names.BucketARN(a.Name)).ToStringOutput()
	all := pulumi.StringArray{arn, pulumi.Sprintf("%s/*", arn)}
	objects := pulumi.StringArray{pulumi.Sprintf("%s/*", arn)}
	statements := []iampolicy.Statement{
		deny("DenyPlainHTTP", []string{"s3:*"}, all,
			iampolicy.Is("Bool", "aws:SecureTransport", "false")),
		deny("DenyOldTLS", []string{"s3:*"}, all,
			iampolicy.Is("NumericLessThan", "s3:TlsVersion", "1.2")),
		deny("DenyForeignPrincipals", []string{"s3:*"}, all,
			iampolicy.Is("StringNotEquals", "aws:PrincipalAccount", a.Names.Account),
			iampolicy.Is("BoolIfExists", "aws:PrincipalIsAWSService", "false")),
		deny("DenyCustomerProvidedKeys", []string{"s3:PutObject"}, objects,
			iampolicy.Is("Null", "s3:x-amz-server-side-encryption-customer-algorithm", "false")),
		deny("DenyBucketDeletion", []string{"s3:DeleteBucket"}, pulumi.StringArray{arn},
			iampolicy.When("ArnNotEquals", "aws:PrincipalArn", a.BreakGlassARN)),
	}
	if a.OnlyWriter != "" {
		statements = append(statements, a.writers(arn)...)
	} else {
		// Null "false" means present: a request without the header gets the
		// bucket's default, which is this key. IfExists would not do: a negated
		// operator holds when the key is absent, with or without it (IAM User
		// Guide, "IfExists condition operators"). A request for aws:kms that names
		// no key would get the account's own key of S3, not the default, so the key
		// is asked for whenever the header is there (Amazon S3 API Reference,
		// PutObject).
		statements = append(statements,
			deny("DenyOtherEncryption", []string{"s3:PutObject"}, objects,
				iampolicy.Is("Null", encryption, "false"),
				iampolicy.Is("StringNotEquals", encryption, "aws:kms")),
			deny("DenyOtherKeys", []string{"s3:PutObject"}, objects,
				iampolicy.Is("Null", encryption, "false"),
				iampolicy.When("StringNotEquals", encryptionKey, a.Key.ARN)))
	}
	if a.Statements != nil {
		statements = append(statements, a.Statements(arn)...)
	}
	return iampolicy.Document{Statements: statements}
}

// writers leaves the bucket to its one writer, and its annex to the role that adds
// to it. An object of the annex names the bucket's key, whatever the default is. It
// must not be there yet: with If-None-Match, S3 refuses to put another version over
// it. A multipart upload begins without that header, so the denial ends it too
// (Amazon S3 User Guide, "Enforce conditional writes on Amazon S3 buckets").
func (a BucketArgs) writers(arn pulumi.StringOutput) []iampolicy.Statement {
	put := []string{"s3:PutObject"}
	others := deny("DenyOtherWriters", put, pulumi.StringArray{pulumi.Sprintf("%s/*", arn)},
		iampolicy.Is("StringNotEquals", "aws:PrincipalServiceName", a.OnlyWriter))
	if a.Annex == nil {
		return []iampolicy.Statement{others}
	}
	annex := pulumi.StringArray{pulumi.Sprintf("%s/%s*", arn, a.Annex.Prefix)}
	others.Resources, others.NotResources = nil, annex
	return []iampolicy.Statement{
		others,
		deny("DenyOtherWritersOfAnnex", put, annex, iampolicy.When("ArnNotEquals", "aws:PrincipalArn", a.Annex.WriterARN)),
		deny("DenyReplacingInAnnex", put, annex, iampolicy.Is("Null", "s3:if-none-match", "true")),
		deny("DenyOtherKeysInAnnex", put, annex, iampolicy.When("StringNotEquals", encryptionKey, a.Key.ARN)),
	}
}

// deny denies everyone, when all conditions hold.
func deny(sid string, actions []string, resources pulumi.StringArray, conditions ...iampolicy.Condition) iampolicy.Statement {
	return iampolicy.Statement{
		Sid:        sid,
		Effect:     iampolicy.Deny,
		Principals: iampolicy.Everyone(),
		Actions:    actions,
		Resources:  resources,
		Conditions: conditions,
	}
}
