package main

import (
	"slices"
	"testing"
	"time"
)

func seconds(all ...float64) []time.Duration {
	var out []time.Duration
	for _, s := range all {
		out = append(out, time.Duration(s*float64(time.Second)))
	}
	return out
}

func TestUnitMedian(t *testing.T) {
	for name, test := range map[string]struct{ times, want []time.Duration }{
		"of one":                           {seconds(4), seconds(4)},
		"is the middle one, not the mean":  {seconds(90, 1, 2), seconds(2)},
		"of an even number is in between":  {seconds(8, 1, 2, 4), seconds(3)},
		"does not depend on outliers' way": {seconds(2, 0.1, 3), seconds(2)},
	} {
		given := slices.Clone(test.times)
		if got := median(given); got != test.want[0] {
			t.Errorf("the median %s: %s, want %s", name, got, test.want[0])
		}
		if !slices.Equal(given, test.times) {
			t.Errorf("the median %s: the times were put in another order", name)
		}
	}
}

func TestUnitReport(t *testing.T) {
	var all results
	for _, took := range seconds(200, 180, 190) {
		all.add(firstDeploy, ringfenceSide, took)
	}
	for _, took := range seconds(300, 310, 380) {
		all.add(firstDeploy, terraformSide, took)
	}
	for i := range 3 {
		all.add(noChange, i%2, 7*time.Second)
		all.add(noChange, (i+1)%2, 14*time.Second)
	}
	all.add(destroy, ringfenceSide, 30300*time.Millisecond)
	all.add(destroy, terraformSide, 38*time.Second)
	want := "124 resources in four stacks, the same on both sides. 2 cores, linux/amd64.\n" +
		"Pulumi 3.259.0, Terraform 1.11.4, AWS provider 5.100.0, moto 5.2.5.\n\n" +
		"| | Ringfence | Terraform | ratio |\n" +
		"|---|--:|--:|--:|\n" +
		"| first deploy: `./ringfence up` against `terraform apply` ×4 | 190.0 (180.0–200.0) | 310.0 (300.0–380.0) | 0.61 |\n" +
		"| no change: `./ringfence up` against `terraform plan -refresh=false` ×4 | 7.0 (7.0–14.0) | 14.0 (7.0–14.0) | 0.50 |\n" +
		"| destroy: `./ringfence destroy` against `terraform destroy -refresh=false` ×4 | 30.3 | 38.0 | 0.80 |\n" +
		"\nSeconds: median of the rounds (fastest–slowest); rounds: 3.\n"
	got := report("2 cores, linux/amd64", versions{"3.259.0", "1.11.4", "5.100.0", "5.2.5"}, 124, all)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestUnitMemory(t *testing.T) {
	for text, want := range map[string]string{
		"MemTotal:       24689764 kB\nMemFree:        100 kB\n": "24 GiB",
		"MemFree: 100 kB\n": "",
		"":                  "",
	} {
		if got := total(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestUnitCensus(t *testing.T) {
	ours := census{"network/aws_vpc": 1, "data/aws_s3_bucket": 2, "audit/aws_kms_key": 1}
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
	if ours.total() != 4 {
		t.Errorf("total %d, want 4", ours.total())
	}
}
