package access

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/iameval"
)

// place is the place of Pulumi's state as `ringfence bootstrap` sets it up.
type place struct {
	*verdicts
	backend.Backend
	bucket, logs, key access.Target
}

func newPlace(t *testing.T) *place {
	e := read(t, "../../stacks/environments", "dev")
	p := &place{
		verdicts: &verdicts{estate: e, denied: map[iameval.StatementRef]bool{}},
		Backend:  backend.Of(e.environment),
	}
	keyARN := e.names.ARN("kms", "key/state")
	p.bucket = p.target(iameval.BucketPolicy, "arn:aws:s3:::"+p.Bucket(), func() (string, error) { return p.BucketPolicy(keyARN) })
	p.logs = p.target(iameval.BucketPolicy, "arn:aws:s3:::"+p.LogBucket(), p.LogBucketPolicy)
	p.key = p.target(iameval.KeyPolicy, keyARN, p.KeyPolicy)
	return p
}

func (p *place) target(kind iameval.Kind, arn string, policy func() (string, error)) access.Target {
	p.t.Helper()
	text, err := policy()
	if err != nil {
		p.t.Fatal(err)
	}
	parsed, err := iameval.Parse(arn, kind, []byte(text))
	if err != nil {
		p.t.Fatal(err)
	}
	return access.Target{ARN: arn, Account: p.names.Account, Policy: parsed}
}

// object is something in a bucket.
func object(bucket access.Target, name string) access.Target {
	bucket.ARN += "/" + name
	return bucket
}

// The key and the bucket of the state, the roles' own policies and their boundary
// go together: this is who can do what with the state, and nobody else can
// (controls PIP-08, IAM-11).
func TestVerdictWhoReachesTheState(t *testing.T) {
	p := newPlace(t)
	const people, admin = "deployer", "administrator of this account"
	deploy := []string{"deploy-network", "deploy-security", "deploy-data", "deploy-audit"}
	look := append([]string{"preview", "drift"}, deploy...)
	const ofData = ".pulumi/stacks/ringfence-data/dev.json"
	withKey := access.Outside.With("", iameval.Context{"kms:ResourceAliases": {p.KeyAlias()}})
	tests := []struct {
		action string
		on     access.Target
		way    access.Way
		may    []string
	}{
		{"kms:Decrypt", p.key, withKey, append([]string{people}, look...)},
		{"kms:GenerateDataKey", p.key, withKey, append([]string{people}, deploy...)},
		{"kms:Encrypt", p.key, withKey, append([]string{people}, deploy...)},
		{"kms:CreateGrant", p.key, withKey, nil},
		{"kms:PutKeyPolicy", p.key, withKey, []string{people, admin}},
		{"kms:ScheduleKeyDeletion", p.key, withKey, []string{people, admin}},
		{"s3:ListBucket", p.bucket, access.Outside, append([]string{people, admin}, look...)},
		{"s3:GetObject", object(p.bucket, ofData), access.Outside, append([]string{people, admin}, look...)},
		{"s3:PutObject", object(p.bucket, ofData), access.Outside, []string{people, admin, "deploy-data"}},
		{"s3:DeleteObject", object(p.bucket, ofData), access.Outside, []string{people, admin, "deploy-data"}},
		{"s3:PutObject", object(p.bucket, ".pulumi/locks/organization/ringfence-data/dev/x.json"), access.Outside, []string{people, admin, "deploy-data"}},
		{"s3:PutObject", object(p.bucket, ".pulumi/meta.yaml"), access.Outside, []string{people, admin}},
		{"s3:DeleteObjectVersion", object(p.bucket, ofData), access.Outside, nil},
		{"s3:DeleteBucket", p.bucket, access.Outside, nil},
		{"s3:PutBucketPolicy", p.bucket, access.Outside, []string{people, admin}},
		{"s3:PutBucketVersioning", p.bucket, access.Outside, []string{people, admin}},
		{"s3:GetObject", object(p.logs, "state/x"), access.Outside, []string{people, admin}},
		{"s3:PutObject", object(p.logs, "state/x"), access.Outside, nil},
		{"s3:DeleteObjectVersion", object(p.logs, "state/x"), access.Outside, nil},
	}
	for _, tt := range tests {
		for _, c := range p.callers() {
			d := p.askOf(c, tt.way, tt.action, tt.on)
			if (d.Verdict == iameval.Allow) != slices.Contains(tt.may, c.Name) {
				t.Errorf("%s: %s on %s: %s; may: %v", c.Name, tt.action, tt.on.ARN, d, tt.may)
			}
		}
	}
}

// However much somebody is granted, these ways are shut; and no denial is dead.
func TestVerdictTheStateIsShutToOtherWays(t *testing.T) {
	p := newPlace(t)
	const encryption = "s3:x-amz-server-side-encryption"
	state, log := object(p.bucket, ".pulumi/stacks/ringfence-data/dev.json"), object(p.logs, "state/x")
	admin := p.model.Administrator()
	outside := access.Outside
	with := func(context iameval.Context) access.Way { return outside.With("", context) }
	for _, tt := range []struct {
		sid    string
		caller access.Caller
		action string
		on     access.Target
		way    access.Way
	}{
		{"DenyPlainHTTP", admin, "s3:GetObject", state, with(iameval.Context{"aws:SecureTransport": {"false"}})},
		{"DenyOldTLS", admin, "s3:GetObject", state, with(iameval.Context{"s3:TlsVersion": {"1.1"}})},
		{"DenyForeignPrincipals", p.model.Foreigner(), "s3:GetObject", state, outside},
		{"DenyCustomerProvidedKeys", admin, "s3:PutObject", state, with(iameval.Context{encryption + "-customer-algorithm": {"AES256"}})},
		{"DenyOtherEncryption", admin, "s3:PutObject", state, with(iameval.Context{encryption: {"AES256"}})},
		{"DenyOtherKeys", admin, "s3:PutObject", state, with(iameval.Context{encryption: {"aws:kms"}, encryption + "-aws-kms-key-id": {"arn:aws:kms:x:1:key/y"}})},
		{"DenyOtherKeys", admin, "s3:PutObject", state, with(iameval.Context{encryption: {"aws:kms"}})},
		{"DenyVersionDeletion", admin, "s3:DeleteObjectVersion", state, outside},
		{"DenyBucketDeletion", admin, "s3:DeleteBucket", p.bucket, outside},
		{"DenyOtherWriters", admin, "s3:PutObject", log, outside},
		{"DenyPlainHTTP", admin, "s3:GetObject", log, with(iameval.Context{"aws:SecureTransport": {"false"}})},
		{"DenyOldTLS", admin, "s3:GetObject", log, with(iameval.Context{"s3:TlsVersion": {"1.1"}})},
		{"DenyForeignPrincipals", p.model.Foreigner(), "s3:GetObject", log, outside},
		{"DenyCustomerProvidedKeys", admin, "s3:PutObject", log, with(iameval.Context{encryption + "-customer-algorithm": {"AES256"}})},
		{"DenyVersionDeletion", admin, "s3:DeleteObjectVersion", log, outside},
		{"DenyBucketDeletion", admin, "s3:DeleteBucket", p.logs, outside},
	} {
		d := p.askOf(tt.caller, tt.way, tt.action, tt.on)
		if !slices.Contains(deniedBy(d), tt.sid) {
			t.Errorf("%s on %s: %s, want a denial by %s", tt.action, tt.on.ARN, d, tt.sid)
		}
	}
	for _, target := range []access.Target{p.bucket, p.logs} {
		for _, s := range target.Policy.Document().Statements {
			fires := s.Effect == iameval.EffectAllow
			for ref := range p.denied {
				fires = fires || ref.Policy == target.ARN && ref.Statement == s.Sid
			}
			if !fires {
				t.Errorf("%s of %s never denies anything here", s.Sid, target.ARN)
			}
		}
	}
}

// S3 delivers the access logs of the state bucket, and of no other.
func TestVerdictOnlyTheStateBucketIsLoggedThere(t *testing.T) {
	p := newPlace(t)
	logging := access.Service("logging.s3.amazonaws.com")
	for source, want := range map[string]iameval.Verdict{p.bucket.ARN: iameval.Allow, "arn:aws:s3:::other": iameval.ImplicitDeny} {
		way := access.Outside.With("", iameval.Context{
			"aws:SourceArn": {source}, "aws:SourceAccount": {p.names.Account}, "aws:PrincipalIsAWSService": {"true"},
			"aws:PrincipalServiceName": {"logging.s3.amazonaws.com"},
		})
		if d := p.askOf(logging, way, "s3:PutObject", object(p.logs, "state/x")); d.Verdict != want {
			t.Errorf("from %s: %s, want %s", source, d, want)
		}
	}
}
