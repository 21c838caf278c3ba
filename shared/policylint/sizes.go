package policylint

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/ringfence/ringfence/shared/access"
)

// limit is how long a document may be. A rule's source speaks of IAM; the others
// have their own.
type limit struct {
	most   int
	spaces bool // white space counts
	source string
}

// The limits of documents, in bytes, which are characters here.
var limits = map[string]limit{
	"aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {5120, true, "CloudWatch Logs API Reference, PutResourcePolicy"},
	"aws:ec2/vpcEndpoint:VpcEndpoint":                    {20480, true, "AWS PrivateLink Guide, AWS PrivateLink quotas"},
	"aws:iam/policy:Policy":                              {6144, false, ""},
	"aws:iam/role:Role":                                  {2048, false, "IAM User Guide, IAM and AWS STS quotas: the default, which can be raised to 4,096"},
	"aws:kms/key:Key":                                    {32 << 10, true, "AWS KMS Developer Guide, Resource quotas"},
	"aws:kms/keyPolicy:KeyPolicy":                        {32 << 10, true, "AWS KMS Developer Guide, Resource quotas"},
	"aws:kms/replicaKey:ReplicaKey":                      {32 << 10, true, "AWS KMS Developer Guide, Resource quotas"},
	"aws:s3/accessPoint:AccessPoint":                     {20 << 10, true, "Amazon S3 User Guide, Access points restrictions and limitations"},
	"aws:s3/bucketPolicy:BucketPolicy":                   {20 << 10, true, "Amazon S3 User Guide, Bucket policies for Amazon S3"},
	"aws:sns/topicPolicy:TopicPolicy":                    {30 << 10, true, "AWS General Reference, Amazon SNS endpoints and quotas"},
	"aws:sqs/queuePolicy:QueuePolicy":                    {8192, true, "Amazon SQS Developer Guide, Amazon SQS policy quotas"},
}

const (
	mostInline      = 10240 // characters of all inline policies of a role, without white space
	mostAttachments = 10    // managed policies of a role, by default
)

// size holds a document to its limit.
func (l *linter) size(d *access.Document) {
	most, ok := limits[d.Resource.Type]
	if got := length(d, most.spaces); ok && got > most.most {
		rule := *Size
		if most.source != "" {
			rule.Source = most.source
		}
		l.add(&rule, d.Resource, Finding{Kind: d.Kind, Problem: fmt.Sprintf("has %d characters; AWS takes %d", got, most.most)})
	}
}

// length is the document's, with or without white space between its parts.
func length(d *access.Document, spaces bool) int {
	text, _ := d.Resource.Get(d.Property).(string)
	var compact bytes.Buffer
	if spaces || json.Compact(&compact, []byte(text)) != nil {
		return len(text)
	}
	return compact.Len()
}

// role holds what is attached to a role to its limits.
func (l *linter) role(role *access.Role) {
	inline, managed := 0, len(role.Managed)
	for _, d := range role.Identity {
		if d.Resource.Type == "aws:iam/rolePolicy:RolePolicy" {
			inline += length(d, false)
		} else {
			managed++
		}
	}
	if inline > mostInline {
		l.add(Size, role.Resource, Finding{Problem: fmt.Sprintf("its inline policies have %d characters together; AWS takes %d", inline, mostInline)})
	}
	if managed > mostAttachments {
		l.add(Attachments, role.Resource, Finding{Problem: fmt.Sprintf("has %d managed policies; AWS takes %d", managed, mostAttachments)})
	}
}
