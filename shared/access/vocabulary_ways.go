package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The names of ways that requests to IAM, EC2 and others take.
const (
	underBoundary        = "under the boundary"
	underAnotherBoundary = "under another boundary"
	inAnotherRegion      = "in another region"
	inTheVPC             = "in the VPC"
	inAnotherVPC         = "in another VPC"
	ofTheEstate          = "tagged as the estate's"
	ofAnotherEnvironment = "tagged as another environment's"
	withTheTags          = "with the estate's tags"
	underOwnName         = "under its own name"
	underAWSName         = "under the name of AWS/EC2"
	asItShouldBe         = "as it should be"
)

// way is what the name of a way means for a question.
func (v *vocabulary) way(q Question) Way {
	if w, ok := v.ways[q.Way]; ok {
		return w
	}
	for _, find := range []func(Question) (Way, bool){v.comesFrom, v.withBucketKey, v.withSettings, v.withNamespace} {
		if w, ok := find(q); ok {
			return w
		}
	}
	if endpoint, ok := strings.CutPrefix(q.Way, throughEndpoint+" "); ok {
		return v.model.Through(endpoint)
	}
	return Way{Name: q.Way, err: fmt.Errorf("way %q: %w", q.Way, ErrAbsent)}
}

func (v *vocabulary) addWays() {
	m := v.model
	inside := m.Inside()
	tampered := iameval.Context{"s3:RequestObjectTagKeys": {"GuardDutyMalwareScanStatus"}}
	for _, w := range []Way{
		Plain, Outside, inside, inside.Elsewhere(), inside.OverPlainHTTP(), inside.OverOldTLS(),
		inside.WithCallersKey(), inside.WithOwnKey(), inside.WithUnnamedKey(),
		inside.WithKey(withOtherKey, m.OtherKeyARN()),
		inside.With(foundInfected, iameval.Context{scanTag: {"THREATS_FOUND"}}), inside.With(taggedClean, tampered),
		m.ViaService("sagemaker").With(forAWS, iameval.Context{"kms:GrantIsForAWSResource": {"true"}}),
	} {
		v.ways[w.Name] = w
	}
	for _, service := range keyUsers {
		v.ways["through "+service] = m.ViaService(service)
	}
	add := func(w Way, err error) {
		w.err = errors.Join(w.err, err)
		v.ways[w.Name] = w
	}
	add(Outside.With(throughAnotherService, iameval.Context{"aws:ViaAWSService": {"true"}}), nil)
	add(Plain.With(forAWSDirectly, iameval.Context{"kms:GrantIsForAWSResource": {"true"}}), nil)
	if region := m.snapshot.Environment.Features.ReplicaRegion; region != "" {
		add(Plain.With(throughReplicaS3, iameval.Context{"kms:ViaService": {"s3." + region + ".amazonaws.com"}}), nil)
	}
	v.addAlarmWays()
	v.addAccountWays()
}

// addAlarmWays adds what a topic or a queue says to the key that encrypts it.
func (v *vocabulary) addAlarmWays() {
	for _, one := range []struct{ service, key, resource, own, other string }{
		{"sns", "aws:sns:topicArn", "alarms topic", forTheAlarms, forAnotherTopic},
		{"sqs", "aws:sqs:arn", "tampering-undelivered queue", forTheQueue, forAnotherQueue},
	} {
		t := v.targets[one.resource]
		for _, w := range []Way{v.model.ViaService(one.service), Plain.Named("directly")} {
			own := w.With(w.Name+one.own, iameval.Context{encryptionContext + one.key: {t.ARN}})
			own.err = t.err
			v.ways[own.Name] = own
			other := w.With(w.Name+one.other, iameval.Context{encryptionContext + one.key: {t.ARN + "-2"}})
			v.ways[other.Name] = other
		}
	}
}

// addAccountWays adds what a request to IAM, EC2 or Bedrock says besides.
func (v *vocabulary) addAccountWays() {
	m := v.model
	environment, n := m.snapshot.Environment, m.snapshot.Names
	add := func(name, key, value string) { v.ways[name] = Plain.With(name, iameval.Context{key: {value}}) }
	add(underBoundary, "iam:PermissionsBoundary", n.IAMARN("policy/"+n.Of("boundary")))
	add(underAnotherBoundary, "iam:PermissionsBoundary", n.IAMARN("policy/weak"))
	add(inAnotherRegion, "aws:RequestedRegion", "ap-south-1")
	add(inAnotherVPC, "ec2:Vpc", n.ARN("ec2", "vpc/vpc-other"))
	vpc := Plain.Named(inTheVPC)
	for _, r := range m.snapshot.OfType(vpcType) {
		arn, err := m.ARN(r)
		vpc = vpc.With(inTheVPC, iameval.Context{"ec2:Vpc": {arn}})
		vpc.err = err
	}
	v.ways[inTheVPC] = vpc
	v.ways[ofTheEstate] = Plain.With(ofTheEstate, m.tags("aws:ResourceTag/", environment.Name))
	v.ways[ofAnotherEnvironment] = Plain.With(ofAnotherEnvironment, m.tags("aws:ResourceTag/", "other"))
	v.ways[withTheTags] = Plain.With(withTheTags, m.tags("aws:RequestTag/", environment.Name))
	for _, service := range []string{"cloudtrail", "ec2", "lambda", "sagemaker", "vpc-flow-logs"} {
		add("to "+service, "iam:PassedToService", service+".amazonaws.com")
	}
	if guardrail := environment.Models.Guardrail; guardrail != "" {
		add("with the guardrail", "bedrock:GuardrailIdentifier", guardrail+":3")
		add("with the guardrail's draft", "bedrock:GuardrailIdentifier", guardrail)
		add("with another guardrail", "bedrock:GuardrailIdentifier", guardrail+"4")
	}
}

// withBucketKey is a write that names the key of the bucket that it goes to.
func (v *vocabulary) withBucketKey(q Question) (Way, bool) {
	if q.Way != withNamedKey && q.Way != encryptedTwice {
		return Way{}, false
	}
	bucket, _, _ := strings.Cut(q.Resource, " bucket")
	key, ok := v.targets[bucket+" key"]
	if !ok {
		key = v.targets["data key"]
	}
	w := v.ways[throughEndpoint].WithKey(q.Way, key.ARN)
	if q.Way == encryptedTwice {
		w = w.With(q.Way, iameval.Context{encryption: {"aws:kms:dsse"}})
	}
	w.err = errors.Join(w.err, key.err)
	return w, true
}

// withNamespace is a call about metrics.
func (v *vocabulary) withNamespace(q Question) (Way, bool) {
	namespace := "AWS/EC2"
	switch q.Way {
	case underAWSName:
	case underOwnName:
		name := strings.TrimSuffix(q.Principal, givenEverything)
		namespace = v.model.snapshot.Names.Of(name)
		if v.model.runsOn(name) == config.SageMaker {
			namespace = "/aws/sagemaker/TrainingJobs"
		}
	default:
		return Way{}, false
	}
	return Plain.With(q.Way, iameval.Context{"cloudwatch:namespace": {namespace}}), true
}

// setting is a key of SageMaker's with the estate's own values and others.
type setting struct {
	key          string
	own, foreign []string
	err          error
}

// name is the key as questions have it, such as NetworkIsolation.
func (s setting) name() string { return strings.TrimPrefix(s.key, "sagemaker:") }

func (v *vocabulary) addSettings() {
	dataKey := v.targets["data key"]
	key := []string{dataKey.ARN}
	other := []string{v.model.OtherKeyARN()}
	types := []string{"ml.m5.xlarge"}
	if listed := v.model.snapshot.Environment.Features.InstanceTypes; len(listed) > 0 {
		types = listed[:1]
	}
	v.settings = []setting{
		v.ids(VPCSubnets, subnetType, "", "subnet-foreign"),
		v.ids(VPCSecurityGroups, groupType, "workloads", "sg-foreign"),
		{key: NetworkIsolation, own: []string{"true"}, foreign: []string{"false"}},
		{key: TrafficEncryption, own: []string{"true"}, foreign: []string{"false"}},
		{key: VolumeKey, own: key, foreign: other, err: dataKey.err},
		{key: OutputKey, own: key, foreign: other, err: dataKey.err},
		{key: DirectInternet, own: []string{"Disabled"}, foreign: []string{"Enabled"}},
		{key: RootAccess, own: []string{"Disabled"}, foreign: []string{"Enabled"}},
		{key: AppNetwork, own: []string{"VpcOnly"}, foreign: []string{"PublicInternetOnly"}},
		{key: InstanceTypes, own: types, foreign: append(slices.Clone(types), "ml.p5.48xlarge")},
	}
}

// ids is a setting that names resources of the network by their ids.
func (v *vocabulary) ids(key, resourceType, name, foreign string) setting {
	s := setting{key: key}
	for _, r := range v.model.snapshot.OfType(resourceType) {
		if name != "" && r.Name != name {
			continue
		}
		id, err := known(r, "id")
		if id == "" || id == snapshot.Unknown || err != nil {
			s.err = fmt.Errorf("id of %s: %w", r, ErrUnknown)
		}
		s.own = append(s.own, id)
	}
	s.foreign = append(slices.Clone(s.own), foreign)
	return s
}

// withSettings is a request to SageMaker with every setting that AWS sends with
// the action as it should be, but for the one that the way names.
func (v *vocabulary) withSettings(q Question) (Way, bool) {
	missing, isMissing := strings.CutPrefix(q.Way, "without ")
	another, isAnother := strings.CutPrefix(q.Way, "with another ")
	at := slices.IndexFunc(SageMakerActions, func(a SageMakerAction) bool { return a.Name == q.Action })
	if at < 0 || !isMissing && !isAnother && q.Way != asItShouldBe {
		return Way{}, false
	}
	w := Plain.Named(q.Way)
	context := iameval.Context{}
	for _, s := range v.settings {
		if !SageMakerActions[at].Knows(s.key) || s.name() == missing {
			continue
		}
		context[s.key] = s.own
		if s.name() == another {
			context[s.key] = s.foreign
		}
		if s.err != nil {
			w.err = s.err
		}
	}
	return Way{Name: q.Way, Context: context, err: w.err}, true
}
