package bootstrap

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ringfence/ringfence/shared/backend"
)

// bucketExpires cleans up what nobody sees: parts of broken uploads, and old
// versions after a time. Whole objects go after expireDays; 0 keeps them.
func (s *Store) bucketExpires(bucket string, expireDays, oldDays int32) setting {
	what := fmt.Sprintf("keeps old versions for %d days", oldDays)
	return on(bucket, what, func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
		})
		if err != nil {
			return unset(err, "NoSuchLifecycleConfiguration", "nothing is cleaned up")
		}
		if len(out.Rules) != 1 {
			return false, fmt.Sprintf("it has %d rules", len(out.Rules)), nil
		}
		found, wanted := terms(out.Rules[0]), terms(cleanUp(expireDays, oldDays))
		return found == wanted, found.String(), nil
	}, func(ctx context.Context) error {
		_, err := s.s3.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
			LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{cleanUp(expireDays, oldDays)}},
		})
		return err
	})
}

func cleanUp(expireDays, oldDays int32) types.LifecycleRule {
	// What was deleted and has no version left is nothing any more; a lock of
	// Pulumi's is such a thing, for every update.
	expiration := &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)}
	if expireDays > 0 {
		expiration = &types.LifecycleExpiration{Days: aws.Int32(expireDays)}
	}
	return types.LifecycleRule{
		ID: aws.String("clean-up"), Status: types.ExpirationStatusEnabled,
		Filter:                         &types.LifecycleRuleFilter{Prefix: aws.String("")},
		AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(backend.BrokenUploadDays)},
		NoncurrentVersionExpiration:    &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(oldDays)},
		Expiration:                     expiration,
	}
}

// rule is what matters of a lifecycle rule.
type rule struct {
	status                              types.ExpirationStatus
	everything                          bool
	brokenDays, oldDays, kept, liveDays int32
	markers                             bool
}

func terms(r types.LifecycleRule) rule {
	out := rule{status: r.Status, everything: r.Filter == nil || (aws.ToString(r.Filter.Prefix) == "" && r.Filter.Tag == nil && r.Filter.And == nil)}
	if a := r.AbortIncompleteMultipartUpload; a != nil {
		out.brokenDays = aws.ToInt32(a.DaysAfterInitiation)
	}
	if n := r.NoncurrentVersionExpiration; n != nil {
		out.oldDays, out.kept = aws.ToInt32(n.NoncurrentDays), aws.ToInt32(n.NewerNoncurrentVersions)
	}
	if e := r.Expiration; e != nil {
		out.liveDays, out.markers = aws.ToInt32(e.Days), aws.ToBool(e.ExpiredObjectDeleteMarker)
	}
	return out
}

func (r rule) String() string {
	return fmt.Sprintf("%s, old versions %d days, objects %d days (0: kept)", r.status, r.oldDays, r.liveDays)
}
