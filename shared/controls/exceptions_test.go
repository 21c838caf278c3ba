package controls

import (
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestUnitRegisterOfTheProjectLoads(t *testing.T) {
	if _, err := LoadExceptions("../../stacks/environments"); err != nil {
		t.Fatal(err)
	}
}

func TestUnitProblemsOfTheRegisterAreReportedAllAtOnce(t *testing.T) {
	_, err := ParseExceptions("exceptions.yaml", []byte(`exceptions:
  - control: DAT-99
    stack: everywhere
    resource: all of them
    reason: " "
    expires: next year
    approvedBy: me
  - control: DAT-18
    stack: data
    resource: "aws:s3/bucketV2:BucketV2 *"
    owner: o
    reason: r
    compensation: c
    expires: 2027-02-30
`))
	if err == nil {
		t.Fatal("no problem was found")
	}
	golden.Check(t, "testdata/exceptions-keys.txt", []byte(err.Error()+"\n"))
	_, err = ParseExceptions("exceptions.yaml", []byte(`exceptions:
  - { control: DAT-99, stack: everywhere, resource: all of them, reason: " ", expires: next year }
  - { control: DAT-18, stack: data, resource: "aws:s3/bucketV2:BucketV2 *", owner: o, reason: r, compensation: c, expires: 2027-02-30 }
`))
	golden.Check(t, "testdata/exceptions-values.txt", []byte(err.Error()+"\n"))
}

func TestUnitExceptionsExpireAndMustCoverSomething(t *testing.T) {
	x := Exception{
		Control: "DAT-18", Stack: graph.Data, Resource: "aws:s3/bucketVersioningV2:BucketVersioningV2 d*", Expires: "2026-06-30",
	}
	covered := Finding{Control: "DAT-18", Stack: graph.Data, Resource: "aws:s3/bucketVersioningV2:BucketVersioningV2 data"}
	judged := map[string][]Result{"dev": {{Excepted: []Finding{covered}}}}
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := []struct {
		name   string
		change func(*Exception)
		today  string
		want   string
	}{
		{"on the last day", func(*Exception) {}, "2026-06-30", ""},
		{"the day after", func(*Exception) {}, "2026-07-01", "expired on 2026-06-30"},
		{"for another environment", func(x *Exception) { x.Environments = []string{"prod"} }, "2026-06-30", "covers no finding"},
		{"for another resource", func(x *Exception) { x.Resource = "aws:s3/bucketVersioningV2:BucketVersioningV2 audit" }, "2026-06-30", "covers no finding"},
		{"for another control", func(x *Exception) { x.Control = "DAT-16" }, "2026-06-30", "covers no finding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := x
			tt.change(&x)
			var got []string
			for _, s := range (Exceptions{x}).Check(day(tt.today), judged) {
				got = append(got, s.Why)
			}
			if text := strings.Join(got, "; "); (tt.want == "") != (text == "") || !strings.Contains(text, tt.want) {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}
