package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

const (
	stackURN  = "urn:pulumi:local::ringfence-data::pulumi:pulumi:Stack::ringfence-data-local"
	bucketURN = "urn:pulumi:local::ringfence-data::ringfence:secure:Bucket$aws:s3/bucketV2:BucketV2::data"
)

func TestUnitFailureKeepsTheLinesThatHelp(t *testing.T) {
	crashed := errors.New("failed to run update: exit status 255\ncode: 255\nstdout: Updating (local):\n\nstderr: ")
	tests := []struct {
		name        string
		diagnostics []diagnostic
		err         error
		want        []string
	}{
		{
			name: "a provider's error names its resource",
			diagnostics: []diagnostic{
				{bucketURN, "creating S3 Bucket (ringfence-local-data): BucketAlreadyExists\n"},
				{stackURN, "update failed"},
			},
			want: []string{"BucketV2 data: creating S3 Bucket (ringfence-local-data): BucketAlreadyExists"},
		},
		{
			name:        "a program's error comes without its wrapping",
			diagnostics: []diagnostic{{stackURN, "an unhandled error occurred: program failed:\n1 error occurred:\n\t* stack network is not deployed\n\n"}},
			want:        []string{"stack network is not deployed"},
		},
		{
			name:        "an error of several lines keeps its shape",
			diagnostics: []diagnostic{{stackURN, "program failed: 1 error occurred:\n\t* local.yaml has 2 problems:\n  line 3: region\n  line 9: owner\n"}},
			want:        []string{"local.yaml has 2 problems:", "  line 3: region", "  line 9: owner"},
		},
		{
			name:        "the same error twice is said once",
			diagnostics: []diagnostic{{"", "it broke"}, {stackURN, "it broke"}},
			want:        []string{"it broke"},
		},
		{
			name: "without diagnostics, the CLI's own error",
			err:  errors.New("failed to run update: exit status 255\ncode: 255\nstdout: \nstderr: warning: A\nerror: could not read the bucket\n"),
			want: []string{"could not read the bucket"},
		},
		{
			name: "nothing at all",
			err:  crashed,
			want: []string{"failed to run update: exit status 255: the engine ended without a message"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.err == nil {
				tt.err = crashed
			}
			var failed *Failure
			if err := failure(t.Context(), tt.diagnostics, tt.err); !errors.As(err, &failed) || !slices.Equal(failed.Lines, tt.want) {
				t.Errorf("got %q, want %q", err, tt.want)
			}
		})
	}
}

func TestUnitFailureAfterAnInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := failure(ctx, nil, errors.New("exit status 255\nstderr: error: update canceled"))
	if !strings.HasPrefix(err.Error(), "interrupted") {
		t.Errorf("got %q", err)
	}
}
