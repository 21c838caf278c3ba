package evidence

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/defenseunicorns/go-oscal/src/pkg/validation"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/evidence"
	"github.com/ringfence/ringfence/tests/recorded"
)

// The schema is the one that NIST publishes with OSCAL 1.1.3.
func TestUnitOSCALFitsThePublishedSchema(t *testing.T) {
	for name, in := range map[string]evidence.Input{"as it is": input(t, recorded.Estate(t, environments, "prod")), "broken": broken(t)} {
		content := bundle(t, in)[evidence.OSCALFile]
		if err := validateOSCAL(content); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := validateOSCAL(bytes.ReplaceAll(content, []byte(`"not-satisfied"`), []byte(`"bad"`))); name == "broken" && err == nil {
			t.Error("the schema takes a state that there is not")
		}
	}
}

func validateOSCAL(content []byte) error {
	validator, err := validation.NewValidator(content)
	if err != nil {
		return err
	}
	if validator.GetSchemaVersion() != "1.1.3" {
		return fmt.Errorf("the document is of OSCAL %s", validator.GetSchemaVersion())
	}
	return validator.Validate()
}

// The schema is the one of the OASIS standard, errata 01.
func TestUnitSARIFFitsThePublishedSchema(t *testing.T) {
	content := bundle(t, broken(t))[evidence.SARIFFile]
	report := parseSARIF(t, content)
	run := report.Runs[0]
	if len(run.Results) < 4 || len(run.Tool.Driver.Rules) != len(controls.All()) {
		t.Errorf("%d results, %d rules", len(run.Results), len(run.Tool.Driver.Rules))
	}
	suppressed := 0
	for _, r := range run.Results {
		suppressed += len(r.Suppressions)
	}
	if suppressed == 0 {
		t.Error("no exception became a suppression")
	}
}

// parseSARIF reads a file without letting anything pass that is no SARIF.
func parseSARIF(t *testing.T, content []byte) *sarif.Report {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(new(sarif.Report)); err != nil {
		t.Fatal(err)
	}
	report, err := sarif.FromBytes(content)
	if err != nil {
		t.Fatal(err)
	}
	// The library writes out what was left out, in these as no schema takes it. The
	// values are the standard's defaults.
	for _, run := range report.Runs {
		run.Language, run.Tool.Driver.Language, run.NewlineSequences = "en-US", "en-US", []string{"\n"}
	}
	if err := report.Validate(); err != nil {
		t.Fatal(err)
	}
	return report
}

// What GitHub takes is not exceeded, however much is wrong.
func TestUnitSARIFRespectsTheLimitsOfGitHub(t *testing.T) {
	in := broken(t)
	for i := range in.Results {
		for len(in.Results[i].Findings) > 0 && len(in.Results[i].Findings) < 9_000 {
			f := in.Results[i].Findings[0]
			f.Resource = fmt.Sprintf("%s-%d", f.Resource, len(in.Results[i].Findings))
			in.Results[i].Findings = append(in.Results[i].Findings, f)
		}
	}
	content := bundle(t, in)[evidence.SARIFFile]
	report := parseSARIF(t, content)
	if len(report.Runs) != 1 || len(report.Runs[0].Results) > 25_000 {
		t.Errorf("%d runs, %d results", len(report.Runs), len(report.Runs[0].Results))
	}
	if len(report.Runs[0].Invocations[0].ToolExecutionNotifications) != 1 {
		t.Error("nobody says that findings were left out")
	}
	for _, rule := range report.Runs[0].Tool.Driver.Rules {
		if tags := rule.Properties.Tags; len(tags) > 10 {
			t.Errorf("%s has %d tags", *rule.ID, len(tags))
		}
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil || w.Close() != nil || b.Len() > 10<<20 {
		t.Errorf("%d bytes compressed, %v", b.Len(), err)
	}
}
