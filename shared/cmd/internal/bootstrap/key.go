package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func (s *Store) keySettings() []setting {
	of := "key " + s.KeyAlias()
	return []setting{
		{of, exists, s.findKey, s.makeKey},
		{of, "rotates every year", s.keyRotates, func(ctx context.Context) error {
			_, err := s.kms.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: &s.keyID})
			return err
		}},
		{of, "has its tags", s.keyIsTagged, func(ctx context.Context) error {
			_, err := s.kms.TagResource(ctx, &kms.TagResourceInput{KeyId: &s.keyID, Tags: s.keyTags()})
			return err
		}},
		{of, "is used by deployers and workflows alone", s.keyHasPolicy, s.setKeyPolicy},
	}
}

// findKey looks for the key behind the alias. A key that somebody has disabled,
// or is about to delete, is not mended: nobody does that by mistake.
func (s *Store) findKey(ctx context.Context) (bool, string, error) {
	alias := s.KeyAlias()
	out, err := s.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &alias})
	var missing *types.NotFoundException
	if errors.As(err, &missing) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	key := out.KeyMetadata
	switch key.KeyState {
	case types.KeyStateEnabled:
		s.keyID, s.keyARN = aws.ToString(key.KeyId), aws.ToString(key.Arn)
		return true, "", nil
	case types.KeyStatePendingDeletion:
		return false, "", fmt.Errorf("somebody has scheduled key %[1]s for deletion, and with it every secret of the state is lost: "+
			"aws kms cancel-key-deletion --key-id %[1]s && aws kms enable-key --key-id %[1]s", aws.ToString(key.KeyId))
	default:
		return false, "", fmt.Errorf("key %s is %s: aws kms enable-key --key-id %[1]s", aws.ToString(key.KeyId), key.KeyState)
	}
}

// makeKey makes the key and names it. A run that broke off in between has left
// a key without a name, which is taken up.
func (s *Store) makeKey(ctx context.Context) error {
	id, err := s.unnamedKey(ctx)
	if err != nil {
		return err
	}
	if id == "" {
		policy, err := s.KeyPolicy()
		if err != nil {
			return err
		}
		out, err := s.kms.CreateKey(ctx, &kms.CreateKeyInput{
			Description: aws.String("Encrypts Pulumi's state of environment " + s.env.Name + " and the secrets in it"),
			Policy:      &policy, Tags: s.keyTags(),
		})
		if err != nil {
			return err
		}
		id = aws.ToString(out.KeyMetadata.KeyId)
	}
	if _, err := s.kms.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: aws.String(s.KeyAlias()), TargetKeyId: &id}); err != nil {
		return err
	}
	_, _, err = s.findKey(ctx)
	return err
}

// unnamedKey finds a usable key that carries our tags and no alias.
func (s *Store) unnamedKey(ctx context.Context) (string, error) {
	pages := kms.NewListKeysPaginator(s.kms, &kms.ListKeysInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, key := range page.Keys {
			if ours, err := s.isUnnamed(ctx, key.KeyId); ours || err != nil {
				return aws.ToString(key.KeyId), err
			}
		}
	}
	return "", nil
}

func (s *Store) isUnnamed(ctx context.Context, id *string) (bool, error) {
	tags, err := s.kms.ListResourceTags(ctx, &kms.ListResourceTagsInput{KeyId: id})
	if err != nil {
		return false, nil // a key that we may not look at is none of ours
	}
	if missing, _ := lacking(s.Tags(), keyTags(tags.Tags)); missing != "" {
		return false, nil
	}
	aliases, err := s.kms.ListAliases(ctx, &kms.ListAliasesInput{KeyId: id})
	if err != nil || len(aliases.Aliases) > 0 {
		return false, err
	}
	out, err := s.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: id})
	return err == nil && out.KeyMetadata.KeyState == types.KeyStateEnabled, err
}

func (s *Store) keyRotates(ctx context.Context) (bool, string, error) {
	out, err := s.kms.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: &s.keyID})
	if err != nil {
		return false, "", err
	}
	return out.KeyRotationEnabled, "rotation is off", nil
}

func (s *Store) keyIsTagged(ctx context.Context) (bool, string, error) {
	out, err := s.kms.ListResourceTags(ctx, &kms.ListResourceTagsInput{KeyId: &s.keyID})
	if err != nil {
		return false, "", err
	}
	key, found := lacking(s.Tags(), keyTags(out.Tags))
	return key == "", found, nil
}

func (s *Store) keyTags() []types.Tag {
	var tags []types.Tag
	for _, key := range sorted(s.Tags()) {
		tags = append(tags, types.Tag{TagKey: aws.String(key), TagValue: aws.String(s.Tags()[key])})
	}
	return tags
}

func keyTags(tags []types.Tag) map[string]string {
	out := map[string]string{}
	for _, t := range tags {
		out[aws.ToString(t.TagKey)] = aws.ToString(t.TagValue)
	}
	return out
}

func (s *Store) keyHasPolicy(ctx context.Context) (bool, string, error) {
	out, err := s.kms.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &s.keyID, PolicyName: aws.String("default")})
	if err != nil {
		return false, "", err
	}
	wanted, err := s.KeyPolicy()
	if err != nil {
		return false, "", err
	}
	difference := differing(wanted, aws.ToString(out.Policy))
	return difference == "", strings.TrimSpace(difference), nil
}

func (s *Store) setKeyPolicy(ctx context.Context) error {
	policy, err := s.KeyPolicy()
	if err != nil {
		return err
	}
	_, err = s.kms.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{KeyId: &s.keyID, Policy: &policy, PolicyName: aws.String("default")})
	return err
}
