// Package archive keeps reports in the audit bucket of an environment, where nobody
// replaces them and nobody takes them back before their time.
//
// An object is only ever added. One that is there stays as it is: its key names the
// digest of the report, so it is the same one, and an upload that was cut off goes
// on where it ended. What the bucket promises is looked at before anything is sent,
// and the lock of every object after it.
package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// Lock is how long an object cannot be deleted or overwritten, and whether somebody
// may lift that: GOVERNANCE or COMPLIANCE; the zero value locks nothing.
type Lock struct {
	Mode string
	Days int
}

func (l Lock) String() string {
	if l.Mode == "" {
		return "no lock"
	}
	return fmt.Sprintf("%s for %d days", l.Mode, l.Days)
}

// keeps reports whether the lock holds as long as another one, and as hard.
func (l Lock) keeps(wanted Lock) bool {
	return wanted.Mode == "" || l.Days >= wanted.Days && hard(l.Mode, wanted.Mode)
}

func hard(mode, wanted string) bool {
	return mode == wanted || mode == string(types.ObjectLockModeCompliance)
}

// Place is where the reports of an environment are kept, and what is wanted of it.
type Place struct {
	Bucket string
	// Account owns the bucket. A name can be guessed, and whoever took it first would
	// otherwise receive the reports.
	Account string
	// Lock is what the environment file demands.
	Lock Lock
}

// Archive is a bucket that was found to keep what it is given.
type Archive struct {
	Place
	client *s3.Client
	// key encrypts the objects, lock is the bucket's own.
	key  string
	lock Lock
	now  func() time.Time
}

// Open looks at how the bucket keeps what is put there, and refuses one that would
// not.
func Open(ctx context.Context, cfg aws.Config, place Place) (*Archive, error) {
	a := &Archive{Place: place, now: time.Now, client: s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil // an emulator has one host name for all buckets
	})}
	var err error
	if a.lock, err = a.defaultLock(ctx); err != nil {
		return nil, err
	}
	if !a.lock.keeps(place.Lock) {
		return nil, fmt.Errorf("bucket %s locks new objects with %s, and the environment file wants %s (control AUD-13)", place.Bucket, a.lock, place.Lock)
	}
	if a.key, err = a.defaultKey(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *Archive) defaultLock(ctx context.Context) (Lock, error) {
	out, err := a.client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &a.Bucket, ExpectedBucketOwner: &a.Account})
	switch code(err) {
	case "":
	case "ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound":
		return Lock{}, nil
	default:
		return Lock{}, a.refused("looking at its lock", err)
	}
	if out.ObjectLockConfiguration == nil || out.ObjectLockConfiguration.Rule == nil || out.ObjectLockConfiguration.Rule.DefaultRetention == nil {
		return Lock{}, nil
	}
	r := out.ObjectLockConfiguration.Rule.DefaultRetention
	return Lock{Mode: string(r.Mode), Days: int(aws.ToInt32(r.Days) + 365*aws.ToInt32(r.Years))}, nil
}

// defaultKey is the key of the bucket. Every object names it, because the bucket's
// policy refuses one that does not.
func (a *Archive) defaultKey(ctx context.Context) (string, error) {
	out, err := a.client.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &a.Bucket, ExpectedBucketOwner: &a.Account})
	if err != nil && code(err) != "ServerSideEncryptionConfigurationNotFoundError" {
		return "", a.refused("looking at its encryption", err)
	}
	if err == nil && out.ServerSideEncryptionConfiguration != nil {
		for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
			if d := rule.ApplyServerSideEncryptionByDefault; d != nil && d.SSEAlgorithm == types.ServerSideEncryptionAwsKms && aws.ToString(d.KMSMasterKeyID) != "" {
				return *d.KMSMasterKeyID, nil
			}
		}
	}
	return "", fmt.Errorf("bucket %s does not encrypt with a key of the account (control AUD-03)", a.Bucket)
}

// Kept is an object of the archive.
type Kept struct {
	Key string `json:"key"`
	// Added is false for one that was there before.
	Added bool `json:"added"`
	// LockedUntil is empty where nothing is locked.
	LockedUntil string `json:"lockedUntil,omitempty"`
}

// Add puts an object under a key, unless there is one, and sees that it is locked.
func (a *Archive) Add(ctx context.Context, key string, content []byte) (Kept, error) {
	sum := sha256.Sum256(content)
	digest := base64.StdEncoding.EncodeToString(sum[:])
	out, err := a.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &a.Bucket, ExpectedBucketOwner: &a.Account, Key: &key, Body: bytes.NewReader(content), ContentType: contentType(key),
		IfNoneMatch: aws.String("*"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ChecksumSHA256: &digest,
		// A key of its own for each object: with the bucket's, S3 would have to decrypt
		// on the caller's behalf, who may encrypt only.
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &a.key, BucketKeyEnabled: aws.Bool(false),
	})
	kept := Kept{Key: key, Added: err == nil}
	switch {
	case code(err) == "PreconditionFailed": // it is there
	case err != nil:
		return kept, a.refused("adding "+key, err)
	case aws.ToString(out.SSEKMSKeyId) != a.key:
		return kept, fmt.Errorf("%s was encrypted with %q, and not with %s", a.url(key), aws.ToString(out.SSEKMSKeyId), a.key)
	}
	if a.lock.Mode == "" {
		return kept, nil
	}
	until, err := a.lockedUntil(ctx, kept)
	kept.LockedUntil = until.UTC().Format(time.RFC3339)
	return kept, err
}

// slack is how far the clocks of this machine and of S3 may be apart.
const slack = time.Hour

// lockedUntil is an error for an object that is not locked, or, when it is new, not
// for as long as the bucket promises.
func (a *Archive) lockedUntil(ctx context.Context, kept Kept) (time.Time, error) {
	out, err := a.client.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &a.Bucket, ExpectedBucketOwner: &a.Account, Key: &kept.Key})
	if err != nil && code(err) != "NoSuchObjectLockConfiguration" {
		return time.Time{}, a.refused("looking at the lock of "+kept.Key, err)
	}
	var until time.Time
	mode := ""
	if err == nil && out.Retention != nil {
		until, mode = aws.ToTime(out.Retention.RetainUntilDate), string(out.Retention.Mode)
	}
	least := a.now()
	if kept.Added {
		least = least.AddDate(0, 0, a.lock.Days).Add(-slack)
	}
	if !hard(mode, a.lock.Mode) || until.Before(least) {
		return until, fmt.Errorf("%s is locked with %q until %s, and the bucket promises %s: whoever can write there must find out why",
			a.url(kept.Key), mode, until.UTC().Format(time.RFC3339), a.lock)
	}
	return until, nil
}

// contentType is for browsers and tools that list the bucket.
func contentType(key string) *string {
	if byName := mime.TypeByExtension(path.Ext(key)); byName != "" {
		return &byName
	}
	return aws.String("application/octet-stream")
}

func (a *Archive) url(key string) string { return "s3://" + a.Bucket + "/" + key }

// refused words an error of S3.
func (a *Archive) refused(doing string, err error) error {
	switch code(err) {
	case "NoSuchBucket":
		return fmt.Errorf("there is no bucket %s of account %s", a.Bucket, a.Account)
	case "AccessDenied", "403":
		return fmt.Errorf("bucket %s: %s: %w: %w", a.Bucket, doing, ErrDenied, err)
	case "ConditionalRequestConflict":
		return fmt.Errorf("bucket %s: %s: somebody else does the same at this moment: try again", a.Bucket, doing)
	}
	return fmt.Errorf("bucket %s: %s: %w", a.Bucket, doing, err)
}

// ErrDenied says that whoever asked may not.
var ErrDenied = errors.New("access denied")

// code is the code of an error of AWS; empty for none, and for what is no answer of
// AWS its text.
func code(err error) string {
	var answered smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &answered):
		return answered.ErrorCode()
	}
	return err.Error()
}
