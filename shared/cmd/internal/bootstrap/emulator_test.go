package bootstrap_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ringfence/ringfence/shared/cmd/internal/bootstrap"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulatedaccount"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/sandbox"
)

// place is a backend in an account of its own.
type place struct {
	*bootstrap.Store
	t       *testing.T
	account *emulatedaccount.Account
	env     *config.Environment
	s3      *s3.Client
	kms     *kms.Client
}

func newPlace(t *testing.T) *place {
	account := emulatedaccount.New(t)
	p := &place{t: t, account: account, env: &config.Environment{
		Name: "dev", Target: config.AWS, AccountID: account.ID, Region: "eu-west-3", Owner: "platform",
		Access: config.Access{Deployers: []string{"arn:aws:iam::" + account.ID + ":role/deployer"}},
	}}
	cfg := account.Config(p.env.Region)
	p.s3 = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	p.kms = kms.NewFromConfig(cfg)
	p.Store = bootstrap.Open(p.env, cfg)
	return p
}

// make runs as a process of its own would, and returns one line per setting.
func (p *place) make() []string {
	p.t.Helper()
	p.Store = bootstrap.Open(p.env, p.account.Config(p.env.Region))
	var lines []string
	err := p.Make(p.t.Context(), func(s bootstrap.Step) { lines = append(lines, p.line(s)) })
	if err != nil {
		p.t.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
	}
	return lines
}

func (p *place) line(s bootstrap.Step) string {
	line := fmt.Sprintf("%s %s: %s", s.Of, s.What, s.Outcome)
	if s.Found != "" {
		line += " (" + s.Found + ")"
	}
	return strings.ReplaceAll(line, p.account.ID, "ACCOUNT")
}

// others are the lines that do not end as given.
func others(lines []string, end bootstrap.Outcome) string {
	var out []string
	for _, line := range lines {
		if !strings.HasSuffix(line, ": "+string(end)) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func TestEmulatorBootstrapMakesEverythingOnce(t *testing.T) {
	p := newPlace(t)
	steps, err := p.Check(t.Context())
	for _, s := range steps {
		if s.Outcome != bootstrap.Missing {
			t.Errorf("before anything is there: %+v", s)
		}
	}
	if changes := p.account.Changes("/ringfence-"); err != nil || len(changes) > 0 {
		t.Errorf("looking asks for %v: %v", changes, err)
	}
	made := p.make()
	golden.Check(t, "testdata/made.txt", []byte(strings.Join(made, "\n")+"\n"))
	p.account.Changes("/")
	if got := others(p.make(), bootstrap.Right); got != "" {
		t.Errorf("the second run finds\n%s", got)
	}
	if changes := p.account.Changes("/ringfence-"); len(changes) > 0 {
		t.Errorf("the second run asks for %v", changes)
	}
	steps, err = bootstrap.Open(p.env, p.account.Config(p.env.Region)).Check(t.Context())
	if err != nil || len(steps) != len(made) {
		t.Fatalf("%d settings, want %d: %v", len(steps), len(made), err)
	}
	for _, s := range steps {
		if s.Outcome != bootstrap.Right {
			t.Errorf("the check finds %+v", s)
		}
	}
}

// What this package says of its work is not believed: every setting is read
// back through the API.
func TestEmulatorBootstrapLeavesWhatItSays(t *testing.T) {
	p := newPlace(t)
	p.make()
	ctx := t.Context()
	key, err := p.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("alias/ringfence-dev-state")})
	p.must(err)
	rotation, err := p.kms.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: key.KeyMetadata.KeyId})
	p.must(err)
	policy, err := p.kms.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: key.KeyMetadata.KeyId, PolicyName: aws.String("default")})
	p.must(err)
	if !rotation.KeyRotationEnabled || !strings.Contains(*policy.Policy, "role/ringfence-dev-deploy-network") {
		t.Errorf("key: rotates %t, policy %s", rotation.KeyRotationEnabled, *policy.Policy)
	}
	for _, b := range []struct{ name, algorithm, key, logs string }{
		{p.Bucket(), "aws:kms", *key.KeyMetadata.Arn, p.LogBucket()}, {p.LogBucket(), "AES256", "", ""},
	} {
		versioning, err := p.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &b.name})
		p.must(err)
		encryption, err := p.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &b.name})
		p.must(err)
		block, err := p.s3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &b.name})
		p.must(err)
		owner, err := p.s3.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &b.name})
		p.must(err)
		lifecycle, err := p.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &b.name})
		p.must(err)
		logging, err := p.s3.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &b.name})
		p.must(err)
		policy, err := p.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &b.name})
		p.must(err)
		by := encryption.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault
		target := ""
		if logging.LoggingEnabled != nil {
			target = *logging.LoggingEnabled.TargetBucket
		}
		c := block.PublicAccessBlockConfiguration
		switch {
		case versioning.Status != types.BucketVersioningStatusEnabled,
			string(by.SSEAlgorithm) != b.algorithm, aws.ToString(by.KMSMasterKeyID) != b.key,
			!*c.BlockPublicAcls, !*c.BlockPublicPolicy, !*c.IgnorePublicAcls, !*c.RestrictPublicBuckets,
			owner.OwnershipControls.Rules[0].ObjectOwnership != types.ObjectOwnershipBucketOwnerEnforced,
			*lifecycle.Rules[0].NoncurrentVersionExpiration.NoncurrentDays < 30,
			target != b.logs,
			!strings.Contains(*policy.Policy, "DenyPlainHTTP"), !strings.Contains(*policy.Policy, "DenyVersionDeletion"):
			t.Errorf("bucket %s: %+v %+v %+v %+v %s %s", b.name, versioning, by, c, owner.OwnershipControls, target, *policy.Policy)
		}
	}
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// Whatever somebody has changed is said and put right, and nothing else.
func TestEmulatorBootstrapPutsRightWhatDrifted(t *testing.T) {
	p := newPlace(t)
	p.make()
	state, logs := aws.String(p.Bucket()), aws.String(p.LogBucket())
	drifts := []struct {
		name  string
		drift func(context.Context) error
		want  string
	}{
		{"versioning suspended", func(ctx context.Context) error {
			_, err := p.s3.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: state,
				VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
			return err
		}, "keeps every version: put right (versioning is Suspended)"},
		{"public access block removed", func(ctx context.Context) error {
			_, err := p.s3.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: state})
			return err
		}, "blocks public access: put right (nothing blocks it)"},
		{"public access half open", func(ctx context.Context) error {
			_, err := p.s3.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: logs,
				PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true)}})
			return err
		}, "blocks public access: put right (only a part is blocked)"},
		{"policy gone", func(ctx context.Context) error {
			_, err := p.s3.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: state})
			return err
		}, "has its policy: put right (it has none)"},
		{"policy opened", func(ctx context.Context) error {
			_, err := p.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: logs, Policy: aws.String(
				`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`)})
			return err
		}, "lacks DenyPlainHTTP, lacks DenyVersionDeletion, also has statement 1)"},
		{"encrypted by S3", func(ctx context.Context) error {
			_, err := p.s3.DeleteBucketEncryption(ctx, &s3.DeleteBucketEncryptionInput{Bucket: state})
			return err
		}, "is encrypted with the key: put right"},
		{"access lists", func(ctx context.Context) error {
			_, err := p.s3.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{Bucket: state,
				OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipObjectWriter}}}})
			return err
		}, "has no access lists: put right (ownership is [ObjectWriter])"},
		{"logging off", func(ctx context.Context) error {
			_, err := p.s3.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{Bucket: state, BucketLoggingStatus: &types.BucketLoggingStatus{}})
			return err
		}, "logs every request: put right (logging is off)"},
		{"states expire", func(ctx context.Context) error {
			_, err := p.s3.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: state,
				LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
					Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")},
					Expiration: &types.LifecycleExpiration{Days: aws.Int32(1)},
				}}}})
			return err
		}, "keeps old versions for 365 days: put right (Enabled, old versions 0 days, objects 1 days (0: kept))"},
		{"rotation off", func(ctx context.Context) error {
			_, err := p.kms.DisableKeyRotation(ctx, &kms.DisableKeyRotationInput{KeyId: p.keyID()})
			return err
		}, "rotates every year: put right (rotation is off)"},
		{"key opened", func(ctx context.Context) error {
			_, err := p.kms.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{KeyId: p.keyID(), PolicyName: aws.String("default"), Policy: aws.String(
				`{"Version":"2012-10-17","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}`)})
			return err
		}, "is used by deployers and workflows alone: put right (lacks AdministerThroughIAM"},
		{"a tag changed", func(ctx context.Context) error {
			_, err := p.kms.TagResource(ctx, &kms.TagResourceInput{KeyId: p.keyID(),
				Tags: []kmstypes.Tag{{TagKey: aws.String("Owner"), TagValue: aws.String("eve")}}})
			return err
		}, `has its tags: put right (tag Owner is "eve")`},
	}
	for _, d := range drifts {
		t.Run(d.name, func(t *testing.T) {
			p.must(d.drift(t.Context()))
			got := others(p.make(), bootstrap.Right)
			if !strings.Contains(got, d.want) || strings.Count(got, "\n") > 0 {
				t.Errorf("found\n%s\nwant one line with\n%s", got, d.want)
			}
		})
	}
	if got := others(p.make(), bootstrap.Right); got != "" {
		t.Errorf("in the end:\n%s", got)
	}
}

func (p *place) keyID() *string {
	p.t.Helper()
	out, err := p.kms.DescribeKey(p.t.Context(), &kms.DescribeKeyInput{KeyId: aws.String(p.KeyAlias())})
	p.must(err)
	return out.KeyMetadata.KeyId
}

// A run that broke off is carried on: what it made is taken up, not made twice.
func TestEmulatorBootstrapGoesOnWhereItStopped(t *testing.T) {
	p := newPlace(t)
	broken := errors.New("the power is out")
	for stop := 1; stop <= 4; stop++ {
		func() {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			count := 0
			_ = bootstrap.Open(p.env, p.account.Config(p.env.Region)).Make(ctx, func(bootstrap.Step) {
				if count++; count == stop*5 {
					cancel(broken)
				}
			})
		}()
	}
	// As when the key was made and its name was not.
	p.must(second(p.kms.DeleteAlias(t.Context(), &kms.DeleteAliasInput{AliasName: aws.String(p.KeyAlias())})))
	p.make()
	if got := others(p.make(), bootstrap.Right); got != "" {
		t.Errorf("in the end:\n%s", got)
	}
	keys, err := p.kms.ListKeys(t.Context(), &kms.ListKeysInput{})
	p.must(err)
	if len(keys.Keys) != 1 {
		t.Errorf("there are %d keys, want one", len(keys.Keys))
	}
}

func second[T any](_ T, err error) error { return err }

// A key that somebody wants gone is not replaced behind their back.
func TestEmulatorBootstrapStopsAtAKeyThatIsToGo(t *testing.T) {
	p := newPlace(t)
	p.make()
	p.must(second(p.kms.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: p.keyID(), PendingWindowInDays: aws.Int32(7)})))
	err := bootstrap.Open(p.env, p.account.Config(p.env.Region)).Make(t.Context(), func(bootstrap.Step) {})
	if err == nil || !strings.Contains(err.Error(), "aws kms cancel-key-deletion") {
		t.Errorf("got %v", err)
	}
}

// In a sandbox it makes the integration role as well, once, and puts right what
// somebody has opened.
func TestEmulatorBootstrapMakesTheSandbox(t *testing.T) {
	p := newPlace(t)
	p.env.Name, p.env.Lifecycle = "sandbox", config.Ephemeral
	p.env.GitHub = config.GitHub{Repository: "acme/ringfence", Integration: true}
	made := p.make()
	golden.Check(t, "testdata/sandbox.txt", []byte(strings.Join(made, "\n")+"\n"))
	p.account.Changes("/")
	if got := others(p.make(), bootstrap.Right); got != "" {
		t.Errorf("the second run finds\n%s", got)
	}
	box := sandbox.Of(p.env)
	client, role := iam.NewFromConfig(p.account.Config(p.env.Region)), aws.String(box.Role())
	boundary := aws.String(box.RoleBoundaryARN())
	const open = `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`
	for _, d := range []struct {
		name  string
		drift func() error
		want  string
	}{
		{"its boundary is opened", func() error {
			for range 4 { // now IAM keeps no more
				_, err := client.CreatePolicyVersion(t.Context(), &iam.CreatePolicyVersionInput{PolicyArn: boundary, PolicyDocument: aws.String(open), SetAsDefault: true})
				p.must(err)
			}
			return nil
		}, "ringfence-sandbox-integration-boundary says what it must: put right (lacks Ceiling"},
		{"its boundary is taken off", func() error {
			return second(client.DeleteRolePermissionsBoundary(t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: role}))
		}, "is under its boundary: put right (none)"},
		{"its sessions get longer", func() error {
			return second(client.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: role, MaxSessionDuration: aws.Int32(12 * 60 * 60)}))
		}, "has sessions of 1h0m0s: put right (12h0m0s)"},
		{"it loses a tag", func() error {
			return second(client.UntagRole(t.Context(), &iam.UntagRoleInput{RoleName: role, TagKeys: []string{"ManagedBy"}}))
		}, "has its tags: put right ("},
		{"it gets more", func() error {
			return second(client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("more"), PolicyDocument: aws.String(open)}))
		}, "has its policies and no others: put right (also has more)"},
		{"it gets the boundary as a grant", func() error {
			return second(client.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: boundary}))
		}, "has its policies and no others: put right (also has arn:"},
		{"anybody is trusted", func() error {
			return second(client.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(
				`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)}))
		}, "trusts the night and the janitor alone: put right (lacks AssumedByNightAndJanitor, also has statement 1)"},
	} {
		t.Run(d.name, func(t *testing.T) {
			p.must(d.drift())
			if got := others(p.make(), bootstrap.Right); !strings.Contains(got, d.want) || strings.Count(got, "\n") > 0 {
				t.Errorf("found\n%s\nwant one line with\n%s", got, d.want)
			}
		})
	}
}
