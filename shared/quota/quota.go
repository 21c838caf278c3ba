// Package quota holds the limits that AWS sets on the policies of an estate, each
// with the page of AWS's documentation that says so.
//
// The rule it upholds: a limit stands here once. What could break one when an
// environment file grows is refused as the file is loaded, and what a program
// registers is measured against the same number, so that AWS never is the first
// to say it.
package quota

// Limit is how long a policy document, or several together, may be.
type Limit struct {
	// Characters are the most that AWS takes; a policy holds ASCII only, so they
	// are bytes too.
	Characters int
	// Spaces says that white space counts.
	Spaces bool
	// Source is the page of AWS's documentation.
	Source string
}

const iam = "IAM User Guide, IAM and AWS STS quotas"

// The limits of policies.
var (
	// Managed is for a customer managed policy, which a permissions boundary is too.
	Managed = Limit{6144, false, iam}
	// Inline is for all inline policies of one role together.
	Inline = Limit{10240, false, iam}
	// Trust is for the trust policy of a role.
	Trust = Limit{2048, false, iam + ": the default, which can be raised to 4,096"}

	Key         = Limit{32 << 10, true, "AWS KMS Developer Guide, Resource quotas"}
	Bucket      = Limit{20 << 10, true, "Amazon S3 User Guide, Bucket policies for Amazon S3"}
	AccessPoint = Limit{20 << 10, true, "Amazon S3 User Guide, Access points restrictions and limitations"}
	Endpoint    = Limit{20480, true, "AWS PrivateLink Guide, AWS PrivateLink quotas"}
	Logs        = Limit{5120, true, "CloudWatch Logs API Reference, PutResourcePolicy"}
	Topic       = Limit{30 << 10, true, "AWS General Reference, Amazon SNS endpoints and quotas"}
	Queue       = Limit{8192, true, "Amazon SQS Developer Guide, Amazon SQS policy quotas"}
)

// Attachments are the managed policies that a role may have, by default (IAM User
// Guide, "IAM and AWS STS quotas").
const Attachments = 10
