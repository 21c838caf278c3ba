package locks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// bucket keeps locks as an S3 backend does.
type bucket struct {
	client *s3.Client
	name   string
	// prefix leads to the backend inside the bucket; empty, or ending in a slash.
	prefix string
}

// newBucket reads an address such as s3://my-state-bucket/folder?region=eu-central-1.
func newBucket(address *url.URL, cfg aws.Config) bucket {
	prefix := strings.Trim(address.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		if region := address.Query().Get("region"); region != "" {
			o.Region = region
		}
		o.UsePathStyle = cfg.BaseEndpoint != nil // an emulator has one host name for all buckets
	})
	return bucket{client: client, name: address.Host, prefix: prefix}
}

// Locks implements Store.
func (b bucket) Locks(ctx context.Context, project, stack string) ([]Lock, error) {
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{
		Bucket: &b.name, Prefix: aws.String(b.prefix + ".pulumi/locks/organization/" + project + "/" + stack + "/"),
	})
	var found []Lock
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the locks in s3://%s: %w", b.name, err)
		}
		for _, object := range page.Contents {
			key := aws.ToString(object.Key)
			if !strings.HasSuffix(key, ".json") {
				continue
			}
			lock, err := b.read(ctx, key)
			var gone *types.NoSuchKey
			if errors.As(err, &gone) {
				continue // released in this moment
			}
			if err != nil {
				return nil, err
			}
			found = append(found, lock)
		}
	}
	return sorted(found), nil
}

func (b bucket) read(ctx context.Context, key string) (Lock, error) {
	object, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return Lock{}, fmt.Errorf("reading s3://%s/%s: %w", b.name, key, err)
	}
	defer object.Body.Close()
	content, err := io.ReadAll(object.Body)
	if err != nil {
		return Lock{}, fmt.Errorf("reading s3://%s/%s: %w", b.name, key, err)
	}
	lock := Lock{key: key}
	if err := json.Unmarshal(content, &lock.Lock); err != nil {
		return Lock{}, fmt.Errorf("s3://%s/%s: not a Pulumi lock: %w", b.name, key, err)
	}
	return lock, nil
}

// Release implements Store.
func (b bucket) Release(ctx context.Context, lock Lock) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &lock.key})
	if err != nil {
		return fmt.Errorf("deleting s3://%s/%s: %w", b.name, lock.key, err)
	}
	return nil
}
