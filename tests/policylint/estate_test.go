// Package policylint holds every policy of the estate against AWS's own reference:
// each action, condition key, resource and size.
//
// Level of proof: verdict. The policies are those that the programs register, run
// without an engine.
package policylint

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/policylint"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/recorded"
)

const (
	folder       = recorded.Project
	managed      = "aws:iam/policy:Policy"
	bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy"
)

// environments are those of the project, and those of the tests that have every
// feature on, and nothing.
var environments = recorded.Environments("full", "minimal")

// The estate is clean in every environment, and what is let pass is there.
func TestVerdictEstateIsCleanByTheLint(t *testing.T) {
	excepted := map[int]bool{}
	for _, environment := range slices.Sorted(maps.Keys(environments)) {
		s := recorded.Estate(t, environments[environment], environment)
		report := policylint.Lint(s)
		for _, f := range report.Findings {
			t.Errorf("%s: %s", environment, f)
		}
		if report.Documents < 50 || len(report.Unknown) > 0 {
			t.Errorf("%s: only %d policies were read; not known are %v", environment, report.Documents, report.Unknown)
		}
		for i := range report.Excepted {
			excepted[i] = true
		}
		noPolicyIsOverlooked(t, s)
	}
	for i, e := range policylint.Exceptions {
		if !excepted[i] {
			t.Errorf("the exception for %s of %s covers nothing any more; take it out", e.Value, e.Rule.ID)
		}
	}
}

// noPolicyIsOverlooked holds that package access has read every policy, whatever
// type of resource carries it.
func noPolicyIsOverlooked(t *testing.T, s *snapshot.Snapshot) {
	read := map[string]bool{}
	for _, d := range access.New(s).Documents {
		read[d.Resource.URN+" "+d.Property] = true
	}
	for _, resource := range s.Resources {
		for property, value := range resource.Properties {
			if text, _ := value.(string); strings.Contains(text, `"Statement"`) && !read[resource.URN+" "+property] {
				t.Errorf("%s: package access does not know that %s is a policy, and so nobody lints it", resource.String(), property)
			}
		}
	}
}

// Faults that are planted in the estate's own policies are found there, and
// nothing else is.
func TestVerdictFaultsPlantedInTheEstateAreFound(t *testing.T) {
	estate := recorded.Estate(t, folder, "local")
	for _, tt := range []struct {
		rule               *policylint.Rule
		carrier, name, sid string
		plant              func(*iameval.Statement)
	}{
		{policylint.UnknownAction, managed, "boundary", "DenyBlindingAudit", func(s *iameval.Statement) {
			s.Actions = append(s.Actions, "cloudtrail:StopLoggin")
		}},
		{policylint.UnsupportedKey, managed, "ml-guard-jobs", "DenyWithoutNetworkIsolation", func(s *iameval.Statement) {
			s.Actions = append(s.Actions, "sagemaker:CreateAutoMLJob")
		}},
		{policylint.DeprecatedKey, managed, "ml-guard-keys", "DenyVolumesWithoutDataKey", func(s *iameval.Statement) {
			s.Conditions[0].Key = "sagemaker:VolumeKmsKey"
		}},
		{policylint.MissingSetOperator, managed, "ml-guard-network", "DenyOtherSubnets", func(s *iameval.Statement) {
			s.Conditions[0].Operator = "StringNotEquals"
		}},
		{policylint.ForeignResource, bucketPolicy, "data", "DenyPlainHTTP", func(s *iameval.Statement) {
			s.Resources[0] = "arn:aws:s3:::ringfence-other"
		}},
	} {
		takeOut := plantIn(t, estate, tt.carrier, tt.name, tt.sid, tt.plant)
		found := policylint.Lint(estate).Findings
		takeOut()
		if len(found) != 1 || found[0].ID != tt.rule.ID || found[0].Statement != tt.sid {
			t.Errorf("%s in %s of %s: %v", tt.rule.ID, tt.sid, tt.name, found)
		}
	}
}

// plantIn changes a statement of a policy of the estate, and returns what takes
// the change out again.
func plantIn(t *testing.T, s *snapshot.Snapshot, carrier, name, sid string, plant func(*iameval.Statement)) (takeOut func()) {
	t.Helper()
	for _, d := range access.New(s).Documents {
		if d.Resource.Type != carrier || d.Resource.Name != name {
			continue
		}
		document := d.Policy.Document()
		for i := range document.Statements {
			if document.Statements[i].Sid == sid {
				plant(&document.Statements[i])
				text, err := document.MarshalJSON()
				if err != nil {
					t.Fatal(err)
				}
				was := d.Resource.Properties[d.Property]
				d.Resource.Properties[d.Property] = string(text)
				return func() { d.Resource.Properties[d.Property] = was }
			}
		}
	}
	t.Fatalf("there is no statement %s in %s %s", sid, carrier, name)
	return nil
}
