package data

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/record"
)

// The environment "full" has every feature on.
const (
	fullAccount = "123456789012"
	dataBucket  = "arn:aws-us-gov:s3:::ringfence-full-data-123456789012-us-gov-west-1"
	copyBucket  = "arn:aws-us-gov:s3:::ringfence-full-replica-123456789012-us-gov-east-1"
	dataKey     = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/data"
	// The key of the mocks; its region is the program's.
	copyKey = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/replica"
)

func role(name string) iameval.Principal {
	return iameval.RoleSession("arn:aws-us-gov:iam::"+fullAccount+":role/ringfence-full-"+name, "session")
}

// question is a request and the answer that is wanted: how it begins.
type question struct {
	name     string
	who      iameval.Principal
	action   string
	resource string
	context  iameval.Context
	want     string
}

// full is the recorded environment with every feature.
func full(t *testing.T) *record.Recording {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	return suite.Record(t, "full")
}

func policyOf(t *testing.T, r *record.Recording, resourceType, name string, kind iameval.Kind) *iameval.Policy {
	t.Helper()
	resource, ok := r.Find(resourceType, name)
	if !ok {
		t.Fatalf("no %s %s", resourceType, name)
	}
	policy, err := iameval.Parse(name, kind, []byte(resource.Inputs["policy"].(string)))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func parsePolicy(t *testing.T, text string) *iameval.Policy {
	t.Helper()
	policy, err := iameval.Parse("everything", iameval.IdentityPolicy, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// everything allows all, so that what is refused is refused by a denial.
func everything(t *testing.T) *iameval.Policy {
	return parsePolicy(t, `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`)
}

// answers asks the questions and returns the names of the denials that fired.
func answers(t *testing.T, e iameval.Environment, questions []question) []string {
	t.Helper()
	fired := map[string]bool{}
	for _, q := range questions {
		d, err := iameval.Evaluate(iameval.Request{
			Principal: q.who, Action: q.action, Resource: q.resource, ResourceAccount: fullAccount, Context: q.context,
		}, e)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		if !strings.HasPrefix(d.String(), q.want) {
			t.Errorf("%s: got %s, want %s", q.name, d, q.want)
		}
		if d.Verdict == iameval.ExplicitDeny {
			for _, statement := range d.By {
				fired[statement.Statement] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(fired))
}

// with is a context with more keys.
func with(base, more iameval.Context) iameval.Context {
	out := maps.Clone(base)
	maps.Copy(out, more)
	return out
}

// inside is a call through the S3 endpoint, outside one from anywhere else; both
// over TLS.
var (
	outside = iameval.Context{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:ViaAWSService": {"false"}}
	inside  = with(outside, iameval.Context{"aws:SourceVpce": {"vpce-s3"}})
)
