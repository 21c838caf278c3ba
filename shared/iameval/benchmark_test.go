package iameval

import (
	"os"
	"testing"
)

// BenchmarkEvaluate decides one object read of a workload role in the estate:
// two role policies, boundary, bucket policy and endpoint policy.
func BenchmarkEvaluate(b *testing.B) {
	q, e := workloadRead(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Evaluate(q, e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvaluateKnownKeys also checks each condition key.
func BenchmarkEvaluateKnownKeys(b *testing.B) {
	q, e := workloadRead(b)
	e.KnownKey = Keys("aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:RequestedRegion", "aws:ResourceAccount", "aws:SecureTransport", "aws:SourceVpce", "aws:ViaAWSService", "cloudwatch:namespace", "ec2:AuthorizedService", "ec2:Vpc", "iam:PermissionsBoundary", "s3:TlsVersion", "s3:prefix", "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption-customer-algorithm")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Evaluate(q, e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvaluateOneStatement is the smallest case.
func BenchmarkEvaluateOneStatement(b *testing.B) {
	p, err := Parse("own", IdentityPolicy, []byte(document(allowGet)))
	if err != nil {
		b.Fatal(err)
	}
	q := Request{Principal: User(ada), Action: "s3:GetObject", Resource: object, ResourceAccount: ownAccount}
	e := Environment{Identity: list(p)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Evaluate(q, e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse reads the estate's bucket policy.
func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile(dataPolicies + "bucketPolicy-data.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse("data", BucketPolicy, text); err != nil {
			b.Fatal(err)
		}
	}
}
