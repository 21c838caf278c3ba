package bootstrap

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/ringfence/ringfence/shared/backend"
)

// Every call says whose bucket it expects: the names can be guessed, and whoever
// took one first would otherwise receive the state (Amazon S3 User Guide,
// "Verifying bucket ownership with bucket owner condition").
func (s *Store) owner() *string { return aws.String(s.env.AccountID) }

// on describes a setting of a bucket.
func on(bucket, what string, look func(context.Context) (bool, string, error), set func(context.Context) error) setting {
	return setting{of: "bucket " + bucket, what: what, look: look, set: set}
}

func (s *Store) bucketExists(bucket string) setting {
	return on(bucket, exists, func(ctx context.Context) (bool, string, error) {
		_, err := s.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		var missing *types.NotFound
		if errors.As(err, &missing) {
			return false, "", nil
		}
		return err == nil, "", err
	}, func(ctx context.Context) error {
		in := &s3.CreateBucketInput{Bucket: &bucket, ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced}
		if s.env.Region != "us-east-1" { // which has no name as a location
			in.CreateBucketConfiguration = &types.CreateBucketConfiguration{
				LocationConstraint: types.BucketLocationConstraint(s.env.Region),
			}
		}
		_, err := s.s3.CreateBucket(ctx, in)
		return err
	})
}

func (s *Store) bucketIsPrivate(bucket string) setting {
	return on(bucket, "blocks public access", func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		if err != nil {
			return unset(err, "NoSuchPublicAccessBlockConfiguration", "nothing blocks it")
		}
		c := out.PublicAccessBlockConfiguration
		right := aws.ToBool(c.BlockPublicAcls) && aws.ToBool(c.BlockPublicPolicy) && aws.ToBool(c.IgnorePublicAcls) && aws.ToBool(c.RestrictPublicBuckets)
		return right, "only a part is blocked", nil
	}, func(ctx context.Context) error {
		_, err := s.s3.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
			PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
				BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true),
				IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
			},
		})
		return err
	})
}

func (s *Store) bucketHasOneOwner(bucket string) setting {
	const wanted = types.ObjectOwnershipBucketOwnerEnforced
	return on(bucket, "has no access lists", func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		if err != nil {
			return unset(err, "OwnershipControlsNotFoundError", "ownership is not set")
		}
		rules := out.OwnershipControls.Rules
		right := len(rules) == 1 && rules[0].ObjectOwnership == wanted
		return right, fmt.Sprintf("ownership is %s", ownerships(rules)), nil
	}, func(ctx context.Context) error {
		_, err := s.s3.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
			OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: wanted}}},
		})
		return err
	})
}

func ownerships(rules []types.OwnershipControlsRule) []types.ObjectOwnership {
	var out []types.ObjectOwnership
	for _, r := range rules {
		out = append(out, r.ObjectOwnership)
	}
	return out
}

func (s *Store) bucketIsVersioned(bucket string) setting {
	return on(bucket, "keeps every version", func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		if err != nil {
			return false, "", err
		}
		found := string(out.Status)
		if found == "" {
			found = "off"
		}
		return out.Status == types.BucketVersioningStatusEnabled, "versioning is " + found, nil
	}, func(ctx context.Context) error {
		_, err := s.s3.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
		return err
	})
}

// bucketIsEncrypted encrypts with the key, or with S3's own: S3 cannot deliver
// access logs to a bucket that takes a key of ours by default (Amazon S3 User
// Guide, "Enabling Amazon S3 server access logging").
func (s *Store) bucketIsEncrypted(bucket string, withKey bool) setting {
	what := "is encrypted"
	if withKey {
		what = "is encrypted with the key"
	}
	wanted := func() types.ServerSideEncryptionRule {
		if !withKey {
			return types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
				SSEAlgorithm: types.ServerSideEncryptionAes256,
			}}
		}
		return types.ServerSideEncryptionRule{
			BucketKeyEnabled: aws.Bool(true),
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
				SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &s.keyARN,
			},
		}
	}
	return on(bucket, what, func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		if err != nil {
			return unset(err, "ServerSideEncryptionConfigurationNotFoundError", "encryption is not set")
		}
		rules := out.ServerSideEncryptionConfiguration.Rules
		if len(rules) != 1 || rules[0].ApplyServerSideEncryptionByDefault == nil {
			return false, fmt.Sprintf("it has %d rules", len(rules)), nil
		}
		is, must := rules[0], wanted()
		found := is.ApplyServerSideEncryptionByDefault
		right := found.SSEAlgorithm == must.ApplyServerSideEncryptionByDefault.SSEAlgorithm &&
			aws.ToString(found.KMSMasterKeyID) == aws.ToString(must.ApplyServerSideEncryptionByDefault.KMSMasterKeyID) &&
			(aws.ToBool(is.BucketKeyEnabled) || !withKey)
		return right, fmt.Sprintf("encrypted by %s with key %q", found.SSEAlgorithm, aws.ToString(found.KMSMasterKeyID)), nil
	}, func(ctx context.Context) error {
		_, err := s.s3.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
			ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{wanted()}},
		})
		return err
	})
}

// bucketIsLogged has the requests to a bucket written to another.
func (s *Store) bucketIsLogged(bucket, logs string) setting {
	return on(bucket, "logs every request", func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		switch {
		case err != nil:
			return false, "", err
		case out.LoggingEnabled == nil:
			return false, "logging is off", nil
		}
		to, prefix := aws.ToString(out.LoggingEnabled.TargetBucket), aws.ToString(out.LoggingEnabled.TargetPrefix)
		return to == logs && prefix == backend.AccessLogPrefix, "logged to " + to + "/" + prefix, nil
	}, func(ctx context.Context) error {
		_, err := s.s3.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(),
			BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: &types.LoggingEnabled{
				TargetBucket: &logs, TargetPrefix: aws.String(backend.AccessLogPrefix),
			}},
		})
		return err
	})
}

func (s *Store) bucketIsTagged(bucket string) setting {
	return on(bucket, "has its tags", func(ctx context.Context) (bool, string, error) {
		out, err := s.s3.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		if err != nil {
			return unset(err, "NoSuchTagSet", "it has none")
		}
		key, found := lacking(s.Tags(), bucketTags(out.TagSet))
		return key == "", found, nil
	}, func(ctx context.Context) error {
		// Setting tags replaces all of them, so what others have added goes along.
		tags := s.Tags()
		if out, err := s.s3.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()}); err == nil {
			for key, value := range bucketTags(out.TagSet) {
				if _, ours := tags[key]; !ours {
					tags[key] = value
				}
			}
		}
		var set []types.Tag
		for _, key := range sorted(tags) {
			set = append(set, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
		}
		_, err := s.s3.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{
			Bucket: &bucket, ExpectedBucketOwner: s.owner(), Tagging: &types.Tagging{TagSet: set},
		})
		return err
	})
}

func bucketTags(tags []types.Tag) map[string]string {
	out := map[string]string{}
	for _, t := range tags {
		out[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return out
}

func (s *Store) bucketHasPolicy(bucket string, policy func() (string, error)) setting {
	return on(bucket, "has its policy", func(ctx context.Context) (bool, string, error) {
		wanted, err := policy()
		if err != nil {
			return false, "", err
		}
		out, err := s.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket, ExpectedBucketOwner: s.owner()})
		if err != nil {
			return unset(err, "NoSuchBucketPolicy", "it has none")
		}
		difference := differing(wanted, aws.ToString(out.Policy))
		return difference == "", difference, nil
	}, func(ctx context.Context) error {
		wanted, err := policy()
		if err != nil {
			return err
		}
		_, err = s.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, ExpectedBucketOwner: s.owner(), Policy: &wanted})
		return err
	})
}

// unset turns S3's way of saying that nothing is configured into a finding.
func unset(err error, code, found string) (bool, string, error) {
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == code {
		return false, found, nil
	}
	return false, "", err
}
