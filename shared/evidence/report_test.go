package evidence

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// bare is an input of an estate that has nothing but an open bucket.
func bare(register controls.Exceptions) Input {
	s := &snapshot.Snapshot{
		Environment: &config.Environment{Name: "local", AccountID: "123456789012", Region: "eu-central-1", Target: config.Emulator},
		Names:       names.New("local", "123456789012", "eu-central-1"), Stacks: []graph.Name{graph.Data},
		Resources: []snapshot.Resource{{Stack: graph.Data, Type: "aws:s3/bucketV2:BucketV2", Name: "=data|", URN: "urn:1", Properties: map[string]any{"bucket": "b"}}},
	}
	return Input{
		Snapshot: s, Name: "local", Basis: Deployed, Time: time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC),
		Results: controls.Judge(s, nil, register), Exceptions: register,
	}
}

func TestUnitExceptionsCountTheirDays(t *testing.T) {
	register := controls.Exceptions{
		{Control: "DAT-06", Stack: graph.Data, Resource: "aws:s3/bucketV2:BucketV2 =data*", Expires: "2026-11-22"},
		{Control: "DAT-07", Stack: graph.Data, Resource: "aws:s3/bucketV2:BucketV2 =data*", Expires: "2026-11-23"},
		{Control: "DAT-09", Stack: graph.Data, Resource: "aws:s3/bucketV2:BucketV2 other", Expires: "2026-11-21"},
		{Control: "DAT-09", Stack: graph.Data, Resource: "aws:s3/bucketV2:BucketV2 other", Expires: "2027-11-22", Environments: []string{"prod"}},
	}
	r := New(bare(register))
	if len(r.Exceptions) != 3 {
		t.Fatalf("%d exceptions are for this environment", len(r.Exceptions))
	}
	for i, want := range []string{"expires today", "1 day left, to 2026-11-23", "expired on 2026-11-21"} {
		if got := r.Exceptions[i].Left(); got != want {
			t.Errorf("%s: %q, not %q", r.Exceptions[i].Control, got, want)
		}
	}
	if len(r.Exceptions[0].Covers) != 1 || len(r.Exceptions[2].Covers) != 0 {
		t.Errorf("the exceptions cover %d and %d findings", len(r.Exceptions[0].Covers), len(r.Exceptions[2].Covers))
	}
}

// A control that found nothing to look at, or is off, is not counted as held.
func TestUnitHeadlineCountsNothingThatWasNotJudged(t *testing.T) {
	h := New(bare(nil)).Headline
	if h.Judged != h.Holds+h.Excepted+h.Broken+h.CannotTell || h.Judged+h.Off+h.NotHere != len(controls.All()) || h.NotHere == 0 || h.Broken == 0 {
		t.Errorf("%+v", h)
	}
}

// A requirement is automated only by a mapping that was read at its source, of a
// control that was judged.
func TestUnitCoverageIsNoBetterThanItsMapping(t *testing.T) {
	serving := func(s controls.Status, source controls.Source) []Serving {
		return []Serving{{"X-01", s, source, source.Verified()}}
	}
	for name, c := range map[string]struct {
		by   []Serving
		want Coverage
	}{
		"nobody":       {nil, Manual},
		"read":         {serving(controls.Holds, controls.Read), Automated},
		"read, broken": {serving(controls.Broken, controls.Read), Automated},
		"read, off":    {serving(controls.Off, controls.Read), Partial},
		"read, empty":  {serving(controls.NotHere, controls.Read), Partial},
		"our own":      {serving(controls.Holds, controls.Own), Partial},
		"Prowler's":    {serving(controls.Holds, controls.Prowler), Partial},
		"disputed":     {serving(controls.Holds, controls.Disputed), Partial},
	} {
		if got := coverage(c.by); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

// The lists of requirements are as long as their frameworks.
func TestUnitCompleteFrameworksHaveAllTheirRequirements(t *testing.T) {
	want := map[string]int{"cis-aws-3.0": 62, "cis-aws-5.0": 63, "iso-27001-2022": 93, "nist-ai-rmf-1.0": 72, "soc-2": 43}
	for _, f := range New(bare(nil)).Frameworks {
		if n, ok := want[f.Key]; ok && len(f.Requirements) != n {
			t.Errorf("%s lists %d requirements, not %d: a control serves one that there is not", f.Key, len(f.Requirements), n)
		}
		if f.Complete != (want[f.Key] > 0) {
			t.Errorf("%s complete: %v", f.Key, f.Complete)
		}
	}
}

func TestUnitTablesHoldNoFormulas(t *testing.T) {
	r := New(bare(nil))
	r.Access = []Access{{Principal: "=cmd()", Action: "+1", Resource: "a,b\n\"c\"", Way: "@x", Verdict: "allow", Because: "-"}}
	content, err := r.accessCSV()
	if err != nil || !strings.Contains(string(content), "'=cmd(),'+1,\"a,b\n\"\"c\"\"\",'@x,allow,'-") {
		t.Errorf("%v: %s", err, content)
	}
}

func TestUnitTextIsNotTakenForMarkdown(t *testing.T) {
	if text := string(New(bare(nil)).markdown()); !strings.Contains(text, `aws:s3/bucketV2:BucketV2 =data\|`) {
		t.Error("a name breaks the table")
	}
}

// A report is written whole or not at all, over an older report and over nothing
// else.
func TestUnitReportReplacesOnlyAReport(t *testing.T) {
	files, err := Bundle(New(bare(nil)), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "below", "report")
	for _, spelled := range []string{dir, dir, dir + "/"} {
		if err := Write(spelled, files); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := Verify(dir, ""); err != nil || !v.OK() {
		t.Errorf("%v: %+v", err, v)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("left beside the report: %v", left)
	}
	mine := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(mine, []byte("years of work"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, files); err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("a folder with other files: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(other, files); err == nil || !strings.Contains(err.Error(), "is no report") {
		t.Errorf("a folder of somebody: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// What somebody has signed is not lost to a report that nobody signs.
func TestUnitSignedReportIsSetAside(t *testing.T) {
	signer, _, err := EnsureSigner(filepath.Join(t.TempDir(), "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	report := New(bare(nil))
	report.Environment.Stacks, report.Time = "local", "2026-11-22T12:00:00Z"
	signed, err := Bundle(report, signer)
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := Bundle(report, nil)
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "local")
	if aside, err := SetSignedAside(place); aside != "" || err != nil {
		t.Errorf("nothing there: %q, %v", aside, err)
	}
	for range 2 { // the second time it is kept already
		if err := Write(place, signed); err != nil {
			t.Fatal(err)
		}
		aside, err := SetSignedAside(place)
		if err != nil || filepath.Dir(aside) != place+".signed" {
			t.Fatalf("%q, %v", aside, err)
		}
		if v, err := Verify(aside, signer.Fingerprint()); err != nil || !v.OK() {
			t.Errorf("%v: %+v", err, v)
		}
	}
	if err := Write(place, unsigned); err != nil {
		t.Fatal(err)
	}
	if aside, err := SetSignedAside(place); aside != "" || err != nil {
		t.Errorf("an unsigned one: %q, %v", aside, err)
	}
	if kept, _ := os.ReadDir(place + ".signed"); len(kept) != 1 {
		t.Errorf("kept %v", kept)
	}
}

func TestUnitArchiveFolderNamesOneReport(t *testing.T) {
	manifest := func(stacks, commit, time, digest string) Manifest {
		return Manifest{Environment: Environment{Stacks: stacks}, Commit: commit, Time: time, Files: []ListedFile{{Name: TextFile, SHA256: digest}}}
	}
	one, err := ArchiveFolder(manifest("dev", "0f3c9a1b2d4e5f6071", "2027-01-31T13:00:00+01:00", "a"))
	if err != nil || !strings.HasPrefix(one, "dev/20270131T120000Z-0f3c9a1b2d4e-") || len(one) != len("dev/20270131T120000Z-0f3c9a1b2d4e-0123456789ab") {
		t.Errorf("%q, %v", one, err)
	}
	if other, err := ArchiveFolder(manifest("dev", "0f3c9a1b2d4e5f6071", "2027-01-31T13:00:00+01:00", "b")); err != nil || other == one {
		t.Errorf("another report of the same moment: %q, %v", other, err)
	}
	if none, err := ArchiveFolder(manifest("dev", "", "2027-01-31T12:00:00Z", "a")); err != nil || !strings.Contains(none, "Z-uncommitted-") {
		t.Errorf("%q, %v", none, err)
	}
	for _, hostile := range []Manifest{
		manifest("../prod", "", "2027-01-31T12:00:00Z", ""), manifest("", "", "2027-01-31T12:00:00Z", ""), manifest("dev", "a/../b", "2027-01-31T12:00:00Z", ""),
		manifest("dev", "", "yesterday", ""), manifest(`a\\b`, "", "2027-01-31T12:00:00Z", ""),
	} {
		if folder, err := ArchiveFolder(hostile); err == nil {
			t.Errorf("%+v is kept as %q", hostile, folder)
		}
	}
}
