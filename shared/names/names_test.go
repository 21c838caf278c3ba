package names

import (
	"strings"
	"testing"
)

func TestUnitNames(t *testing.T) {
	n := New("dev", "123456789012", "eu-central-1")
	gov := New("dev", "123456789012", "us-gov-west-1")
	tests := []struct{ what, got, want string }{
		{"plain", n.Of("trail"), "ringfence-dev-trail"},
		{"bucket", n.Bucket("data"), "ringfence-dev-data-123456789012-eu-central-1"},
		{"bucket ARN", n.BucketARN("data"), "arn:aws:s3:::ringfence-dev-data-123456789012-eu-central-1"},
		{"bucket ARN in GovCloud", gov.BucketARN("data"), "arn:aws-us-gov:s3:::ringfence-dev-data-123456789012-us-gov-west-1"},
		{"alias", n.KeyAlias("data"), "alias/ringfence-dev-data"},
		{"log group", n.LogGroup("flow-logs"), "/ringfence-dev/flow-logs"},
		{"log group ARN", n.LogGroupARN("flow-logs"), "arn:aws:logs:eu-central-1:123456789012:log-group:/ringfence-dev/flow-logs"},
		{"role ARN", n.IAMARN("role/x"), "arn:aws:iam::123456789012:role/x"},
		{"account", n.RootARN(), "arn:aws:iam::123456789012:root"},
		{"service host", n.ServiceHost("s3"), "s3.eu-central-1.amazonaws.com"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, tt.got, tt.want)
		}
	}
}

func TestUnitCheckStack(t *testing.T) {
	tests := []struct{ stack, wantError string }{
		{"dev", ""},
		{"pr-42", ""},
		{"Dev", "use lower-case letters"},
		{"9dev", "beginning with a letter"},
		{"dev--x", "single hyphens"},
		{"dev-", "single hyphens"},
		{"", "beginning with a letter"},
		{strings.Repeat("a", 40), "shorten the stack name by"},
	}
	for _, tt := range tests {
		err := CheckStack(tt.stack, "123456789012", "eu-central-1")
		switch {
		case tt.wantError == "" && err != nil:
			t.Errorf("%q: %v", tt.stack, err)
		case tt.wantError != "" && (err == nil || !strings.Contains(err.Error(), tt.wantError)):
			t.Errorf("%q: got %v, want an error with %q", tt.stack, err, tt.wantError)
		}
	}
}
