// Package access decides, with the evaluator, who can do what in the estate,
// and shows it as a table that a reviewer can read.
//
// The rule it upholds: every workload can do its job, nobody can do more than
// the table says, and no denial is dead.
//
// Level of proof: verdict. The policies are the ones that the programs register,
// run without an engine; who may do what is decided by package iameval, not by
// the emulator, which does not judge access.
package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/recorded"
)

// estate is what the programs register in an environment.
type estate struct {
	t           *testing.T
	environment *config.Environment
	names       names.Names
	snapshot    *snapshot.Snapshot
	model       *access.Model
}

// read records an environment and reads its policies.
func read(t *testing.T, folder, environment string) *estate {
	t.Helper()
	s := recorded.Estate(t, folder, environment)
	e := &estate{t: t, environment: s.Environment, names: s.Names, snapshot: s, model: access.New(s)}
	for _, d := range e.model.Documents {
		if d.Err != nil {
			t.Fatalf("%s: %v", d.Resource, d.Err)
		}
	}
	return e
}

// The types of the resources that the table is about.
const (
	bucketType = "aws:s3/bucketV2:BucketV2"
	groupType  = "aws:ec2/securityGroup:SecurityGroup"
	keyType    = "aws:kms/key:Key"
	queueType  = "aws:sqs/queue:Queue"
	subnetType = "aws:ec2/subnet:Subnet"
	topicType  = "aws:sns/topic:Topic"
	vpcType    = "aws:ec2/vpc:Vpc"
)

// find returns a property of a resource, such as its ARN.
func (e *estate) find(resourceType, name, property string) string {
	e.t.Helper()
	for _, r := range e.snapshot.OfType(resourceType) {
		if r.Name == name {
			value, _ := r.Get(property).(string)
			return value
		}
	}
	e.t.Fatalf("there is no %s %s", resourceType, name)
	return ""
}

// key is the ARN of a key of the estate.
func (e *estate) key(name string) string { return e.find(keyType, name, "arn") }

// runsOn lists the workloads on the services, and the ML service role where
// SageMaker is one of them, by name.
func (e *estate) runsOn(services ...config.Service) []string {
	var out []string
	for _, w := range e.environment.Workloads {
		if slices.Contains(services, w.RunsOn) {
			out = append(out, w.Name)
		}
	}
	if slices.Contains(services, config.SageMaker) {
		out = append(out, "ml-service")
	}
	slices.Sort(out)
	return out
}

// short leaves out of an ARN what all of the estate have.
func (e *estate) short(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return arn
	}
	short := strings.ReplaceAll(parts[5], e.names.Prefix+"-", "")
	return strings.ReplaceAll(short, "-"+e.names.Account+"-"+e.names.Region, "")
}
