package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// check looks at what the trial has left.
func (t *trial) check(ctx context.Context) error {
	t.lane.awaitProcesses(20 * time.Second)
	for _, p := range processes(t.lane.mark) {
		t.Problems = append(t.Problems, "process stays: "+p.program)
		p.kill()
	}
	t.Problems = append(t.Problems, t.lane.secrets()...)
	t.Problems = append(t.Problems, t.lane.locks()...)
	if t.Converged {
		t.settled()
		if !t.unchanged {
			t.noChange(ctx)
		}
	}
	stands, err := t.lane.account.Read(ctx)
	if err != nil {
		return err
	}
	owners, err := t.lane.account.Owners(ctx)
	if err != nil {
		return err
	}
	known, err := t.lane.known()
	if err != nil {
		t.Problems = append(t.Problems, err.Error())
		return nil
	}
	for _, line := range stands {
		if slices.Contains(t.lane.before, line) || slices.Contains(known, line) {
			continue
		}
		t.Left = append(t.Left, line)
		if of := owners[line]; t.names(line) || of != "" && t.names(of) {
			t.Told = append(t.Told, line)
		}
		// It counts once.
		t.lane.before = append(t.lane.before, line)
	}
	for _, line := range known {
		if !slices.Contains(stands, line) {
			t.Lost = append(t.Lost, line)
		}
	}
	return nil
}

// names reports whether the command has named what a line of the inventory is about.
func (t *trial) names(line string) bool {
	return strings.Contains(t.said, line[strings.LastIndex(line, " ")+1:])
}

// noChange looks whether anything is left to do: with what really stands after a
// deployment, and in the state after a preview.
func (t *trial) noChange(ctx context.Context) {
	switch t.Operation {
	case "destroy":
		return
	case "preview":
		// A damaged state is put back by hand.
		if t.kind.special != corrupt && t.lane.digest() != t.stateBefore {
			t.Problems = append(t.Problems, "the preview has written the state")
		}
		return
	}
	r := t.lane.ringfence(ctx, "preview", t.scope, "--refresh", "--json")
	var report struct {
		Stacks []struct {
			Stack                               string
			Created, Updated, Replaced, Deleted int
			Resources                           []any
		}
	}
	start := strings.Index(r.output, "\n{")
	if strings.HasPrefix(r.output, "{") {
		start = 0
	}
	if r.exit != 0 || start < 0 {
		t.Converged = false
		t.Message += "\n--- preview\n" + tail(r.output)
		return
	}
	if err := json.NewDecoder(strings.NewReader(r.output[start:])).Decode(&report); err != nil {
		t.Problems = append(t.Problems, "the preview's report: "+err.Error())
	}
	for _, s := range report.Stacks {
		if s.Created+s.Updated+s.Replaced+s.Deleted > 0 {
			t.Converged = false
			t.Message += fmt.Sprintf("\n--- not unchanged: %+v", s)
		}
	}
}

// kindsOf are the words of the inventory for Pulumi's types.
var kindsOf = map[string]string{
	"aws:ec2/vpc:Vpc":                                   "vpc",
	"aws:ec2/subnet:Subnet":                             "subnet",
	"aws:ec2/securityGroup:SecurityGroup":               "security group",
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "security group",
	"aws:ec2/networkAcl:NetworkAcl":                     "network ACL",
	"aws:ec2/defaultNetworkAcl:DefaultNetworkAcl":       "network ACL",
	"aws:ec2/routeTable:RouteTable":                     "route table",
	"aws:ec2/vpcEndpoint:VpcEndpoint":                   "VPC endpoint",
	"aws:ec2/flowLog:FlowLog":                           "flow log",
	"aws:iam/role:Role":                                 "role",
	"aws:iam/policy:Policy":                             "policy",
	"aws:iam/instanceProfile:InstanceProfile":           "instance profile",
	"aws:kms/key:Key":                                   "key",
	"aws:kms/alias:Alias":                               "key alias",
	"aws:s3/bucketV2:BucketV2":                          "bucket",
	"aws:cloudwatch/logGroup:LogGroup":                  "log group",
	"aws:cloudwatch/logMetricFilter:LogMetricFilter":    "metric filter",
	"aws:cloudwatch/metricAlarm:MetricAlarm":            "alarm",
	"aws:sns/topic:Topic":                               "topic",
	"aws:cloudtrail/trail:Trail":                        "trail",
	"aws:sqs/queue:Queue":                               "queue",
}

// known lists what the states hold, in the words of the inventory.
func (l *lane) known() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(l.state(), ".pulumi", "stacks", "*", deployment+".json"))
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var state struct {
			Checkpoint struct {
				Latest struct {
					Resources []struct {
						Type, ID string
						Outputs  map[string]any
					}
				}
			}
		}
		if err := json.Unmarshal(content, &state); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(filepath.Dir(file)), err)
		}
		for _, r := range state.Checkpoint.Latest.Resources {
			kind, listed := kindsOf[r.Type]
			if !listed {
				continue
			}
			id := r.ID
			switch kind {
			case "policy", "queue":
				id = id[strings.LastIndex(id, "/")+1:]
			case "trail":
				id = id[strings.LastIndexAny(id, "/:")+1:]
			case "vpc":
				// It comes with a route table of its own.
				lines = append(lines, fmt.Sprintf("route table %v", r.Outputs["mainRouteTableId"]))
			}
			lines = append(lines, kind+" "+id)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// secretsOf the user and of the command, which must not be in any file.
var secrets = []string{canary, "ringfence-emulated-aws-passphrase", "not-a-secret/ringfence-emulated-aws"}

// secrets names the files that hold one.
func (l *lane) secrets() []string {
	var found []string
	for _, folder := range []string{"state", "settings", "logs", "reports", "shadow", "base", "../tmp"} {
		_ = filepath.WalkDir(l.path(".ringfence", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return nil
			}
			content, _ := os.ReadFile(path)
			for _, secret := range secrets {
				if bytes.Contains(content, []byte(secret)) {
					found = append(found, "secret in "+strings.TrimPrefix(path, l.folder))
				}
			}
			return nil
		})
	}
	return found
}

// locks names the locks that are left on stacks.
func (l *lane) locks() []string {
	files, _ := filepath.Glob(filepath.Join(l.state(), ".pulumi", "locks", "*", "*", "*", "*.json"))
	var found []string
	for _, file := range files {
		found = append(found, "lock stays: "+strings.TrimPrefix(file, l.state()))
	}
	return found
}

// digest tells one state from another.
func (l *lane) digest() string {
	sum := sha256.New()
	_ = filepath.WalkDir(filepath.Join(l.state(), ".pulumi", "stacks"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			content, _ := os.ReadFile(path)
			fmt.Fprintf(sum, "%s %x\n", path, sha256.Sum256(content))
		}
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil))
}

// awaitProcesses waits until nothing runs any more that a trial has started.
func (l *lane) awaitProcesses(patience time.Duration) {
	for end := time.Now().Add(patience); len(processes(l.mark)) > 0 && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
}
