package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/tests/benchmark/calls"
	"github.com/ringfence/ringfence/tests/benchmark/footprint"
)

func TestUnitMedian(t *testing.T) {
	for name, test := range map[string]struct {
		values []float64
		want   float64
	}{
		"of one":                           {[]float64{4}, 4},
		"is the middle one, not the mean":  {[]float64{90, 1, 2}, 2},
		"of an even number is in between":  {[]float64{8, 1, 2, 4}, 3},
		"does not depend on outliers' way": {[]float64{2, 0.1, 3}, 2},
	} {
		given := slices.Clone(test.values)
		if got := median(given); got != test.want {
			t.Errorf("the median %s: %f, want %f", name, got, test.want)
		}
		if !slices.Equal(given, test.values) {
			t.Errorf("the median %s: the values were put in another order", name)
		}
	}
}

func measured(wall, cpu float64, memory int64, count calls.Count) measurement {
	return measurement{Calls: count, Footprint: footprint.Footprint{
		Wall: time.Duration(wall * float64(time.Second)), CPU: time.Duration(cpu * float64(time.Second)), Memory: memory << 20,
	}}
}

// example are results in which one target of each kind is missed.
func example() results {
	var all results
	for i, wall := range []float64{200, 180, 190} {
		all.add(firstDeploy, ringfenceSide, measured(wall, 12, 600, calls.Count{"iam:CreateRole": 2, "iam:GetRole": 5, "ssm:PutParameter": 1}))
		all.add(firstDeploy, terraformSide, measured(300+float64(i), 10, 500, calls.Count{"iam:CreateRole": 2, "iam:GetRole": 9, "x:Odd": 1}))
	}
	for range 3 {
		all.add(standing[0], ringfenceSide, measured(7, 4, 900, nil))
		all.add(standing[0], terraformSide, measured(13, 20, 500, nil))
		all.add(standing[3], ringfenceSide, measured(7, 4, 400, calls.Count{"iam:GetRole": 5}))
		all.add(standing[3], terraformSide, measured(14, 20, 500, calls.Count{"iam:GetRole": 4}))
		all.add(destroy, ringfenceSide, measured(30.3, 4, 400, calls.Count{"iam:DeleteRole": 2}))
		all.add(destroy, terraformSide, measured(38, 4, 500, calls.Count{"iam:DeleteRole": 2}))
	}
	return all
}

func TestUnitReport(t *testing.T) {
	created := census{"security/aws_iam_role": 12, "audit/aws_iam_role": 2, "network/aws_vpc": 1}
	got := report("Some processor, 2 cores", versions{"3.259.0", "1.11.4", "5.100.0", "5.2.5"}, created, example())
	golden.Check(t, "testdata/report.md", []byte(got))
}

func TestUnitReportIsPutBetweenTheMarkers(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	begin, end := markers("bench")
	write("# Above\n" + begin + "old\n" + end + "below\n")
	for range 2 { // the second time replaces the first
		if err := intoPage(page, "bench", "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != "# Above\n"+begin+"\nnew\n\n"+end+"below\n" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, text := range []string{"", begin, end, end + begin} {
		write(text)
		if err := intoPage(page, "bench", "new\n"); err == nil || !strings.Contains(err.Error(), "lacks the lines") {
			t.Errorf("%q: got %v", text, err)
		}
		if now, _ := os.ReadFile(page); string(now) != text {
			t.Errorf("%q was changed to %q", text, now)
		}
	}
	if err := intoPage("", "bench", "new\n"); err != nil {
		t.Error(err)
	}
}

func TestUnitRatio(t *testing.T) {
	r := result{sides: [2][]measurement{{measured(3, 0, 0, nil)}, {measured(4, 0, 0, nil)}}}
	if got := r.ratio(seconds); got != 0.75 {
		t.Errorf("got %f, want 0.75", got)
	}
	if got := r.ratio(callCount); got != 1 {
		t.Errorf("nothing to nothing is %f, want 1", got)
	}
}

func TestUnitMachine(t *testing.T) {
	for text, want := range map[string]string{
		"MemTotal:       24689764 kB\nMemFree:        100 kB\n": "24 GiB",
		"MemFree: 100 kB\n": "",
		"":                  "",
	} {
		if got := total(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := field("processor\t: 0\nmodel name\t: Some: Processor\nmodel name\t: Other\n", "model name"); got != "Some: Processor" {
		t.Errorf("the processor is %q", got)
	}
	if got := field("processor", "model name"); got != "" {
		t.Errorf("no processor is %q", got)
	}
}

func TestUnitCensus(t *testing.T) {
	ours := census{"network/aws_vpc": 1, "data/aws_s3_bucket": 2, "audit/aws_kms_key": 1, "data/aws_kms_key": 0}
	if got := ours.differences(census{"network/aws_vpc": 1, "data/aws_s3_bucket": 2, "audit/aws_kms_key": 1}); got != nil {
		t.Errorf("equal: got %q", got)
	}
	got := ours.differences(census{"network/aws_vpc": 1, "data/aws_s3_bucket": 1, "data/aws_kms_key": 1})
	want := []string{
		"audit/aws_kms_key: 1 with Ringfence, 0 with Terraform",
		"data/aws_kms_key: 0 with Ringfence, 1 with Terraform",
		"data/aws_s3_bucket: 2 with Ringfence, 1 with Terraform",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if ours.total() != 4 || ours.types() != 3 {
		t.Errorf("%d resources of %d types, want 4 of 3", ours.total(), ours.types())
	}
}
