package iameval

// Kind is a policy type, in the words AWS uses for it.
//
// Source: "Policies and permissions in AWS Identity and Access Management",
// Policy types.
type Kind string

// The policy types.
const (
	// IdentityPolicy is attached to a user, a group of the user, or a role.
	IdentityPolicy Kind = "identity policy"
	// PermissionsBoundary caps what identity policies give one user or role.
	PermissionsBoundary Kind = "permissions boundary"
	// SessionPolicy is passed when a session is made, and caps it.
	SessionPolicy Kind = "session policy"
	// BucketPolicy is the resource policy of an S3 bucket.
	BucketPolicy Kind = "bucket policy"
	// ResourcePolicy is the policy of any other resource: a topic, a queue, ...
	ResourcePolicy Kind = "resource policy"
	// KeyPolicy is the policy of a KMS key, without which no identity policy
	// counts.
	KeyPolicy Kind = "key policy"
	// TrustPolicy says who may assume a role.
	TrustPolicy Kind = "trust policy"
	// EndpointPolicy filters what passes through a VPC endpoint.
	EndpointPolicy Kind = "endpoint policy"
	// ServiceControlPolicy caps the principals of an account.
	ServiceControlPolicy Kind = "service control policy"
	// ResourceControlPolicy caps access to the resources of an account.
	ResourceControlPolicy Kind = "resource control policy"
)

// grammar says which elements a policy type has.
//
// Sources: "Grammar of the IAM JSON policy language", Policy grammar notes (Id
// and Principal); "AWS JSON policy elements: NotPrincipal" (not in identity and
// trust policies); AWS Organizations User Guide, "SCP syntax" and "RCP syntax";
// AWS KMS Developer Guide, "Creating a key policy" (Resource is required).
type grammar struct {
	id           bool // Id may stand at the top
	plainSid     bool // Sid is letters and digits only
	principal    bool // each statement names principals; else none may
	notPrincipal bool
	resource     bool // each statement names resources; else none may
	denyOnly     bool // Allow only as the policy that allows everything
}

var grammars = map[Kind]grammar{
	IdentityPolicy:        {plainSid: true, resource: true},
	PermissionsBoundary:   {plainSid: true, resource: true},
	SessionPolicy:         {plainSid: true, resource: true},
	ServiceControlPolicy:  {resource: true},
	BucketPolicy:          {id: true, principal: true, notPrincipal: true, resource: true},
	ResourcePolicy:        {id: true, principal: true, notPrincipal: true, resource: true},
	KeyPolicy:             {id: true, principal: true, notPrincipal: true, resource: true},
	EndpointPolicy:        {id: true, principal: true, notPrincipal: true, resource: true},
	TrustPolicy:           {id: true, plainSid: true, principal: true},
	ResourceControlPolicy: {principal: true, resource: true, denyOnly: true},
}

// ofResource reports whether the kind stands in Environment.Resource.
func (k Kind) ofResource() bool {
	return k == BucketPolicy || k == ResourcePolicy || k == KeyPolicy || k == TrustPolicy
}
