package iameval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The policies that the stacks write, as their golden files have them.
const (
	stackPolicies    = "../../stacks/"
	dataPolicies     = stackPolicies + "data/data/testdata/local/policies/"
	securityPolicies = stackPolicies + "security/security/testdata/local/policies/"
	networkPolicies  = stackPolicies + "network/network/testdata/local/policies/"
	auditPolicies    = stackPolicies + "audit/audit/testdata/local/policies/"
)

const (
	estateAccount = "123456789012"
	estateRegion  = "eu-central-1"
	estateBucket  = "arn:aws:s3:::ringfence-local-data-123456789012-eu-central-1"
	estateKey     = "arn:aws:kms:eu-central-1:123456789012:key/data"
	training      = "arn:aws:iam::123456789012:role/ringfence-local-churn-training"
	breakGlass    = "arn:aws:iam::123456789012:role/ringfence-local-break-glass"
)

func golden(t testing.TB, file string, kind Kind) *Policy {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(filepath.Base(file), ".json")
	_, name, _ = strings.Cut(name, "-")
	if kind == IdentityPolicy {
		// A role has policies of several stacks.
		name += " of " + strings.Split(strings.TrimPrefix(file, stackPolicies), "/")[0]
	}
	return parse(t, name, kind, string(text))
}

// TestVerdictEstateParses reads every policy of every stack, in all environments
// that golden files show.
func TestVerdictEstateParses(t *testing.T) {
	files, err := filepath.Glob(stackPolicies + "*/*/testdata/*/policies/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("only %d policies found under %s", len(files), stackPolicies)
	}
	for _, file := range files {
		golden(t, file, kindOf(t, filepath.Base(file)))
	}
}

func kindOf(t *testing.T, file string) Kind {
	if strings.HasSuffix(file, "-trust.json") {
		return TrustPolicy
	}
	prefix, _, _ := strings.Cut(file, "-")
	kind, ok := map[string]Kind{
		"bucketPolicy": BucketPolicy, "logResourcePolicy": ResourcePolicy, "queuePolicy": ResourcePolicy, "topicPolicy": ResourcePolicy, "key": KeyPolicy, "vpcEndpoint": EndpointPolicy,
		"rolePolicy": IdentityPolicy, "policy": IdentityPolicy,
	}[prefix]
	if !ok {
		t.Fatalf("%s: no policy type known for %s", file, prefix)
	}
	return kind
}

// workload is the environment of the training role at the data bucket.
func workload(t testing.TB) Environment {
	return Environment{
		Identity: []*Policy{golden(t, dataPolicies+"rolePolicy-churn-training.json", IdentityPolicy), golden(t, securityPolicies+"rolePolicy-churn-training.json", IdentityPolicy)},
		Boundary: golden(t, securityPolicies+"policy-boundary.json", PermissionsBoundary),
		Resource: golden(t, dataPolicies+"bucketPolicy-data.json", BucketPolicy),
		Endpoint: golden(t, networkPolicies+"vpcEndpoint-s3.json", EndpointPolicy),
	}
}

// through is the context of a call through the endpoint, over TLS; changes
// override it, and a nil value removes a key.
func through(changes Context) Context {
	c := Context{
		"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:SourceVpce": {"vpce-s3"}, "aws:ViaAWSService": {"false"},
		"aws:RequestedRegion": {estateRegion},
	}
	for key, values := range changes {
		c[key] = values
		if values == nil {
			delete(c, key)
		}
	}
	return c
}

func workloadRead(t testing.TB) (Request, Environment) {
	return Request{
		Principal: RoleSession(training, "job-1"), Action: "s3:GetObject", Resource: estateBucket + "/curated/churn/part-1.parquet",
		ResourceAccount: estateAccount, Context: through(nil),
	}, workload(t)
}

func TestVerdictEstateDataBucket(t *testing.T) {
	session, write := RoleSession(training, "job-1"), estateBucket+"/models/churn/model.tar.gz"
	encrypted := Context{"s3:x-amz-server-side-encryption": {"aws:kms"}, "s3:x-amz-server-side-encryption-aws-kms-key-id": {estateKey}}
	and := func(changes Context) Context {
		c := through(encrypted)
		for key, values := range through(changes) {
			c[key] = values
		}
		for key, values := range changes {
			if values == nil {
				delete(c, key)
			}
		}
		return c
	}
	for _, c := range []struct {
		name      string
		principal Principal
		action    string
		resource  string
		context   Context
		change    func(*Environment)
		want      string
	}{
		{"read", session, "s3:GetObject", estateBucket + "/curated/churn/x", through(nil), nil, "allow by statement ReadOwnPrefixes of identity policy churn-training of data"},
		{"write with the bucket's key", session, "s3:PutObject", write, and(nil), nil, "allow by statement WriteOwnPrefixes of identity policy churn-training of data"},
		{"write with the default encryption", session, "s3:PutObject", write, through(nil), nil, "allow by statement WriteOwnPrefixes of identity policy churn-training of data"},
		{"list its prefix", session, "s3:ListBucket", estateBucket, through(Context{"s3:prefix": {"curated/churn/2026/"}}), nil, "allow by statement ListOwnPrefixes of identity policy churn-training of data"},
		{"list everything", session, "s3:ListBucket", estateBucket, through(Context{"s3:prefix": {""}}), nil, "implicit deny: no allow in identity policy churn-training of data, churn-training of security"},
		{"read another's prefix", session, "s3:GetObject", estateBucket + "/raw/crm/x", through(nil), nil, "implicit deny: no allow in identity policy churn-training of data, churn-training of security"},
		{"write where it only reads", session, "s3:PutObject", estateBucket + "/curated/churn/x", and(nil), nil, "implicit deny: no allow in identity policy churn-training of data, churn-training of security"},
		{"plain HTTP", session, "s3:GetObject", estateBucket + "/curated/churn/x", through(Context{"aws:SecureTransport": {"false"}, "s3:TlsVersion": nil}), nil, "explicit deny by statement DenyPlainHTTP of bucket policy data"},
		{"old TLS", session, "s3:GetObject", estateBucket + "/curated/churn/x", through(Context{"s3:TlsVersion": {"1.1"}}), nil, "explicit deny by statement DenyOldTLS of bucket policy data"},
		{"wrong key", session, "s3:PutObject", write, and(Context{"s3:x-amz-server-side-encryption-aws-kms-key-id": {"arn:aws:kms:eu-central-1:123456789012:key/other"}}), nil, "explicit deny by statement DenyOtherKeys of bucket policy data"},
		{"S3's own key", session, "s3:PutObject", write, through(Context{"s3:x-amz-server-side-encryption": {"AES256"}}), nil, "explicit deny by statement DenyOtherEncryption of bucket policy data and statement DenyOtherKeys of bucket policy data"},
		{"SSE-C", session, "s3:PutObject", write, and(Context{"s3:x-amz-server-side-encryption-customer-algorithm": {"AES256"}}), nil, "explicit deny by statement DenyCustomerProvidedKeys of bucket policy data"},
		{"outside the endpoint", session, "s3:GetObject", estateBucket + "/curated/churn/x", through(Context{"aws:SourceVpce": nil}), func(e *Environment) { e.Endpoint = nil }, "explicit deny by statement DenyObjectsOutsideEndpoint of bucket policy data"},
		{"another endpoint", session, "s3:GetObject", estateBucket + "/curated/churn/x", through(Context{"aws:SourceVpce": {"vpce-other"}}), func(e *Environment) { e.Endpoint = nil }, "explicit deny by statement DenyObjectsOutsideEndpoint of bucket policy data"},
		{"foreign account", Role("arn:aws:iam::999999999999:role/stranger"), "s3:GetObject", estateBucket + "/curated/churn/x", through(nil), func(e *Environment) { e.Boundary = nil }, "explicit deny by statement DenyForeignPrincipals of bucket policy data"},
		{"anonymous", Anonymous(), "s3:GetObject", estateBucket + "/curated/churn/x", through(nil), func(e *Environment) { e.Identity, e.Boundary = nil, nil }, "explicit deny by statement DenyForeignPrincipals of bucket policy data"},
		{"another region", session, "s3:GetObject", estateBucket + "/curated/churn/x", through(Context{"aws:RequestedRegion": {"us-east-1"}}), nil, "explicit deny by statement DenyOtherRegions of permissions boundary boundary"},
		{"delete the bucket", session, "s3:DeleteBucket", estateBucket, through(nil), nil, "explicit deny by statement DenyBucketDeletion of bucket policy data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := workload(t)
			if c.change != nil {
				c.change(&e)
			}
			decides(t, Request{Principal: c.principal, Action: c.action, Resource: c.resource, ResourceAccount: estateAccount, Context: c.context}, e, c.want)
		})
	}
}

func decides(t *testing.T, q Request, e Environment, want string) {
	t.Helper()
	d, err := Evaluate(q, e)
	if err != nil {
		t.Fatal(err)
	}
	if d.String() != want {
		t.Errorf("got  %s\nwant %s", d, want)
	}
}

// TestVerdictEstateDataKey: reading and writing the bucket takes the key too, and
// only through S3.
func TestVerdictEstateDataKey(t *testing.T) {
	e := workload(t)
	e.Resource, e.Endpoint = golden(t, dataPolicies+"key-data.json", KeyPolicy), nil
	call := func(p Principal, action, via string) Request {
		c := Context{"aws:RequestedRegion": {estateRegion}}
		if via != "" {
			c["kms:ViaService"] = []string{via}
		}
		return Request{Principal: p, Action: action, Resource: estateKey, Context: c}
	}
	session := RoleSession(training, "job-1")
	decides(t, call(session, "kms:Decrypt", "s3.eu-central-1.amazonaws.com"), e, "allow by statement UseThroughS3 of key policy data")
	decides(t, call(session, "kms:GenerateDataKey", "s3.eu-central-1.amazonaws.com"), e, "allow by statement UseThroughS3 of key policy data")
	decides(t, call(session, "kms:Decrypt", ""), e, "implicit deny: no allow in key policy data and identity policy churn-training of data, churn-training of security")
	decides(t, call(session, "kms:ScheduleKeyDeletion", ""), e, "explicit deny by statement DenyBlindingAudit of permissions boundary boundary")
	e.Identity = []*Policy{parse(t, "admin", IdentityPolicy, document(everything))}
	decides(t, call(Role(breakGlass), "kms:PutKeyPolicy", ""), e, "allow by statement All of identity policy admin and statement AdministerThroughIAM of key policy data")
	decides(t, call(Role(breakGlass), "kms:ScheduleKeyDeletion", ""), e, "explicit deny by statement DenyBlindingAudit of permissions boundary boundary")
	decides(t, call(Role(breakGlass), "kms:Decrypt", "s3.eu-central-1.amazonaws.com"), e, "implicit deny: no allow in key policy data")
}

// TestVerdictEstateTrustAndAudit: who gets into a role, and CloudTrail's delivery.
func TestVerdictEstateTrustAndAudit(t *testing.T) {
	trust := Environment{Resource: golden(t, securityPolicies+"role-churn-training-trust.json", TrustPolicy)}
	get := Request{Principal: Service("sagemaker.amazonaws.com"), Action: "sts:AssumeRole", Resource: training, Context: Context{"aws:SourceAccount": {estateAccount}}}
	decides(t, get, trust, "allow by statement AssumedByService of trust policy churn-training-trust")
	get.Context = Context{"aws:SourceAccount": {"999999999999"}}
	decides(t, get, trust, "implicit deny: no allow in trust policy churn-training-trust")

	bucket := Environment{Resource: golden(t, auditPolicies+"bucketPolicy-audit.json", BucketPolicy)}
	deliver := Request{
		Principal: Service("cloudtrail.amazonaws.com"), Action: "s3:PutObject", ResourceAccount: estateAccount,
		Resource: "arn:aws:s3:::ringfence-local-audit-123456789012-eu-central-1/AWSLogs/123456789012/CloudTrail/x.json.gz",
		Context: Context{
			"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "s3:x-amz-acl": {"bucket-owner-full-control"},
			"aws:SourceArn":                   {"arn:aws:cloudtrail:eu-central-1:123456789012:trail/ringfence-local-trail"},
			"s3:x-amz-server-side-encryption": {"aws:kms"}, "s3:x-amz-server-side-encryption-aws-kms-key-id": {"arn:aws:kms:eu-central-1:123456789012:key/audit"},
		},
	}
	decides(t, deliver, bucket, "allow by statement LetCloudTrailWrite of bucket policy audit")
	deliver.Principal = Service("logging.s3.amazonaws.com")
	decides(t, deliver, bucket, "explicit deny by statement DenyOtherWriters of bucket policy audit")
}
