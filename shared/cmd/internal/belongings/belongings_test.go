package belongings

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Whoever believed a list with the bucket and the key of the state in it would
// delete every state of the environment.
func TestUnitPlaceOfTheStateIsNoOrphan(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = w.Write([]byte(`{"ResourceTagMappingList": [
			{"ResourceARN": "arn:aws:s3:::left", "Tags": [{"Key": "ManagedBy", "Value": "pulumi"}]},
			{"ResourceARN": "arn:aws:s3:::named-alike", "Tags": [{"Key": "Purpose", "Value": "ringfence-bootstrap"}]},
			{"ResourceARN": "arn:aws:s3:::state", "Tags": [{"Key": "Owner", "Value": "a"}, {"Key": "ManagedBy", "Value": "ringfence-bootstrap"}]}
		]}`))
	}))
	defer server.Close()
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	things, err := Of(context.Background(), cfg, "ephemeral")
	var got []string
	for _, thing := range things {
		got = append(got, thing.ARN)
	}
	if want := []string{"arn:aws:s3:::left", "arn:aws:s3:::named-alike"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("orphans are %v, %v; want %v", got, err, want)
	}
}
