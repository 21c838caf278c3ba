package workflows

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ringfence/ringfence/shared/evidence"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/tests/checkout"
	"github.com/ringfence/ringfence/tests/inventory"
)

// standing is an emulated AWS of its own, and the checkout that deploys there:
// what is merged. Its environment dev lives in the emulator.
type standing struct {
	merged   string
	endpoint string
	account  *inventory.Account
}

// The real workflows with the real command, engine and provider code: one merge
// deploys the estate, and what then happens to it happens on that one.
func TestEmulatorWorkflowsOnAStandingEstate(t *testing.T) {
	t.Parallel()
	e := newStanding(t)
	leaked := make(chan error, 1)
	go func() {
		out, err := e.command("up", "--env", "ephemeral", "--name", "pr-1", "--stack", "network").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		leaked <- err
	}()
	merged := t.Run("a merge deploys the stacks in order", e.merge)
	if err := <-leaked; err != nil { // waited for in any case: it outlives no test
		t.Fatalf("nothing could be leaked: %v", err)
	}
	if !merged {
		return
	}
	t.Run("then", func(t *testing.T) {
		t.Run("a pull request changes network", e.pullRequest)
		t.Run("somebody removes a bucket policy", e.drift)
		t.Run("somebody has leaked an estate", e.leak)
	})
}

// A night in the sandbox leaves what bootstrap has made there, and nothing else. The
// tests of that night are left out: the suite around this runs them, and its live
// level takes what refuses something.
func TestEmulatorANightLeavesNothing(t *testing.T) {
	t.Parallel()
	e := newStanding(t)
	file := filepath.Join(e.merged, "stacks/environments/sandbox.yaml")
	small, features, _ := strings.Cut(read(t, filepath.Join(e.merged, "stacks/environments/ephemeral.yaml")), "\n# Every optional control ")
	_, workloads, _ := strings.Cut(features, "\nworkloads:")
	writeFile(t, file, small+"\nworkloads:"+workloads) // features may set up the account, which is not for a night
	checkout.Replace(t, file, "github: { ", "github: { integration: true, ")
	e.output(t, "bootstrap", "--env", "sandbox", "--yes")
	before := e.account.List(t.Context(), t)

	r := e.run(t, e.merged, scenario{workflow: "nightly.yml", event: "schedule", sandbox: "sandbox"})
	golden.Check(t, "testdata/estate/a-night.txt", []byte(r.Calls))
	if after := e.account.List(t.Context(), t); !slices.Equal(before, after) {
		t.Errorf("before the night there was\n%s\nand after it\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	var found struct{ Orphans []string }
	if err := json.Unmarshal(e.output(t, "janitor", "--env", "sandbox", "--dry-run", "--json"), &found); err != nil || len(found.Orphans) > 0 {
		t.Errorf("AWS lists by the tags of the estate %v, %v", found.Orphans, err)
	}
	// A key waits a week for its deletion: so the estate did stand.
	if keys := e.keysToGo(t); keys == 0 {
		t.Error("no key waits for its deletion: was anything deployed?")
	}
}

func newStanding(t *testing.T) *standing {
	t.Helper()
	merged := checkout.Copy(t)
	checkout.LendEmulator(t, merged)
	intoEmulator(t, merged)
	e := &standing{merged: merged}
	var status struct{ Endpoint string }
	if err := json.Unmarshal(e.output(t, "emulator", "start", "--json"), &status); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.endpoint = "" // one that is given is not stopped
		e.output(t, "emulator", "stop")
	})
	e.endpoint, e.account = status.Endpoint, inventory.At(t.Context(), t, status.Endpoint)
	e.output(t, "tools")
	return e
}

// intoEmulator makes dev a small environment that lives in the emulator.
func intoEmulator(t *testing.T, folder string) {
	t.Helper()
	small := read(t, filepath.Join(folder, "stacks/environments/ephemeral.yaml"))
	writeFile(t, filepath.Join(folder, "stacks/environments/dev.yaml"), small)
}

// command calls ./ringfence as a person would.
func (e *standing) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(e.merged, ".ringfence/bin/ringfence"), args...)
	cmd.Dir, cmd.Env = e.merged, e.environ(e.merged)
	return cmd
}

func (e *standing) output(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := e.command(args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ringfence %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// environ is for the command of a checkout: with the emulator of this estate,
// once there is one, and with Go's own folders, which lie in the home that a
// workflow does not have.
func (e *standing) environ(real string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "RINGFENCE_AWS_ENDPOINT=") })
	if e.endpoint != "" {
		env = append(env, "RINGFENCE_AWS_ENDPOINT="+e.endpoint)
	}
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	if folders := strings.Fields(string(out)); err == nil && len(folders) == 3 {
		env = append(env, "GOCACHE="+folders[0], "GOMODCACHE="+folders[1], "GOPATH="+folders[2])
	}
	command, err := exec.LookPath("go")
	if err == nil {
		env = append(env, "REAL_GO="+command)
	}
	return append(env, "REAL="+real)
}

// run runs a workflow with the command of a checkout.
func (e *standing) run(t *testing.T, real string, s scenario) result {
	t.Helper()
	s.real, s.env = real, e.environ(real)
	r := s.run(t)
	if !r.Green {
		t.Fatalf("the run is red\n%s\n%s", r.Calls, r.Log)
	}
	return r
}

// expect holds that a comment or an issue says all of this.
func expect(t *testing.T, r result, says ...string) {
	t.Helper()
	for _, text := range says {
		if !strings.Contains(r.Calls, text) {
			t.Errorf("want it to say %q\n%s\n%s", text, r.Calls, r.Log)
		}
	}
}

func (e *standing) merge(t *testing.T) {
	r := e.run(t, e.merged, scenario{workflow: "deploy.yml", event: "push", environments: `["dev"]`})
	golden.Check(t, "testdata/estate/a-merge.txt", []byte(r.Calls))
	e.stands(t, "dev", true)
	var buckets []string
	all, err := e.account.S3.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, bucket := range all.Buckets {
		buckets = append(buckets, aws.ToString(bucket.Name))
	}
	for _, bucket := range []string{dataBucket, auditBucket} {
		if !slices.Contains(buckets, bucket) {
			t.Errorf("there is no bucket %s: %v", bucket, buckets)
		}
	}
	e.keepsEvidence(t)
}

// keepsEvidence reads the report back from the audit bucket: whole, with its
// attestation beside it. What lives in the emulator locks nothing; that objects are
// locked is shown where the command uploads them.
func (e *standing) keepsEvidence(t *testing.T) {
	t.Helper()
	listed, err := e.account.S3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(auditBucket), Prefix: aws.String("evidence/")})
	if err != nil {
		t.Fatal(err)
	}
	folder, attested := t.TempDir(), 0
	for _, o := range listed.Contents {
		object, err := e.account.S3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(auditBucket), Key: o.Key})
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(object.Body)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(*o.Key, ".sigstore.json") {
			attested++
			continue
		}
		writeFile(t, filepath.Join(folder, filepath.Base(*o.Key)), string(content))
	}
	v, err := evidence.Verify(folder, "")
	if err != nil || !v.OK() || attested != 1 || v.Manifest.Environment.Stacks != "dev" {
		t.Errorf("%d objects, %d attestations, %v: %+v", len(listed.Contents), attested, err, v)
	}
}

const (
	dataBucket  = "ringfence-dev-data-123456789012-eu-central-1"
	auditBucket = "ringfence-dev-audit-123456789012-eu-central-1"
)

// stands reads in the emulator whether a deployment has a VPC.
func (e *standing) stands(t *testing.T, name string, want bool) {
	t.Helper()
	found, err := e.account.EC2.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{Filters: []types.Filter{
		{Name: aws.String("tag:Name"), Values: []string{"ringfence-" + name + "*"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(found.Vpcs) > 0; got != want {
		t.Errorf("the VPC of %s stands: %t, want %t", name, got, want)
	}
}

// keysToGo counts the keys that wait for their deletion.
func (e *standing) keysToGo(t *testing.T) (count int) {
	t.Helper()
	listed, err := e.account.KMS.ListKeys(t.Context(), &kms.ListKeysInput{Limit: aws.Int32(1000)})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range listed.Keys {
		key, err := e.account.KMS.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: k.KeyId})
		if err != nil {
			t.Fatal(err)
		}
		if key.KeyMetadata.KeyState == kmstypes.KeyStatePendingDeletion {
			count++
		}
	}
	return count
}

// The endpoint's replacement reaches the bucket policy of another stack, which
// names it.
func (e *standing) pullRequest(t *testing.T) {
	t.Parallel()
	changed := checkout.Copy(t)
	intoEmulator(t, changed)
	base := repository(t, changed)
	checkout.Replace(t, filepath.Join(changed, "stacks/network/network/endpoints.go"),
		`ec2.NewVpcEndpoint(ctx, "s3", `, `ec2.NewVpcEndpoint(ctx, "s3-gateway", `)
	if err := os.Symlink(filepath.Join(e.merged, ".ringfence/state"), filepath.Join(changed, ".ringfence/state")); err != nil {
		t.Fatal(err)
	}
	commitAll(t, changed)
	payload := pullRequest("o/r")
	payload["pull_request"].(map[string]any)["base"] = map[string]any{"sha": base}
	r := e.run(t, changed, scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev"]`, payload: payload})
	expect(t, r, "ringfence affected --base "+base, "./stacks/network/...", "ringfence preview --env dev", " as ringfence-dev-preview", "gh api --method POST repos/o/r/issues/7/comments",
		"VpcEndpoint s3-gateway", "BucketPolicy data")
}

func (e *standing) drift(t *testing.T) {
	t.Parallel()
	if _, err := e.account.S3.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String(dataBucket)}); err != nil {
		t.Fatal(err)
	}
	r := e.run(t, e.merged, scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`})
	expect(t, r, " as ringfence-dev-drift", "--field title=Drift in dev ",
		"### critical: BucketPolicy data in data", "**DAT-09** (high) does not hold", "deleted outside of this estate")
}

// A deployment past its time goes, although the run that left it has left a lock
// too; one that a person works on stays, with the lock.
func (e *standing) leak(t *testing.T) {
	t.Parallel()
	e.stands(t, "pr-1", true)
	state := e.age(t)
	writeFile(t, e.state("pr-2"), state)
	dead := e.lock(t, "pr-1", "runner", "fv-az1234-567")
	living := e.lock(t, "pr-2", "alice", "laptop")

	r := e.run(t, e.merged, scenario{workflow: "janitor.yml", event: "schedule", sandbox: "ephemeral"})
	expect(t, r, "ringfence janitor --env ephemeral", " as ringfence-ephemeral-integration", "--field title=Left over in ephemeral ",
		"`pr-2` is past its time, and somebody works on it", "alice@laptop")
	e.stands(t, "pr-1", false)
	e.stands(t, "dev", true)
	for file, want := range map[string]bool{dead: false, e.state("pr-1"): false, living: true, e.state("pr-2"): true} {
		if _, err := os.Stat(file); (err == nil) != want {
			t.Errorf("%s is there: %t, want %t", file, err == nil, want)
		}
	}
}

func (e *standing) state(name string) string {
	return filepath.Join(e.merged, ".ringfence/state", name, ".pulumi/stacks/ringfence-network", name+".json")
}

// age makes pr-1 seven hours older, and returns its state.
func (e *standing) age(t *testing.T) string {
	t.Helper()
	written := regexp.MustCompile(`("time": ?")[^"]+"`)
	old := read(t, e.state("pr-1"))
	if len(written.FindAllString(old, -1)) != 1 {
		t.Fatal("the state says more than once, or never, when it was written")
	}
	state := written.ReplaceAllString(old, "${1}"+sevenHoursAgo()+`"`)
	writeFile(t, e.state("pr-1"), state)
	return state
}

func sevenHoursAgo() string { return time.Now().Add(-7 * time.Hour).UTC().Format(time.RFC3339) }

// lock locks the network stack of a deployment, seven hours ago.
func (e *standing) lock(t *testing.T, name, user, host string) string {
	t.Helper()
	file := filepath.Join(e.merged, ".ringfence/state", name, ".pulumi/locks/organization/ringfence-network", name, "1.json")
	writeJSON(t, file, map[string]any{"pid": 1, "username": user, "hostname": host, "timestamp": sevenHoursAgo()})
	return file
}
