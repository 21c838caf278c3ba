package access

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Of both environments every question has an answer, and stands once.
func TestVerdictMatrixIsComplete(t *testing.T) {
	for _, e := range []*estate{read(t, "../../stacks/environments", "local"), read(t, "../../shared/conformance/testdata", "full")} {
		answers := e.model.Matrix()
		if len(answers) < leastVerdicts {
			t.Errorf("%s: only %d answers", e.environment.Name, len(answers))
		}
		verdicts := map[iameval.Verdict]int{}
		for i, a := range answers {
			if a.Err != nil {
				t.Errorf("%s: %v", e.environment.Name, a.Err)
			}
			if i > 0 && answers[i-1].Compare(a.Question) >= 0 {
				t.Errorf("%s: %q does not come after %q", e.environment.Name, a.Question, answers[i-1].Question)
			}
			verdicts[a.Decision.Verdict]++
		}
		if len(verdicts) != 3 {
			t.Errorf("%s: the verdicts are %v", e.environment.Name, verdicts)
		}
	}
}

// The same question has the same answer in a snapshot that was read again.
func TestVerdictQuestionsHoldInAnotherSnapshot(t *testing.T) {
	first, again := read(t, "../../stacks/environments", "local"), read(t, "../../stacks/environments", "local")
	for _, a := range first.model.Matrix() {
		d, err := again.model.Decide(a.Question)
		if err != nil || !reflect.DeepEqual(d, a.Decision) {
			t.Fatalf("%s: %v, %v; it was %v", a.Question, d, err, a.Decision)
		}
	}
}

// What is not known yet has no answer: neither an allow nor a denial.
func TestVerdictUnknownPoliciesHaveNoAnswer(t *testing.T) {
	tests := []struct {
		resourceType, name, property string
		question                     access.Question
	}{
		{"aws:s3/bucketPolicy:BucketPolicy", "data", "policy", question("churn-training", "s3:GetObject", "data bucket: models/churn/", "through the endpoint")},
		{"aws:kms/key:Key", "data", "policy", question("churn-training", "s3:GetObject", "data bucket: models/churn/", "through the endpoint")},
		{"aws:ec2/vpcEndpoint:VpcEndpoint", "s3", "policy", question("churn-training", "s3:PutObject", "data bucket: raw/crm/", "through the endpoint")},
		{"aws:ec2/vpcEndpoint:VpcEndpoint", "s3", "id", question("churn-training", "s3:ListBucket", "data bucket: models/churn/", "through the endpoint")},
		{"aws:iam/policy:Policy", "boundary", "policy", question("churn-training", "iam:CreateUser", "a user", "")},
		{"aws:iam/policy:Policy", "ml-guard-jobs", "policy", question("churn-training", "iam:CreateUser", "a user", "")},
		{"aws:iam/role:Role", "auditor", "assumeRolePolicy", question("anonymous", "sts:AssumeRole", "role auditor", "")},
		{"aws:kms/key:Key", "data", "arn", question("churn-training", "kms:Decrypt", "data key", "")},
	}
	for _, tt := range tests {
		e := read(t, "../../stacks/environments", "local")
		r := e.resource(tt.resourceType, tt.name)
		r.Properties[tt.property] = snapshot.Unknown
		if tt.property == "id" {
			r.ID = ""
		}
		if d, err := access.New(e.snapshot).Decide(tt.question); !errors.Is(err, access.ErrUnknown) {
			t.Errorf("%s with %s of %s not known: %v, %v", tt.question, tt.property, tt.name, d.Verdict, err)
		}
	}
}

func question(principal, action, resource, way string) access.Question {
	return access.Question{Principal: principal, Action: action, Resource: resource, Way: way}
}

// A question about what the estate has not is absent, not denied.
func TestVerdictAbsentThingsHaveNoAnswer(t *testing.T) {
	e := read(t, "../../stacks/environments", "local")
	for _, q := range []access.Question{
		question("churn-trainer", "s3:GetObject", "data bucket: models/churn/", "through the endpoint"),
		question("churn-training", "s3:GetObject", "date bucket: models/churn/", "through the endpoint"),
		question("churn-training", "kms:Decrypt", "data bucket: models/churn/", "through the endpoint"),
		question("churn-training", "s3:GetObject", "data bucket: models/churn/", "through the window"),
		question("churn-training", "sts:GetCallerIdentity", "session that is open to all", "through the endpoint of nobody"),
		question("anonymous", "sts:AssumeRole", "role of nobody", ""),
		question("ml-service given everything", "sagemaker:CreateNothing", "what it makes", "as it should be"),
	} {
		if d, err := e.model.Decide(q); !errors.Is(err, access.ErrAbsent) {
			t.Errorf("%s: %v, %v", q, d.Verdict, err)
		}
	}
}

// A grant that opens what others have shows in the row of who has it, however it
// is written: under the prefix, or where it opens them all, under the one that
// stands for all others.
func TestVerdictMatrixShowsNewGrants(t *testing.T) {
	const way = "through the endpoint"
	named := question("churn-training", "s3:GetObject", "data bucket: models/vision/", way)
	others := question("churn-training", "s3:GetObject", "data bucket: a prefix of others", way)
	if d, err := read(t, "../../stacks/environments", "local").model.Decide(named); err != nil || d.Verdict == iameval.Allow {
		t.Errorf("%s before: %v, %v", named, d, err)
	}
	for _, tt := range []struct {
		places string
		shows  access.Question
		want   iameval.Verdict
	}{
		{"/models/*", named, iameval.Allow},
		{"/*/vision/*", named, iameval.Allow},
		{"/mod?ls/vision/object", named, iameval.Allow},
		{"/models/vision/2026/*", named, iameval.ImplicitDeny}, // asked about, so that a reviewer sees it
		{"/${aws:PrincipalTag/team}/vision/*", named, iameval.ImplicitDeny},
		{"*", others, iameval.Allow},
		{"/*", others, iameval.Allow},
	} {
		e := read(t, "../../stacks/environments", "local")
		e.resource("aws:iam/rolePolicy:RolePolicy", "churn-training").Properties["policy"] = `{"Version":"2012-10-17","Statement":[
			{"Sid":"New","Effect":"Allow","Action":"s3:GetObject","Resource":"` + e.names.BucketARN("data") + tt.places + `"}]}`
		answers := access.New(e.snapshot).Matrix()
		at := slices.IndexFunc(answers, func(a access.Answer) bool { return a.Question == tt.shows })
		if at < 0 || answers[at].Decision.Verdict != tt.want {
			t.Errorf("a grant of %s: %s is not in the matrix, or is not %s", tt.places, tt.shows, tt.want)
		}
	}
}

// A policy from outside the estate makes a role unknown.
func TestVerdictPoliciesThatNobodyHasReadAreUnknown(t *testing.T) {
	e := read(t, "../../stacks/environments", "local")
	e.resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", e.attachment("churn-training")).Properties["policyArn"] = "arn:aws:iam::aws:policy/AdministratorAccess"
	q := question("churn-training", "s3:GetObject", "data bucket: models/churn/", "through the endpoint")
	if _, err := access.New(e.snapshot).Decide(q); !errors.Is(err, access.ErrUnknown) {
		t.Errorf("with a policy that nobody has read: %v", err)
	}
}

// resource is one of the snapshot's.
func (e *estate) resource(resourceType, name string) *snapshot.Resource {
	e.t.Helper()
	for _, r := range e.snapshot.OfType(resourceType) {
		if r.Name == name {
			return r
		}
	}
	e.t.Fatalf("there is no %s %s", resourceType, name)
	return nil
}

// attachment is the name of some attachment of a policy to a role.
func (e *estate) attachment(role string) string {
	e.t.Helper()
	for _, r := range e.snapshot.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if r.Refers("role", e.model.Role(role).Resource) {
			return r.Name
		}
	}
	e.t.Fatalf("nothing is attached to %s", role)
	return ""
}
