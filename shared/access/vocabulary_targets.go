package access

import (
	"fmt"
	"maps"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// target is what the resource of a question means for who asks and for the action.
func (v *vocabulary) target(q Question) Target {
	if t, ok := v.targets[q.Resource]; ok {
		return t
	}
	if role, ok := strings.CutPrefix(q.Resource, "role "); ok {
		return v.roleTarget(role, q)
	}
	switch q.Resource {
	case madeBySageMaker:
		return v.made(q.Action)
	case ownLogs:
		return v.ownLogs(q.Principal)
	}
	bucket, name, ok := strings.Cut(q.Resource, ": ")
	t, known := v.targets[bucket]
	if !ok || !known || !strings.HasPrefix(q.Action, "s3:") {
		return Target{err: fmt.Errorf("%s: %w", q.Resource, ErrAbsent)}
	}
	prefix := v.prefixMeant(q.Principal, name)
	if q.Action == "s3:ListBucket" {
		t.context = iameval.Context{"s3:prefix": {prefix}}
		return t
	}
	t.ARN += "/" + prefix + "object"
	t.context = iameval.Context{scanTag: {"NO_THREATS_FOUND"}}
	return t
}

// scanTag is what GuardDuty writes on an object that it has looked at.
const scanTag = "s3:ExistingObjectTag/GuardDutyMalwareScanStatus"

// The resources whose meaning depends on the rest of the question.
const (
	madeBySageMaker = "what it makes"
	ownLogs         = "own logs"
)

func (v *vocabulary) roleTarget(name string, q Question) Target {
	m := v.model
	role := m.Role(name)
	if role == nil {
		return Target{err: fmt.Errorf("role %s: %w", name, ErrAbsent)}
	}
	return m.Target(q.Action, role.ARN)
}

func (v *vocabulary) made(action string) Target {
	for _, a := range SageMakerActions {
		if a.Name == action {
			return v.own("sagemaker", a.Resource)
		}
	}
	return Target{err: fmt.Errorf("what %s makes: %w", action, ErrAbsent)}
}

// ownLogs is where a role's workload logs.
func (v *vocabulary) ownLogs(principal string) Target {
	name := strings.TrimSuffix(principal, givenEverything)
	n, group := v.model.snapshot.Names, ""
	switch v.model.runsOn(name) {
	case config.SageMaker:
		group = "/aws/sagemaker/TrainingJobs"
	case config.EC2:
		group = "/" + n.Of(name) + "/app"
	default:
		group = "/aws/lambda/" + n.Of(name)
	}
	return v.own("logs", "log-group:"+group+":log-stream:x")
}

// runsOn is the service of a workload. The ML service role is SageMaker's.
func (m *Model) runsOn(name string) config.Service {
	for _, w := range m.snapshot.Environment.Workloads {
		if w.Name == name {
			return w.RunsOn
		}
	}
	if name == "ml-service" {
		return config.SageMaker
	}
	return ""
}

// own is something of this account.
func (v *vocabulary) own(service, resource string) Target {
	n := v.model.snapshot.Names
	return Target{ARN: n.ARN(service, resource), Account: n.Account}
}

func (v *vocabulary) addTargets() {
	for _, kind := range []struct{ resourceType, word string }{
		{bucketType, " bucket"}, {keyType, " key"}, {queueType, " queue"}, {topicType, " topic"},
	} {
		for _, r := range v.model.snapshot.OfType(kind.resourceType) {
			v.targets[r.Name+kind.word] = v.model.targetOf(r)
		}
	}
	for _, r := range v.model.snapshot.OfType(policyType) {
		if name, err := known(r, "name"); err == nil {
			label := strings.TrimPrefix(name, v.model.snapshot.Names.Of(""))
			v.targets["policy "+label] = v.iam("policy/" + name)
		}
	}
	v.addFarTargets()
	v.addNamedTargets()
	v.addModels()
	for _, stack := range graph.Names() {
		v.addState("state of "+string(stack), "stacks/"+stack.Project()+"/")
	}
	v.addState("locks", "locks/organization/ringfence-data/")
}

// targetOf is a resource of the estate with its policy and what AWS knows of it.
func (m *Model) targetOf(r *snapshot.Resource) Target {
	t := Target{Account: m.snapshot.Names.Account, context: iameval.Context{}}
	if t.ARN, t.err = m.ARN(r); t.err != nil {
		t.err = fmt.Errorf("ARN of %s: %w", r, t.err)
		return t
	}
	if d := m.On(r); d != nil {
		t.Policy, t.err = d.Policy, d.Err
	}
	if t.err != nil {
		t.err = fmt.Errorf("policy of %s: %w", r, t.err)
	}
	if r.Type == keyType {
		maps.Copy(t.context, m.tags("aws:ResourceTag/", m.snapshot.Environment.Name))
		t.context["kms:ResourceAliases"] = []string{m.snapshot.Names.KeyAlias(r.Name)}
	}
	return t
}

// tags are the tags of a resource, or of a request that makes one.
func (m *Model) tags(key, environment string) iameval.Context {
	return iameval.Context{key + "ControlSet": {"ringfence"}, key + "Environment": {environment}}
}

func (v *vocabulary) iam(resource string) Target {
	n := v.model.snapshot.Names
	return Target{ARN: n.IAMARN(resource), Account: n.Account}
}

func (v *vocabulary) addState(name, key string) {
	n := v.model.snapshot.Names
	v.targets["state bucket: "+name] = Target{ARN: n.BucketARN("state") + "/.pulumi/" + key + "x.json", Account: n.Account}
}

// addFarTargets adds buckets outside the estate. Those of others let everybody
// in, so that only what stands before them can refuse.
func (v *vocabulary) addFarTargets() {
	n := v.model.snapshot.Names
	s3 := "arn:" + n.Partition() + ":s3:::"
	v.targets["state bucket"] = Target{ARN: n.BucketARN("state"), Account: n.Account}
	v.targets["new bucket"] = Target{ARN: s3 + "new", Account: n.Account}
	v.targets["bucket of another account"] = Target{ARN: s3 + "foreign", Account: ForeignAccount, Policy: OpenToAll}
	v.targets["bucket of images and patches"] = Target{ARN: s3 + config.AWSBuckets(n.Region)[0], Account: awsAccount, Policy: OpenToAll}
	for name, resource := range map[string][2]string{
		"guardrail": {"bedrock", "guardrail/x"}, "agent": {"bedrock", "agent/x"}, "agent alias": {"bedrock", "agent-alias/x/y"},
		"instance": {"ec2", "instance/i-1"}, "repository": {"ecr", "repository/x"}, "log group": {"logs", "log-group:x:log-stream:y"},
		"alarm": {"cloudwatch", "alarm:x"}, "training job": {"sagemaker", "training-job/x"}, "endpoint": {"sagemaker", "endpoint/x"},
		"parameter": {"ssm", "parameter/x"}, "key": {"kms", "key/x"},
	} {
		own := n.ARN(resource[0], resource[1])
		v.addOpen(name, own, strings.Replace(own, n.Account, ForeignAccount, 1))
	}
	v.addOpen("session", "*", "*")
}

// openWord is behind the name of something that lets everybody in.
const openWord = " that is open to all"

// addOpen adds something of this account and of another that lets everybody in.
func (v *vocabulary) addOpen(name, own, others string) {
	policy := openResource
	if name == "key" {
		policy = openKey
	}
	v.targets[name+openWord] = Target{ARN: own, Account: v.model.snapshot.Names.Account, Policy: policy}
	v.targets["somebody else's "+name] = Target{ARN: others, Account: ForeignAccount, Policy: policy}
}

// awsAccount is one of AWS's own.
const awsAccount = "888888888888"

func (v *vocabulary) addNamedTargets() {
	n := v.model.snapshot.Names
	trail := n.LogGroupARN("trail")
	for name, t := range map[string]Target{
		allResources:                  {ARN: "*", Account: n.Account},
		"a role outside the estate":   v.iam("role/admin"),
		"a new role of the estate":    v.iam("role/" + n.Of("new-workload")),
		"a user":                      v.iam("user/eve"),
		"GitHub's provider":           v.iam("oidc-provider/" + gitHub),
		"the trail":                   {ARN: v.model.trail(), Account: n.Account},
		"the tamper rule":             v.own("events", "rule/"+n.Of("tampering")),
		"an alarm":                    v.own("cloudwatch", "alarm:"+n.Of("root-usage")),
		"log group trail":             {ARN: trail, Account: n.Account},
		"a stream of log group trail": {ARN: trail + ":log-stream:x", Account: n.Account},
		"log group flow-logs":         {ARN: n.LogGroupARN("flow-logs"), Account: n.Account},
		"flow logs":                   v.own("ec2", "vpc-flow-log/fl-1"),
		"a secret":                    v.own("secretsmanager", "secret:x"),
		"a parameter":                 v.own("ssm", "parameter/x"),
		"a function":                  v.own("lambda", "function:x"),
		"an instance":                 v.own("ec2", "instance/*"),
		"a security group":            v.own("ec2", "security-group/g"),
		"a subnet":                    v.own("ec2", "subnet/s"),
		"a network resource":          v.own("ec2", "*/x"),
		"a notebook":                  v.own("sagemaker", "notebook-instance/x"),
		"a repository":                v.own("ecr", "repository/x"),
		"a detector":                  v.own("guardduty", "detector/1"),
		"an analyzer":                 v.own("access-analyzer", "analyzer/x"),
	} {
		v.targets[name] = t
	}
}

// allResources is the resource of an action that is not about one.
const allResources = "everything"

func (v *vocabulary) addModels() {
	n := v.model.snapshot.Names
	// A foundation model is AWS's, and open to whoever has subscribed to it.
	foundation := func(id string) Target {
		return Target{ARN: "arn:" + n.Partition() + ":bedrock:" + n.Region + "::foundation-model/" + id, Account: awsAccount, Policy: openResource}
	}
	for _, id := range v.model.snapshot.Environment.Models.Allowed {
		v.targets["model "+id] = foundation(id)
	}
	v.targets["another model"] = foundation("of-somebody-else")
	v.targets["an inference profile"] = v.own("bedrock", "inference-profile/x")
	v.targets["a model of one's own"] = v.own("bedrock", "provisioned-model/x")
}

// OpenToAll is a bucket policy that lets everybody in, so that only what stands
// before it can refuse.
var OpenToAll, openResource, openKey = opened(iameval.BucketPolicy), opened(iameval.ResourcePolicy), opened(iameval.KeyPolicy)

func opened(kind iameval.Kind) *iameval.Policy {
	p, err := iameval.Parse("open", kind,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return p
}
