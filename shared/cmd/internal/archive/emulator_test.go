package archive

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ringfence/ringfence/shared/cmd/internal/emulatedaccount"
)

// place is a bucket with a key in an account of its own.
type place struct {
	Place
	t   *testing.T
	cfg aws.Config
	s3  *s3.Client
	key string
}

// newPlace makes a bucket that locks as given.
func newPlace(t *testing.T, lock Lock) place {
	account := emulatedaccount.New(t)
	p := place{Place: Place{Bucket: "audit-" + account.ID, Account: account.ID, Lock: lock}, t: t, cfg: account.Config("eu-west-3")}
	p.s3 = s3.NewFromConfig(p.cfg, func(o *s3.Options) { o.UsePathStyle = true })
	key, err := kms.NewFromConfig(p.cfg).CreateKey(t.Context(), &kms.CreateKeyInput{})
	p.must(err)
	p.key = *key.KeyMetadata.Arn
	_, err = p.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &p.Bucket, ObjectLockEnabledForBucket: aws.Bool(lock.Mode != ""),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-3"},
	})
	p.must(err)
	p.encryptWith(&types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &p.key})
	if lock.Mode != "" {
		_, err = p.s3.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{
			Bucket: &p.Bucket, ObjectLockConfiguration: &types.ObjectLockConfiguration{
				ObjectLockEnabled: types.ObjectLockEnabledEnabled, Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{
					Mode: types.ObjectLockRetentionMode(lock.Mode), Days: aws.Int32(int32(lock.Days)),
				}},
			},
		})
		p.must(err)
	}
	return p
}

func (p place) encryptWith(by *types.ServerSideEncryptionByDefault) {
	p.t.Helper()
	_, err := p.s3.PutBucketEncryption(p.t.Context(), &s3.PutBucketEncryptionInput{
		Bucket: &p.Bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: by}},
		},
	})
	p.must(err)
}

func (p place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p place) open() *Archive {
	p.t.Helper()
	a, err := Open(p.t.Context(), p.cfg, p.Place)
	p.must(err)
	return a
}

// versions are all versions of all objects, with their content.
func (p place) versions() string {
	p.t.Helper()
	out, err := p.s3.ListObjectVersions(p.t.Context(), &s3.ListObjectVersionsInput{Bucket: &p.Bucket})
	p.must(err)
	var b strings.Builder
	for _, v := range out.Versions {
		object, err := p.s3.GetObject(p.t.Context(), &s3.GetObjectInput{Bucket: &p.Bucket, Key: v.Key, VersionId: v.VersionId})
		p.must(err)
		content, err := io.ReadAll(object.Body)
		p.must(err)
		fmt.Fprintf(&b, "%s=%s ", *v.Key, content)
	}
	return strings.TrimSpace(b.String())
}

func TestEmulatorArchiveLocksWhatItIsGiven(t *testing.T) {
	p := newPlace(t, Lock{"GOVERNANCE", 400})
	kept, err := p.open().Add(t.Context(), "evidence/dev/one/manifest.json", []byte("{}"))
	p.must(err)
	object, err := p.s3.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &p.Bucket, Key: &kept.Key, ChecksumMode: types.ChecksumModeEnabled})
	p.must(err)
	until := object.ObjectLockRetainUntilDate.UTC()
	if object.ObjectLockMode != types.ObjectLockModeGovernance || time.Until(until) < 399*24*time.Hour || until.Format(time.RFC3339) != kept.LockedUntil || !kept.Added {
		t.Errorf("%+v: %s until %s", kept, object.ObjectLockMode, until)
	}
	if aws.ToString(object.SSEKMSKeyId) != p.key || object.ServerSideEncryption != types.ServerSideEncryptionAwsKms || aws.ToBool(object.BucketKeyEnabled) {
		t.Errorf("encrypted with %s", aws.ToString(object.SSEKMSKeyId))
	}
	if aws.ToString(object.ChecksumSHA256) != "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=" || aws.ToString(object.ContentType) != "application/json" {
		t.Errorf("checksum %q, content type %q", aws.ToString(object.ChecksumSHA256), aws.ToString(object.ContentType))
	}
}

func TestEmulatorArchiveAddsWhatIsMissingAndReplacesNothing(t *testing.T) {
	p := newPlace(t, Lock{"COMPLIANCE", 400})
	add := func(contents ...string) (added []bool) {
		a := p.open()
		for i, content := range contents {
			kept, err := a.Add(t.Context(), fmt.Sprintf("evidence/%d", i+1), []byte(content))
			p.must(err)
			added = append(added, kept.Added)
		}
		return added
	}
	for _, step := range []struct {
		contents []string
		added    []bool
	}{
		{[]string{"a"}, []bool{true}}, // and then it was cut off
		{[]string{"a", "b", "c"}, []bool{false, true, true}},
		{[]string{"a", "b", "c"}, []bool{false, false, false}},
		{[]string{"x", "y"}, []bool{false, false}},
	} {
		if added := add(step.contents...); fmt.Sprint(added) != fmt.Sprint(step.added) {
			t.Errorf("%v: added %v, want %v", step.contents, added, step.added)
		}
	}
	if found, want := p.versions(), "evidence/1=a evidence/2=b evidence/3=c"; found != want {
		t.Errorf("there is %s, want %s", found, want)
	}
}

func TestEmulatorArchiveRefusesABucketThatDoesNotKeep(t *testing.T) {
	locked := newPlace(t, Lock{"GOVERNANCE", 400})
	free := newPlace(t, Lock{})
	for name, c := range map[string]struct {
		place  place
		wanted Place
		says   string
	}{
		"not there":      {free, Place{Bucket: "none", Account: free.Account}, "there is no bucket none"},
		"no lock":        {free, Place{free.Bucket, free.Account, Lock{"GOVERNANCE", 400}}, "with no lock, and the environment file wants GOVERNANCE for 400 days (control AUD-13)"},
		"shorter":        {locked, Place{locked.Bucket, locked.Account, Lock{"GOVERNANCE", 401}}, "wants GOVERNANCE for 401 days"},
		"softer":         {locked, Place{locked.Bucket, locked.Account, Lock{"COMPLIANCE", 400}}, "wants COMPLIANCE for 400 days"},
		"longer is fine": {locked, Place{locked.Bucket, locked.Account, Lock{"GOVERNANCE", 30}}, ""},
		"none is fine":   {free, Place{Bucket: free.Bucket, Account: free.Account}, ""},
	} {
		_, err := Open(t.Context(), c.place.cfg, c.wanted)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	free.encryptWith(&types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256})
	if _, err := Open(t.Context(), free.cfg, free.Place); err == nil || !strings.Contains(err.Error(), "does not encrypt with a key of the account") {
		t.Errorf("S3's own key: %v", err)
	}
}

// Somebody takes the bucket's default lock away between two looks.
func TestEmulatorArchiveNoticesAnObjectThatIsNotLocked(t *testing.T) {
	p := newPlace(t, Lock{})
	a := p.open()
	a.lock = Lock{"GOVERNANCE", 400}
	if kept, err := a.Add(t.Context(), "evidence/1", []byte("a")); err == nil || !strings.Contains(err.Error(), "the bucket promises GOVERNANCE for 400 days") {
		t.Errorf("%+v, %v", kept, err)
	}
	locked := newPlace(t, Lock{"GOVERNANCE", 30})
	a = locked.open()
	a.lock.Days = 400
	if kept, err := a.Add(t.Context(), "evidence/1", []byte("a")); err == nil || !strings.Contains(err.Error(), "until ") {
		t.Errorf("%+v, %v", kept, err)
	}
	// Locked before, and its time is over.
	a = locked.open()
	a.now = func() time.Time { return time.Now().AddDate(0, 0, 31) }
	if kept, err := a.Add(t.Context(), "evidence/1", []byte("a")); err == nil || kept.Added {
		t.Errorf("%+v, %v", kept, err)
	}
}
