package boundary

import (
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// perimeter keeps a role inside the account's S3 (control IAM-23) and
// inside the environment's regions (control IAM-25).
func perimeter(e *config.Environment, n names.Names) []iampolicy.Statement {
	var public []string
	for _, bucket := range config.AWSBuckets(e.Region) {
		arn := "arn:" + n.Partition() + ":s3:::" + bucket
		public = append(public, arn, arn+"/*")
	}
	regions := []string{e.Region}
	if e.Features.ReplicaRegion != "" {
		regions = append(regions, e.Features.ReplicaRegion)
	}
	return []iampolicy.Statement{
		{
			Sid:          "DenyForeignBuckets",
			Effect:       iampolicy.Deny,
			Actions:      []string{"s3:*"},
			NotResources: iampolicy.Strings(public...),
			Conditions:   []iampolicy.Condition{iampolicy.Is("StringNotEquals", "aws:ResourceAccount", n.Account)},
		},
		{
			Sid:    "DenyOtherRegions",
			Effect: iampolicy.Deny,
			// These answer in one region for all, or for the account as a whole
			// (Organizations User Guide, "Deny access to AWS based on the requested
			// AWS Region").
			NotActions: []string{
				"account:*", "iam:*", "route53:AssociateVPCWithHostedZone", "s3:GetAccountPublicAccessBlock",
				"s3:ListAllMyBuckets", "s3:PutAccountPublicAccessBlock", "sts:*", "support:*",
			},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{iampolicy.Is("StringNotEquals", "aws:RequestedRegion", regions...)},
		},
	}
}
