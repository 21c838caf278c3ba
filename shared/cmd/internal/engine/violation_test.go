package engine

import (
	"errors"
	"slices"
	"testing"
)

// What the engine says when a plan is not kept, in words. Values stay out: one of
// them may be a secret.
func TestUnitViolationsOfAPlanInWords(t *testing.T) {
	const bucket = "urn:pulumi:dev::ringfence-data::ringfence:secure:Bucket$aws:s3/bucketV2:BucketV2::data"
	for line, want := range map[string]string{
		"BucketV2 data: resource " + bucket + ` violates plan: properties changed: =~tags[{"a": "hunter2, ~~b"}], ++acl[{x}!={y}], -=versioning[{true}], +-policy[{p}], =-region`: "BucketV2 data: " +
			"tags would change, and the plan leaves it as it is, b would get another value than the plan says, acl would get another value than the plan says, " +
			"versioning would stay, and the plan removes it, policy would not be set, and the plan sets it, region would go, and the plan keeps it",
		"BucketV2 data: resource " + bucket + " violates plan: protect changed (expected true)":              "BucketV2 data: protect changed (expected true)",
		"resource violates plan: properties changed: ~~vpcId[{a}!={b}]":                                      "the stack: vpcId would get another value than the plan says",
		"BucketV2 data: create-replacement is not allowed by the plan: this resource is constrained to same": "BucketV2 data: the plan does not say replace",
		"delete is not allowed by the plan: no steps were expected for this resource":                        "a resource: the plan does not say delete",
		"BucketV2 data: expected resource operations for " + bucket + " but none were seen":                  "BucketV2 data: the plan changes it, and the program no longer does",
		"failed to run update: exit status 1" + withoutMessage:                                               "the stack would not export what the plan says",
	} {
		err := (&phases{}).explain(&Failure{Lines: []string{"something else", line}})
		var off *OffPlan
		if !errors.As(err, &off) || !slices.Equal(off.Reasons, []string{want}) || !off.Untouched {
			t.Errorf("%s\n got %q\nwant %q", line, err, want)
		}
	}
	other := &Failure{Lines: []string{"BucketV2 data: access denied"}}
	if err := (&phases{}).explain(other); err != other {
		t.Errorf("another failure counts as a violation: %v", err)
	}
	if off := new(OffPlan); errors.As((&phases{tallies: make([]*tally, 2)}).explain(&Failure{Lines: []string{"x: same is not allowed by the plan: y"}}), &off) && off.Untouched {
		t.Error("found after the preview, and counts as untouched")
	}
}
