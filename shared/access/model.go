// Package access knows which policies are in force where in the estate: the
// policies of each role with its boundary, and those of buckets, keys, topics,
// queues and endpoints. What they allow is decided by package iameval.
//
// The rule it upholds: a policy that is not known yet, or that cannot be read,
// is never taken for one that allows nothing.
package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// ErrUnknown reports that a policy, or what it is attached to, is not known yet.
var ErrUnknown = errors.New("not known yet")

// Document is one policy document of the estate.
type Document struct {
	// Resource carries the document, in Property.
	Resource *snapshot.Resource
	Property string
	Kind     iameval.Kind
	// Policy is the document, or nil where Err says why not: it is ErrUnknown, or
	// what is wrong with the document.
	Policy *iameval.Policy
	Err    error
}

// Statements returns the statements of the document; none where it is not known.
func (d *Document) Statements() []iameval.Statement {
	if d == nil || d.Policy == nil {
		return nil
	}
	return d.Policy.Document().Statements
}

// places are the properties of resources that hold policy documents.
var places = []struct {
	resourceType, property string
	kind                   iameval.Kind
}{
	{"aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument", iameval.ResourcePolicy},
	{"aws:ec2/vpcEndpoint:VpcEndpoint", "policy", iameval.EndpointPolicy},
	{"aws:iam/policy:Policy", "policy", iameval.IdentityPolicy},
	{"aws:iam/role:Role", "assumeRolePolicy", iameval.TrustPolicy},
	{"aws:iam/rolePolicy:RolePolicy", "policy", iameval.IdentityPolicy},
	{"aws:kms/key:Key", "policy", iameval.KeyPolicy},
	{"aws:kms/keyPolicy:KeyPolicy", "policy", iameval.KeyPolicy},
	{"aws:kms/replicaKey:ReplicaKey", "policy", iameval.KeyPolicy},
	{"aws:s3/accessPoint:AccessPoint", "policy", iameval.ResourcePolicy},
	{"aws:s3/bucketPolicy:BucketPolicy", "policy", iameval.BucketPolicy},
	{"aws:sns/topicPolicy:TopicPolicy", "policy", iameval.ResourcePolicy},
	{"aws:sqs/queuePolicy:QueuePolicy", "policy", iameval.ResourcePolicy},
}

// Role is a role with the policies that are in force for it.
type Role struct {
	Resource *snapshot.Resource
	// Name is the role's name in IAM, empty when not known yet.
	Name     string
	ARN      string
	Trust    *Document
	Identity []*Document
	// Boundary is the permissions boundary; nil when the role has none, or one
	// that is not in the snapshot.
	Boundary *Document
	// Managed are the ARNs of attached policies that are not in the snapshot.
	Managed []string

	// session saves making it anew for every request.
	session iameval.Principal
}

// Model is the policies of a snapshot and where they are in force.
type Model struct {
	Documents []*Document
	Roles     []*Role

	snapshot *snapshot.Snapshot
	cache    *Cache
	byURN    map[string]*Document
	// endpoints are those of the VPC, by name; the policy is nil where an endpoint
	// has AWS's own, which lets everything through.
	endpoints map[string]*Document

	once  sync.Once
	words *vocabulary

	indexed  sync.Once
	carriers map[iameval.StatementRef][]*Document
}

// New reads the policies of a snapshot.
func New(s *snapshot.Snapshot) *Model { return NewCached(s, &Cache{}) }

// Cache keeps parsed documents by their text, for those who look at many
// snapshots that differ little.
type Cache struct{ parsed sync.Map }

type parsed struct {
	policy *iameval.Policy
	err    error
}

func (c *Cache) parse(name string, kind iameval.Kind, text string) (*iameval.Policy, error) {
	key := [3]string{name, string(kind), text}
	if p, ok := c.parsed.Load(key); ok {
		return p.(parsed).policy, p.(parsed).err
	}
	policy, err := iameval.Parse(name, kind, []byte(text))
	c.parsed.Store(key, parsed{policy, err})
	return policy, err
}

// NewCached is New with a cache of its caller's.
func NewCached(s *snapshot.Snapshot, cache *Cache) *Model {
	m := &Model{snapshot: s, cache: cache, byURN: map[string]*Document{}, endpoints: map[string]*Document{}}
	for _, place := range places {
		for _, r := range s.OfType(place.resourceType) {
			if d := m.read(r, place.property, place.kind); d != nil {
				m.Documents = append(m.Documents, d)
				m.byURN[r.URN] = d
			}
		}
	}
	for _, r := range s.OfType(endpointType) {
		m.endpoints[r.Name] = m.of(r)
	}
	for _, r := range s.OfType("aws:iam/role:Role") {
		m.Roles = append(m.Roles, m.role(r))
	}
	return m
}

// read reads the document in a property; nil means that there is none.
func (m *Model) read(r *snapshot.Resource, property string, kind iameval.Kind) *Document {
	d := &Document{Resource: r, Property: property, Kind: kind}
	switch text := r.Get(property).(type) {
	case nil:
		return nil
	case string:
		if text == "" {
			return nil
		}
		if text == snapshot.Unknown {
			d.Err = ErrUnknown
			return d
		}
		d.Policy, d.Err = m.cache.parse(r.Name, kind, text)
	default:
		d.Err = fmt.Errorf("is no text but %T", text)
	}
	return d
}

// of returns the document that a resource carries itself.
func (m *Model) of(r *snapshot.Resource) *Document { return m.byURN[r.URN] }

// role finds what is attached to a role.
func (m *Model) role(r *snapshot.Resource) *Role {
	role := &Role{Resource: r, Trust: m.of(r)}
	if name, ok := r.Get("name").(string); ok && name != snapshot.Unknown {
		role.Name, role.ARN = name, m.snapshot.Names.IAMARN("role/"+name)
		role.session = iameval.RoleSession(role.ARN, "session")
	}
	for _, p := range m.snapshot.OfType("aws:iam/rolePolicy:RolePolicy") {
		if d := m.of(p); d != nil && role.is(p, "role") {
			role.Identity = append(role.Identity, d)
		}
	}
	policies := m.snapshot.OfType("aws:iam/policy:Policy")
	for _, a := range m.snapshot.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if !role.is(a, "role") {
			continue
		}
		if i := m.named(policies, a, "policyArn"); i >= 0 {
			if d := m.of(policies[i]); d != nil {
				role.Identity = append(role.Identity, d)
			}
		} else {
			role.Managed = append(role.Managed, snapshot.List(a.Get("policyArn"))...)
		}
	}
	for _, arn := range snapshot.List(r.Get("managedPolicyArns")) {
		// A refresh lists here what attachments attach as well.
		if i := m.withARN(policies, arn); i < 0 {
			role.Managed = append(role.Managed, arn)
		} else if d := m.of(policies[i]); d != nil && !slices.Contains(role.Identity, d) {
			role.Identity = append(role.Identity, d)
		}
	}
	if i := m.named(policies, r, "permissionsBoundary"); i >= 0 {
		role.Boundary = m.boundary(m.of(policies[i]))
	}
	return role
}

// is reports whether a property of another resource names the role.
func (role *Role) is(other *snapshot.Resource, property string) bool {
	value, _ := other.Get(property).(string)
	if role.Name != "" && value != "" && value != snapshot.Unknown {
		return value == role.Name || value == role.ARN || value == role.Resource.ID
	}
	return other.Refers(property, role.Resource)
}

// named finds the policy that a property names, by ARN or by origin.
func (m *Model) named(policies []*snapshot.Resource, by *snapshot.Resource, property string) int {
	value, _ := by.Get(property).(string)
	return slices.IndexFunc(policies, func(p *snapshot.Resource) bool {
		return m.hasARN(p, value) || by.Refers(property, p)
	})
}

// withARN finds the policy with an ARN.
func (m *Model) withARN(policies []*snapshot.Resource, arn string) int {
	return slices.IndexFunc(policies, func(p *snapshot.Resource) bool { return m.hasARN(p, arn) })
}

func (m *Model) hasARN(policy *snapshot.Resource, arn string) bool {
	name, _ := policy.Get("name").(string)
	return name != "" && name != snapshot.Unknown && arn == m.snapshot.Names.IAMARN("policy/"+name)
}

// boundary reads a managed policy again, as the boundary that it is here.
func (m *Model) boundary(d *Document) *Document {
	if d == nil || d.Policy == nil {
		return d
	}
	as := *d
	as.Kind = iameval.PermissionsBoundary
	text, _ := d.Resource.Get(d.Property).(string)
	as.Policy, as.Err = m.cache.parse(d.Resource.Name, as.Kind, text)
	return &as
}

// IsBoundary reports whether a managed policy is used as a boundary, by a role
// of the snapshot or, as the estate's own, by its name.
func (m *Model) IsBoundary(policy *snapshot.Resource) bool {
	if name, _ := policy.Get("name").(string); strings.HasSuffix(name, "-boundary") {
		return true
	}
	return slices.ContainsFunc(m.Roles, func(r *Role) bool { return r.Boundary != nil && r.Boundary.Resource == policy })
}

// Role returns the role with a name of the estate, such as ml-service; nil when
// there is none.
func (m *Model) Role(name string) *Role {
	full := m.snapshot.Names.Of(name)
	i := slices.IndexFunc(m.Roles, func(r *Role) bool { return r.Name == full })
	if i < 0 {
		return nil
	}
	return m.Roles[i]
}

// attached are the resources that carry the policy of another one, by type of
// that other one, with the property that names it.
var attached = map[string]struct{ resourceType, property string }{
	"aws:s3/bucketV2:BucketV2": {"aws:s3/bucketPolicy:BucketPolicy", "bucket"},
	"aws:sns/topic:Topic":      {"aws:sns/topicPolicy:TopicPolicy", "arn"},
	"aws:sqs/queue:Queue":      {"aws:sqs/queuePolicy:QueuePolicy", "queueUrl"},
}

// On returns the policy of a bucket, key, topic, queue or endpoint; nil when it
// has none.
func (m *Model) On(r *snapshot.Resource) *Document {
	place, elsewhere := attached[r.Type]
	if !elsewhere {
		return m.of(r)
	}
	for _, p := range m.snapshot.OfType(place.resourceType) {
		if p.Refers(place.property, r) {
			return m.of(p)
		}
	}
	return nil
}

// ARN is the resource's ARN, also where AWS has not made it yet but its name is
// known; ErrUnknown otherwise.
func (m *Model) ARN(r *snapshot.Resource) (string, error) {
	if arn, _ := r.Get("arn").(string); arn != "" && arn != snapshot.Unknown {
		return arn, nil
	}
	if bucket, _ := r.Get("bucket").(string); r.Type == "aws:s3/bucketV2:BucketV2" && bucket != "" && bucket != snapshot.Unknown {
		return "arn:" + m.snapshot.Names.Partition() + ":s3:::" + bucket, nil
	}
	if name, _ := r.Get("name").(string); r.Type == "aws:iam/role:Role" && name != "" && name != snapshot.Unknown {
		return m.snapshot.Names.IAMARN("role/" + name), nil
	}
	return "", ErrUnknown
}
