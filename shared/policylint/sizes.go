package policylint

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/quota"
)

// limits are those of the documents that each type of resource carries.
var limits = map[string]quota.Limit{
	"aws:cloudwatch/logResourcePolicy:LogResourcePolicy": quota.Logs,
	"aws:ec2/vpcEndpoint:VpcEndpoint":                    quota.Endpoint,
	"aws:iam/policy:Policy":                              quota.Managed,
	"aws:iam/role:Role":                                  quota.Trust,
	"aws:kms/key:Key":                                    quota.Key,
	"aws:kms/keyPolicy:KeyPolicy":                        quota.Key,
	"aws:kms/replicaKey:ReplicaKey":                      quota.Key,
	"aws:s3/accessPoint:AccessPoint":                     quota.AccessPoint,
	"aws:s3/bucketPolicy:BucketPolicy":                   quota.Bucket,
	"aws:sns/topicPolicy:TopicPolicy":                    quota.Topic,
	"aws:sqs/queuePolicy:QueuePolicy":                    quota.Queue,
}

// sizes holds all documents, and what roles have of them, to their limits.
func (l *linter) sizes(model *access.Model) {
	for _, d := range model.Documents {
		l.size(d)
	}
	for _, role := range model.Roles {
		l.role(role)
	}
}

// size holds a document to its limit.
func (l *linter) size(d *access.Document) {
	limit, ok := limits[d.Resource.Type]
	if got := length(d, limit.Spaces); ok && got > limit.Characters {
		rule := *Size
		rule.Source = limit.Source
		l.add(&rule, d.Resource, Finding{Kind: d.Kind, Problem: fmt.Sprintf("has %d characters; AWS takes %d", got, limit.Characters)})
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
	if most := quota.Inline.Characters; inline > most {
		l.add(Size, role.Resource, Finding{Problem: fmt.Sprintf("its inline policies have %d characters together; AWS takes %d", inline, most)})
	}
	if managed > quota.Attachments {
		l.add(Attachments, role.Resource, Finding{Problem: fmt.Sprintf("has %d managed policies; AWS takes %d", managed, quota.Attachments)})
	}
}
