// Package delta changes the recorded estate, as a pull request might, and holds
// what a reviewer is told of it.
package delta

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/delta"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/recorded"
)

const environments = "../../stacks/environments"

// change is what happens to the estate `local`.
type change struct {
	name string
	make func(*testing.T, *snapshot.Snapshot)
}

var changes = []change{
	{"nothing", func(*testing.T, *snapshot.Snapshot) {}},
	{"a bucket takes plain HTTP", func(t *testing.T, s *snapshot.Snapshot) {
		edit(t, find(t, s, graph.Data, "aws:s3/bucketPolicy:BucketPolicy", "data"), "policy", `"aws:SecureTransport":"false"`, `"aws:SecureTransport":"true"`)
	}},
	{"a workload reads everything", func(t *testing.T, s *snapshot.Snapshot) {
		r := find(t, s, graph.Data, "aws:iam/rolePolicy:RolePolicy", "churn-training")
		edit(t, r, "policy", `/curated/churn/*"`, `/*"`)
	}},
	{"the pipeline loses a denial", func(t *testing.T, s *snapshot.Snapshot) {
		edit(t, find(t, s, graph.Security, "aws:iam/policy:Policy", "boundary"), "policy", `"cloudtrail:StopLogging",`, ``)
	}},
	{"a key stops rotating", func(t *testing.T, s *snapshot.Snapshot) {
		find(t, s, graph.Data, "aws:kms/key:Key", "data").Properties["enableKeyRotation"] = false
	}},
	{"the policy of a bucket is gone", func(t *testing.T, s *snapshot.Snapshot) {
		s.Resources = slices.DeleteFunc(s.Resources, func(r snapshot.Resource) bool {
			return r.Type == "aws:s3/bucketPolicy:BucketPolicy" && r.Name == "access-logs"
		})
	}},
	{"a policy is not known yet", func(t *testing.T, s *snapshot.Snapshot) {
		find(t, s, graph.Audit, "aws:kms/key:Key", "audit").Properties["policy"] = snapshot.Unknown
	}},
}

func find(t *testing.T, s *snapshot.Snapshot, stack graph.Name, resourceType, name string) *snapshot.Resource {
	t.Helper()
	for _, r := range s.OfType(resourceType) {
		if r.Stack == stack && r.Name == name {
			return r
		}
	}
	t.Fatalf("there is no %s %s", resourceType, name)
	return nil
}

func edit(t *testing.T, r *snapshot.Resource, property, old, with string) {
	t.Helper()
	text, _ := r.Properties[property].(string)
	if !strings.Contains(text, old) {
		t.Fatalf("%s of %s has no %s: %s", property, r, old, text)
	}
	r.Properties[property] = strings.ReplaceAll(text, old, with)
}

func side(t *testing.T, s *snapshot.Snapshot) delta.Side {
	t.Helper()
	exceptions, err := controls.LoadExceptions(environments)
	if err != nil {
		t.Fatal(err)
	}
	return delta.Side{Snapshot: s, Results: controls.Judge(s, nil, exceptions)}
}

func TestVerdictWhatAChangeDoesToSecurity(t *testing.T) {
	var files []string
	for _, c := range changes {
		file := strings.NewReplacer(" ", "-", ",", "").Replace(c.name) + ".txt"
		files = append(files, file)
		t.Run(c.name, func(t *testing.T) {
			before, after := recorded.Estate(t, environments, "local"), recorded.Estate(t, environments, "local")
			c.make(t, after)
			golden.Check(t, filepath.Join("testdata", file), words(delta.Compare(side(t, before), side(t, after))))
		})
	}
	golden.CheckDir(t, "testdata", files)
}

func words(d *delta.Delta) []byte {
	var b strings.Builder
	for _, part := range d.Parts() {
		b.WriteString(part.Title + "\n\n" + strings.Join(part.Lines, "\n") + "\n\n")
	}
	return []byte(b.String())
}
