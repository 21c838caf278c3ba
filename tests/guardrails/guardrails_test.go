// Package guardrails weakens the programs, as somebody's pull request might, and
// holds that the command refuses what comes of it.
//
// Level of proof: emulator. The changed programs are built and previewed by the
// real command, engine, policy pack and provider code.
package guardrails

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/checkout"
)

// weakening is a change of the sources that a control must stop.
type weakening struct {
	name    string
	stack   graph.Name
	control string
	// file is where old is replaced by new.
	file, old, new string
}

var weakenings = []weakening{
	{
		"a security group is opened", graph.Network, "NET-07",
		"stacks/network/network/security_groups.go",
		`		ReferencedSecurityGroupId: n.workloads.ID(),
		IpProtocol:                pulumi.String("tcp"),`,
		`		CidrIpv4:                  pulumi.String("0.0.0.0/0"),
		IpProtocol:                pulumi.String("tcp"),`,
	},
	{
		"the boundary no longer keeps the trail running", graph.Security, "IAM-24",
		"shared/boundary/audit.go", `"cloudtrail:StopLogging"`, `"cloudtrail:GetTrail"`,
	},
	{
		"a key no longer rotates", graph.Data, "DAT-01",
		"shared/secure/key.go", `EnableKeyRotation:    pulumi.Bool(true),`, `EnableKeyRotation:    pulumi.Bool(false),`,
	},
	{
		"plain HTTP is no longer denied", graph.Data, "DAT-09",
		"shared/secure/bucket_policy.go", `iampolicy.Is("Bool", "aws:SecureTransport", "false")`, `iampolicy.Is("Bool", "aws:SecureTransport", "true")`,
	},
	{
		"a bucket is opened", graph.Audit, "AUD-10",
		"shared/secure/bucket.go", `BlockPublicPolicy:     pulumi.Bool(true),`, `BlockPublicPolicy:     pulumi.Bool(false),`,
	},
	{
		"an alarm is removed", graph.Audit, "AUD-17",
		"stacks/audit/audit/alarms.go",
		`	{"root-usage", "CIS 4.3: the root user did something",
		` + "`{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != \"AwsServiceEvent\" }`},\n", "",
	},
}

// preview is what `ringfence preview --json` prints, as far as it matters here.
type preview struct {
	Result   string
	Findings []struct {
		Control  string
		Stack    graph.Name
		Resource string
	}
	Stacks []struct {
		Stack      graph.Name
		Violations []struct {
			Policy    string
			Mandatory bool
		}
	}
}

// One preview of the weakened estate names every control that no longer holds,
// for each stack, and says that a deployment would be refused. So does up.
func TestEmulatorPreviewStopsEveryWeakening(t *testing.T) {
	copied := checkout.Copy(t)
	for _, w := range weakenings {
		checkout.Replace(t, filepath.Join(copied, w.file), w.old, w.new)
	}
	var p preview
	output := run(t, copied, &p, "preview", "--env", "ephemeral", "--name", "guardrails", "--json")
	if p.Result != "failed" {
		t.Errorf("the preview says %q\n%s", p.Result, output)
	}
	for _, w := range weakenings {
		t.Run(w.name, func(t *testing.T) {
			if !slices.ContainsFunc(p.Findings, func(f struct {
				Control  string
				Stack    graph.Name
				Resource string
			}) bool {
				return f.Control == w.control && f.Stack == w.stack
			}) {
				t.Errorf("no finding of %s in %s: %+v", w.control, w.stack, p.Findings)
			}
		})
	}
	t.Run("the policy pack stops it in the engine too", func(t *testing.T) { stopped(t, p) })
	t.Run("up changes nothing", func(t *testing.T) {
		var refused struct{ Error string }
		run(t, copied, &refused, "up", "--env", "ephemeral", "--name", "guardrails", "--json")
		if refused.Error == "" {
			t.Error("up did not refuse")
		}
		if _, err := os.Stat(filepath.Join(copied, ".ringfence", "state", "guardrails", ".pulumi", "stacks")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("up left a state behind: %v", err)
		}
	})
}

// stopped holds that Pulumi's engine itself refuses what it can judge before the
// deployment. It does not come to the stacks that read the refused one.
func stopped(t *testing.T, p preview) {
	seen := map[string]bool{}
	for _, s := range p.Stacks {
		for _, v := range s.Violations {
			if v.Mandatory {
				seen[string(s.Stack)+" "+v.Policy] = true
			}
		}
	}
	for _, want := range []string{"network DAT-01", "network NET-05", "network NET-07"} {
		if !seen[want] {
			t.Errorf("the engine did not stop %s: %v", want, seen)
		}
	}
}

// run runs the command in a checkout and wants it to fail; it reads the JSON that
// the command prints.
func run(t *testing.T, folder string, into any, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(folder, ".ringfence", "bin", "ringfence"), args...)
	cmd.Dir = folder
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("ringfence %s: %v, want exit status 1\n%s%s", strings.Join(args, " "), err, out.String(), messages.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatalf("ringfence %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), messages.String())
	}
	return out.String()
}
