package access

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// ErrAbsent reports that a snapshot has not what a question is about.
var ErrAbsent = errors.New("not in this estate")

// The types of the resources that requests are about.
const (
	bucketType   = "aws:s3/bucketV2:BucketV2"
	endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint"
	groupType    = "aws:ec2/securityGroup:SecurityGroup"
	keyType      = "aws:kms/key:Key"
	logGroupType = "aws:cloudwatch/logGroup:LogGroup"
	policyType   = "aws:iam/policy:Policy"
	queueType    = "aws:sqs/queue:Queue"
	subnetType   = "aws:ec2/subnet:Subnet"
	topicType    = "aws:sns/topic:Topic"
	vpcType      = "aws:ec2/vpc:Vpc"
)

// Target is what a request is about.
type Target struct {
	ARN string
	// Account owns it.
	Account string
	// Policy is its own policy; nil where it has none.
	Policy *iameval.Policy

	// context is what AWS knows of the resource, such as its tags.
	context iameval.Context
	err     error
}

// Ask decides a request for something of this account, with the policies that are
// in force for the caller, on the way and on the resource. Its region is the
// estate's unless the way says otherwise.
func (m *Model) Ask(c Caller, w Way, action, arn string) (iameval.Decision, error) {
	return m.AskOf(c, w, action, m.Target(action, arn))
}

// AskOf is Ask about a target that need not be the estate's.
func (m *Model) AskOf(c Caller, w Way, action string, t Target) (iameval.Decision, error) {
	request, inForce, err := m.Request(c, w, action, t)
	if err != nil {
		return iameval.Decision{}, err
	}
	return iameval.Evaluate(request, inForce)
}

// Request is what AskOf decides: the request, and all policies that are in force
// for it.
func (m *Model) Request(c Caller, w Way, action string, t Target) (iameval.Request, iameval.Environment, error) {
	inForce := iameval.Environment{Identity: c.identity, Boundary: c.boundary, Resource: t.Policy}
	err := errors.Join(c.err, w.err, t.err)
	if err == nil && w.Endpoint != "" {
		inForce.Endpoint, err = m.endpoint(w.Endpoint)
	}
	if err != nil {
		return iameval.Request{}, inForce, err
	}
	context := iameval.Context{"aws:RequestedRegion": {m.snapshot.Names.Region}}
	maps.Copy(context, t.context)
	maps.Copy(context, c.context)
	maps.Copy(context, w.Context)
	return iameval.Request{
		Principal: c.principal, Action: action, Resource: t.ARN, ResourceAccount: t.Account, Context: context,
	}, inForce, nil
}

// Target is something of this account with its own policy, where the estate has
// it: a bucket or what is in one, a key, topic or queue, or a role that is to be
// assumed.
func (m *Model) Target(action, arn string) Target {
	t := Target{ARN: arn, Account: m.snapshot.Names.Account}
	d := m.policyOn(action, arn)
	if d == nil {
		return t
	}
	t.Policy, t.err = d.Policy, d.Err
	if t.err != nil {
		t.err = fmt.Errorf("policy of %s: %w", arn, t.err)
	}
	return t
}

func (m *Model) policyOn(action, arn string) *Document {
	if strings.HasPrefix(action, "sts:AssumeRole") {
		for _, role := range m.Roles {
			if role.ARN == arn {
				return role.Trust
			}
		}
	}
	for _, r := range m.snapshot.OfType(bucketType, keyType, queueType, topicType) {
		own, err := m.ARN(r)
		if err == nil && (arn == own || r.Type == bucketType && strings.HasPrefix(arn, own+"/")) {
			return m.On(r)
		}
	}
	return nil
}

// endpoint is the policy of an endpoint of the VPC.
func (m *Model) endpoint(name string) (*iameval.Policy, error) {
	d, ok := m.endpoints[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("endpoint %s: %w", name, ErrAbsent)
	case d == nil:
		return nil, nil
	case d.Err != nil:
		return nil, fmt.Errorf("policy of endpoint %s: %w", name, d.Err)
	}
	return d.Policy, nil
}

// known is a text that a resource has, or ErrUnknown.
func known(r *snapshot.Resource, property string) (string, error) {
	text, _ := r.Get(property).(string)
	if text == "" || text == snapshot.Unknown {
		return "", ErrUnknown
	}
	return text, nil
}
