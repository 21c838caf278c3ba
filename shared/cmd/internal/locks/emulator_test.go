package locks

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ringfence/ringfence/shared/cmd/internal/account"
)

func TestEmulatorLocksOfABucket(t *testing.T) {
	endpoint := os.Getenv("RINGFENCE_AWS_ENDPOINT")
	if endpoint == "" {
		t.Fatal("RINGFENCE_AWS_ENDPOINT is not set: run this through `make test`")
	}
	cfg := account.Emulated(endpoint, "us-east-1", aws.Credentials{AccessKeyID: "KEY", SecretAccessKey: "of no worth"})
	address := &url.URL{Scheme: "s3", Host: "ringfence-locks-test", Path: "/team/", RawQuery: "region=eu-central-1"}
	client := newBucket(address, cfg).client
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &address.Host, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"},
	}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"team/.pulumi/locks/organization/ringfence-data/pr-42/1.json", ".pulumi/locks/organization/ringfence-data/pr-42/other.json",
	} {
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &address.Host, Key: &key, Body: strings.NewReader(content)}); err != nil {
			t.Fatal(err)
		}
	}
	store, err := Open(address.String(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	releaseTheOne(t, store)
}
