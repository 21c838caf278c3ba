package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/golden"
)

// Lists that no policy has room for are refused, each with what it takes and what
// there is. That the numbers are right is held by tests/policylint.
func TestUnitListsThatNoPolicyHasRoomForAreRefused(t *testing.T) {
	many := func(entries int, pattern string) string {
		out := make([]string, entries)
		for i := range out {
			out[i] = strings.ReplaceAll(pattern, "#", fmt.Sprintf("%03d", i))
		}
		return strings.Join(out, ", ")
	}
	const role, user = "arn:aws:iam::123456789012:role/a-team-of-many-#", "arn:aws:iam::123456789012:user/a-person-on-call-#"
	settings, _, _ := strings.Cut(read(t, environments+"/local.yaml"), "access:\n")
	content := settings + `access:
  auditors: [` + many(40, role) + `]
  breakGlass: [` + many(40, user) + `]
  deployers: [` + many(400, role) + `]
  dataScientists: [` + many(40, role) + `]
github: { repository: acme/ringfence }
models: { allowed: [` + many(200, "provider.a-model-#") + `] }
features:
  instanceTypes: [` + many(400, "ml.m#.xlarge") + `]
  supportRole: [` + many(40, role) + `]
workloads:
  - { name: greedy, owner: o, kind: training, runsOn: sagemaker, reads: [` + many(200, "raw/#/") + `], writes: [models/], classification: internal }
  - { name: talkative, owner: o, kind: agent, runsOn: lambda, reads: [], writes: [], classification: internal }
  - ` + strings.ReplaceAll(many(200, "{ name: on-instances-#, owner: o, kind: inference, runsOn: ec2, reads: [], writes: [], classification: internal }"), "}, {", "}\n  - {") + `
  - ` + strings.ReplaceAll(many(200, "{ name: on-sagemaker-#, owner: o, kind: training, runsOn: sagemaker, reads: [], writes: [], classification: internal }"), "}, {", "}\n  - {") + "\n"
	_, err := Parse("too-long.yaml", []byte(content), "local", "local")
	if err == nil {
		t.Fatal("loaded without a problem")
	}
	golden.Check(t, "testdata/too-long.txt", []byte(err.Error()+"\n"))
}

// What AWS refuses by its length or its letters alone.
func TestUnitValuesThatAWSWouldRefuse(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"owner: platform-security", "owner: <platform>", `owner is "<platform>": must be at most 256 letters`},
		{"owner: growth-ml", "owner: growth & ml", `workloads[0].owner is "growth & ml": must be at most 256 letters`},
		{"owner: platform-security", "owner: " + strings.Repeat("x", 257), "owner is"},
		{"acme/ringfence", strings.Repeat("x", 40) + "/ringfence", "github.repository is"},
		{"acme/ringfence", "acme/" + strings.Repeat("x", 101), "github.repository is"},
		{"mlAlarms: true", "instanceTypes: [ml.m5.xlarge, ml.m5.xlarge]", `features.instanceTypes[1] is "ml.m5.xlarge": is listed twice`},
		{"mlAlarms: true", "securityContact: { name: " + strings.Repeat("x", 65) + ", title: t, email: a@example.com, phone: 12345 }", "in at most 64 characters"},
		{"mlAlarms: true", "securityContact: { name: n, title: " + strings.Repeat("x", 51) + ", email: a@example.com, phone: 12345 }", "in at most 50 characters"},
	} {
		content := strings.Replace(read(t, environments+"/local.yaml"), tt.from, tt.to, 1)
		if _, err := Parse("local.yaml", []byte(content), "local", "local"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.to, err, tt.want)
		}
	}
}

// The bucket of the replica's access logs has a longer name than any bucket of
// the environment's own region.
func TestUnitReplicaWhoseBucketsHaveNoNameIsRefused(t *testing.T) {
	content := read(t, environments+"/prod.yaml")
	for from, to := range map[string]string{"eu-central-1": "eu-west-1", "features:\n": "features:\n  replicaRegion: ap-southeast-1\n"} {
		content = strings.ReplaceAll(content, from, to)
	}
	const name = "a-long-name-of-18x"
	if _, err := Parse("prod.yaml", []byte(content), "prod", "prod"); err != nil {
		t.Errorf("a short name: %v", err)
	}
	_, err := Parse("prod.yaml", []byte(content), "prod", name)
	if err == nil || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), `"ringfence-`+name+`-replica-logs-`) {
		t.Errorf("got %v", err)
	}
}
