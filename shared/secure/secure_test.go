package secure

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// The components' checks are the last line: what no type can refuse, they do.

func TestUnitKeyRefusesMixedDuties(t *testing.T) {
	use := iampolicy.Statement{
		Sid:        "Use",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.AWS(pulumi.String("arn:aws:iam::1:role/r")),
		Actions:    []string{"kms:Decrypt"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "kms:ViaService", "s3.eu-central-1.amazonaws.com")},
	}
	tests := []struct {
		name   string
		change func(*iampolicy.Statement)
		want   string
	}{
		{"as it should be", func(*iampolicy.Statement) {}, ""},
		{"user who administers", func(s *iampolicy.Statement) { s.Actions = []string{"kms:PutKeyPolicy"} }, "kms:PutKeyPolicy is not a use of a key"},
		{"user who deletes", func(s *iampolicy.Statement) { s.Actions = []string{"kms:ScheduleKeyDeletion"} }, "is not a use of a key"},
		{"wildcard", func(s *iampolicy.Statement) { s.Actions = []string{"kms:*"} }, "kms:* is not a use of a key"},
		{"grants to anyone", func(s *iampolicy.Statement) { s.Actions = []string{"kms:CreateGrant"} }, "kms:GrantIsForAWSResource"},
		{"without condition", func(s *iampolicy.Statement) { s.Conditions = nil }, "needs a condition"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := use
			tt.change(&s)
			expect(t, KeyArgs{Name: "k", Uses: []iampolicy.Statement{s}}.check(), tt.want)
		})
	}
}

func TestUnitKeyAdministratorsCannotUseTheKey(t *testing.T) {
	for _, action := range keyAdministration {
		for _, use := range []string{"Encrypt", "Decrypt", "GenerateDataKey", "ReEncrypt", "CreateGrant", "*"} {
			if strings.Contains(action, use) {
				t.Errorf("key administrators may %s (control DAT-05)", action)
			}
		}
	}
}

func TestUnitBucketRefusesInsecureForms(t *testing.T) {
	tests := []struct {
		name   string
		change func(*BucketArgs)
		want   string
	}{
		{"as it should be", func(*BucketArgs) {}, ""},
		{"no key", func(a *BucketArgs) { a.Key = nil }, "customer-managed key (control DAT-08)"},
		{"no access logs", func(a *BucketArgs) { a.AccessLogs = nil }, "access logs (control DAT-20)"},
		{"anyone may delete it", func(a *BucketArgs) { a.BreakGlassARN = nil }, "break-glass"},
		{"a name that S3 refuses", func(a *BucketArgs) {
			a.Names = names.New("one-of-the-longer-stack-names", "123456789012", "ap-southeast-1")
		}, "S3 allows 63"},
		{"no recovery", func(a *BucketArgs) { a.NoncurrentDays = 0 }, "can be recovered"},
		{"lock without days", func(a *BucketArgs) { a.LockMode = "COMPLIANCE" }, "needs a number of days"},
		{"annex without another writer", func(a *BucketArgs) { a.Annex = &Annex{Prefix: "evidence/", WriterARN: pulumi.String("arn")} }, "an annex needs an OnlyWriter"},
		{"annex of nobody", func(a *BucketArgs) { a.OnlyWriter, a.Annex = "x.amazonaws.com", &Annex{Prefix: "evidence/"} }, "an annex needs"},
		{"annex of half a name", func(a *BucketArgs) {
			a.OnlyWriter, a.Annex = "x.amazonaws.com", &Annex{Prefix: "evidence", WriterARN: pulumi.String("arn")}
		}, "ends with a slash"},
		{"expires while locked", func(a *BucketArgs) { a.LockMode, a.LockDays, a.ExpireDays = "COMPLIANCE", 365, 30 }, "locked for 365"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := BucketArgs{
				Name:           "b",
				Key:            &Key{},
				AccessLogs:     pulumi.String("logs"),
				BreakGlassARN:  pulumi.String("arn:aws:iam::1:role/break-glass"),
				NoncurrentDays: 30,
			}
			tt.change(&args)
			expect(t, args.check(), tt.want)
		})
	}
}

func TestUnitLogGroupRefusesShortRetention(t *testing.T) {
	_, err := NewLogGroup(nil, LogGroupArgs{Name: "g", Days: 30})
	expect(t, err, "below 365 (controls NET-10, AUD-14)")
}

func TestUnitLogGroupUseNamesEveryGroup(t *testing.T) {
	n := names.New("dev", "123456789012", "eu-central-1")
	condition := LogGroupUse(n, "trail", "other").Conditions[0]
	want := iampolicy.Strings(n.LogGroupARN("trail"), n.LogGroupARN("other"))
	if condition.Key != "kms:EncryptionContext:aws:logs:arn" || !slices.Equal(condition.Values, want) {
		t.Errorf("CloudWatch Logs may use the key for %v, want %v", condition.Values, want)
	}
}

func TestUnitServiceTrustAlwaysNamesTheAccount(t *testing.T) {
	n := names.New("dev", "123456789012", "eu-central-1")
	for _, source := range []string{"", "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*"} {
		for _, s := range ServiceTrust(n, "x.amazonaws.com", source).Statements {
			if !has(s.Conditions, "aws:SourceAccount") {
				t.Errorf("trust for source %q has no aws:SourceAccount (control IAM-07)", source)
			}
		}
	}
}

func expect(t *testing.T, err error, want string) {
	t.Helper()
	if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error with %q", err, want)
	}
}
