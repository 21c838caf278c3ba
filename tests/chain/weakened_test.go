package chain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/evidence"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/inventory"
)

// turnsRed weakens what stands behind the estate's back, and wants the next report
// to say where. The estate is destroyed after this, so nothing is put right.
func (s *standing) turnsRed(ctx context.Context, t *testing.T, a *inventory.Account, stack, backend string) {
	t.Helper()
	bucket, key := text(t, s.Outputs[graph.Data], "dataBucketName"), text(t, s.Outputs[graph.Data], "dataKeyArn")
	must(a.S3.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &bucket}))(t)
	must(a.S3.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: &bucket}))(t)
	must(a.KMS.DisableKeyRotation(ctx, &kms.DisableKeyRotationInput{KeyId: &key}))(t)

	s.read(t, graph.Data, refreshed(ctx, t, graph.Data, stack, backend))
	exceptions, err := controls.LoadExceptions(environments)
	if err != nil {
		t.Fatal(err)
	}
	report := evidence.New(evidence.Input{
		Snapshot: &s.Snapshot, Name: stack, Basis: evidence.Live, Time: time.Now(),
		Results: controls.Judge(&s.Snapshot, nil, exceptions), Exceptions: exceptions,
	})
	for control, resource := range map[string]string{
		"DAT-01": "aws:kms/key:Key data", "DAT-06": "aws:s3/bucketV2:BucketV2 data", "DAT-09": "aws:s3/bucketV2:BucketV2 data",
	} {
		i := slices.IndexFunc(report.Controls, func(c evidence.Control) bool { return c.ID == control })
		found := report.Controls[i]
		if found.Status != controls.Broken || len(found.Findings) != 1 || found.Findings[0].Resource != resource || found.Findings[0].Stack != graph.Data {
			t.Errorf("%s is %s, and must be broken at %s: %v", control, found.Status, resource, found.Findings)
		}
	}
}

// read takes the resources of a stack from its state, in place of those that were
// known.
func (s *standing) read(t *testing.T, name graph.Name, state []byte) {
	t.Helper()
	resources, outputs, err := snapshot.ReadDeployment(name, state)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.Stacks, name) {
		s.Stacks = append(s.Stacks, name)
	}
	s.Resources = slices.DeleteFunc(s.Resources, func(r snapshot.Resource) bool { return r.Stack == name })
	s.Resources = append(s.Resources, resources...)
	s.Outputs[name] = outputs
	s.Sort()
}

// refreshed is the state of a stack as it would be if it said what really stands.
// Only a copy of it is written.
func refreshed(ctx context.Context, t *testing.T, name graph.Name, stack, backend string) []byte {
	t.Helper()
	replica, project := t.TempDir(), t.TempDir()
	if err := os.CopyFS(replica, os.DirFS(backend)); err != nil {
		t.Fatal(err)
	}
	description := "name: " + name.Project() + "\nruntime: go\n"
	if err := os.WriteFile(filepath.Join(project, "Pulumi.yaml"), []byte(description), 0o600); err != nil {
		t.Fatal(err)
	}
	pulumi := func(args ...string) []byte {
		cmd := exec.CommandContext(ctx, filepath.Join(need(t, "RINGFENCE_BIN"), "pulumi"), append(args, "--non-interactive", "--stack", stack)...)
		cmd.Dir = project
		cmd.Env = append(os.Environ(), "PULUMI_BACKEND_URL=file://"+replica, "PULUMI_CONFIG_PASSPHRASE="+passphrase,
			"AWS_ENDPOINT_URL="+need(t, "RINGFENCE_AWS_ENDPOINT"))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("pulumi %v: %v\n%s", args, err, out)
		}
		return out
	}
	pulumi("refresh", "--yes", "--skip-preview")
	return pulumi("stack", "export")
}

// passphrase is the one that ProgramTest uses.
const passphrase = "correct horse battery staple"
