// Package evidence holds the report against the schemas that it must fit, and
// drives its page in a browser.
//
// Level of proof: unit. The estate is what the programs register; the browser is
// a real one, without a network.
package evidence

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/evidence"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/shared/workflows"
	"github.com/ringfence/ringfence/tests/recorded"
)

const (
	root         = "../.."
	environments = root + "/stacks/environments"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// hostile is a name that a page must not take for its own.
const hostile = `</script><img src="http://192.0.2.1/x" onerror="alert(1)">'"=cmd|' /C calc'!A0`

// broken is the estate as it should not be: without the block of public access,
// and with names and a drift that try to break out of the page.
func broken(t testing.TB) evidence.Input {
	t.Helper()
	s := recorded.Estate(t, environments, "local")
	s.Resources = slices.DeleteFunc(s.Resources, func(r snapshot.Resource) bool {
		return r.Type == "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock" && r.Name == "data"
	})
	for i := range s.Resources {
		if r := &s.Resources[i]; r.Type == "aws:kms/key:Key" && r.Name == "data" {
			r.Properties["enableKeyRotation"] = false
		}
		if r := &s.Resources[i]; r.Type == "aws:cloudwatch/logGroup:LogGroup" {
			r.Name += hostile
			r.Properties["retentionInDays"] = float64(1)
		}
	}
	s.Environment.Workloads = append(slices.Clone(s.Environment.Workloads), config.Workload{Name: hostile, Kind: "training", RunsOn: "sagemaker"})
	in := input(t, s)
	in.Drift = &evidence.Drift{Stacks: []evidence.StackDrift{{Stack: "data", Compared: 31, Resources: []evidence.DriftedResource{
		{URN: "urn:1", Label: "BucketPublicAccessBlock data", ID: "bucket", Deleted: true},
		{URN: "urn:2", Label: "Key data" + hostile, ID: "key", Properties: []evidence.DriftedProperty{{Path: "enableKeyRotation", Was: "true", Is: hostile}}},
	}}}}
	return in
}

// input judges a snapshot.
func input(t testing.TB, s *snapshot.Snapshot) evidence.Input {
	t.Helper()
	flows, err := workflows.Load(root + "/.github")
	if err != nil {
		t.Fatal(err)
	}
	exceptions, err := controls.LoadExceptions(environments)
	if err != nil {
		t.Fatal(err)
	}
	pipeline := &controls.Pipeline{Workflows: flows, Exceptions: exceptions, Today: today}
	return evidence.Input{
		Snapshot: s, Name: s.Environment.Name, Basis: evidence.Live, Time: today, Commit: "0123456789abcdef0123456789abcdef01234567",
		Results: controls.Judge(s, pipeline, exceptions.On(today)), Exceptions: exceptions, Access: access.New(s).Matrix(),
		Drift: &evidence.Drift{Stacks: []evidence.StackDrift{{Stack: "data", Compared: 31}}},
	}
}

func bundle(t testing.TB, in evidence.Input) map[string][]byte {
	t.Helper()
	files, err := evidence.Bundle(evidence.New(in), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		out[f.Name] = f.Content
	}
	return out
}

func TestUnitReportSaysWhatIsBrokenAndWhere(t *testing.T) {
	r := evidence.New(broken(t))
	places := map[string]string{}
	for _, c := range r.Controls {
		for _, f := range c.Findings {
			places[c.ID] = fmt.Sprintf("%s %s", f.Stack, f.Resource)
		}
	}
	for control, place := range map[string]string{
		"DAT-06": "data aws:s3/bucketV2:BucketV2 data", "DAT-01": "data aws:kms/key:Key data",
	} {
		if places[control] != place {
			t.Errorf("%s is broken at %q, not at %q", control, places[control], place)
		}
	}
	if r.Headline.Broken != len(places) {
		t.Errorf("the headline counts %d broken controls, and there are findings of %d", r.Headline.Broken, len(places))
	}
}

// The same input makes the same bytes. Another declared time changes no more than
// that time.
func TestUnitReportIsTheSameForTheSameInput(t *testing.T) {
	one, again := bundle(t, broken(t)), bundle(t, broken(t))
	for name, content := range one {
		if string(again[name]) != string(content) {
			t.Errorf("%s is another one the second time", name)
		}
	}
	later := broken(t)
	later.Time = today.Add(time.Hour)
	for name, content := range bundle(t, later) {
		timeless := name == evidence.AccessFile || name == evidence.AccessTable || name == evidence.ExceptionsFile
		if same := string(content) == string(one[name]); same != timeless {
			t.Errorf("an hour later %s is the same: %v", name, same)
		}
	}
}

// A hundred workloads make a report that is still quick to open.
func TestUnitReportOfAHundredWorkloadsStaysSmall(t *testing.T) {
	files := bundle(t, input(t, recorded.Crowded(t, environments, 100)))
	keep(t, "report-100-workloads.html", files[evidence.PageFile])
	if size := len(files[evidence.PageFile]); size > 6<<20 {
		t.Errorf("the page has %d bytes", size)
	}
}

func TestUnitManifestListsEveryFile(t *testing.T) {
	files := bundle(t, broken(t))
	var m evidence.Manifest
	if err := json.Unmarshal(files[evidence.ManifestFile], &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != len(files)-1 {
		t.Errorf("the manifest lists %d files of %d", len(m.Files), len(files)-1)
	}
	if m.Catalogue == "" || m.Commit == "" || m.Time != "2026-11-22T12:00:00Z" || len(m.Stacks) != 4 {
		t.Errorf("the manifest does not say what it is about: %+v", m)
	}
}

// keep leaves a file behind for whoever wants to look.
func keep(t testing.TB, name string, content []byte) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(root, ".ringfence", "evidence-tests"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
