// Package names makes the names and ARNs of everything the estate creates.
//
// Names are fixed by convention: <prefix>-<what>, where the prefix is
// "ringfence-<stack>" and <stack> is the Pulumi stack's name (local, dev, …).
// So a policy in one stack can name a resource of a later one, two
// environments share an account without clashing, and whoever reads a log
// knows at once whose resource it is. Nothing is cut short: a name that AWS
// would refuse is an error when the configuration is loaded.
package names

import (
	"fmt"
	"regexp"
	"strings"
)

// Longest names that AWS accepts, in characters.
const (
	// MaxBucket is the limit of an S3 bucket name
	// (Amazon S3 User Guide, "General purpose bucket naming rules").
	MaxBucket = 63
	// MaxRole is the limit of an IAM role name
	// (IAM User Guide, "IAM and AWS STS quotas"). An instance profile may
	// have 128, a policy 128; both carry their role's name here.
	MaxRole = 64
)

// Names makes the names of one stack in one account and region.
type Names struct {
	// Prefix starts every name: "ringfence-<stack>".
	Prefix string
	// Account is the 12-digit AWS account id.
	Account string
	// Region is the AWS region, such as eu-central-1.
	Region string
}

// New returns the names of the Pulumi stack called stack.
func New(stack, account, region string) Names {
	return Names{Prefix: "ringfence-" + stack, Account: account, Region: region}
}

// Partition is the AWS partition of the region: aws or aws-us-gov. Others have
// service principals and endpoints of other names, and config refuses them.
func (n Names) Partition() string {
	if strings.HasPrefix(n.Region, "us-gov-") {
		return "aws-us-gov"
	}
	return "aws"
}

// Of names anything that has no rules of its own: <prefix>-<what>.
func (n Names) Of(what string) string { return n.Prefix + "-" + what }

// Bucket names an S3 bucket: <prefix>-<what>-<account>-<region>. Bucket names
// are global, hence account and region.
func (n Names) Bucket(what string) string {
	return strings.Join([]string{n.Prefix, what, n.Account, n.Region}, "-")
}

// BucketARN is the ARN of the bucket that Bucket names.
func (n Names) BucketARN(what string) string {
	return "arn:" + n.Partition() + ":s3:::" + n.Bucket(what)
}

// KeyAlias names a KMS alias: alias/<prefix>-<what>.
func (n Names) KeyAlias(what string) string { return "alias/" + n.Of(what) }

// LogGroup names a CloudWatch log group: /<prefix>/<what>.
func (n Names) LogGroup(what string) string { return "/" + n.Prefix + "/" + what }

// ARN is the ARN of a resource of this account and region.
func (n Names) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", n.Partition(), service, n.Region, n.Account, resource)
}

// IAMARN is the ARN of an IAM resource (IAM has no region), such as
// IAMARN("role/x").
func (n Names) IAMARN(resource string) string {
	return fmt.Sprintf("arn:%s:iam::%s:%s", n.Partition(), n.Account, resource)
}

// RootARN is the ARN that stands for the account itself in a policy.
func (n Names) RootARN() string { return n.IAMARN("root") }

// LogGroupARN is the ARN of the log group that LogGroup names, without the
// trailing ":*".
func (n Names) LogGroupARN(what string) string { return n.ARN("logs", "log-group:"+n.LogGroup(what)) }

// ServiceHost is the value of kms:ViaService for a service in this region,
// such as s3.eu-central-1.amazonaws.com.
func (n Names) ServiceHost(service string) string {
	return service + "." + n.Region + ".amazonaws.com"
}

var validStack = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// CheckStack reports whether a Pulumi stack's name can start AWS names: lower
// case letters, digits and single hyphens, beginning with a letter, and short
// enough for the longest bucket name of the estate.
func CheckStack(stack, account, region string) error {
	if !validStack.MatchString(stack) {
		return fmt.Errorf("stack name %q: use lower-case letters, digits and single hyphens, beginning with a letter, such as dev or pr-42", stack)
	}
	if err := New(stack, account, region).CheckBucket("access-logs"); err != nil {
		return fmt.Errorf("stack name %q: %w", stack, err)
	}
	return nil
}

// CheckBucket reports whether S3 takes the name that Bucket gives.
func (n Names) CheckBucket(what string) error {
	name := n.Bucket(what)
	if over := len(name) - MaxBucket; over > 0 {
		return fmt.Errorf("it makes the bucket name %q %d characters long, and S3 allows %d: shorten the stack name by %d", name, len(name), MaxBucket, over)
	}
	return nil
}
