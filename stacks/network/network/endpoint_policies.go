package network

import (
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// inAccount narrows a statement to principals and resources of the account, so
// that an endpoint is no way to bring data out or foreign credentials in
// (AWS whitepaper "Building a data perimeter on AWS").
func inAccount(n names.Names) []iampolicy.Condition {
	return []iampolicy.Condition{
		iampolicy.Is("StringEquals", "aws:PrincipalAccount", n.Account),
		iampolicy.Is("StringEquals", "aws:ResourceAccount", n.Account),
	}
}

// s3EndpointPolicy lets the account's principals work with the account's
// objects, and anyone read the named buckets of AWS: what reads an image layer
// is a link that ECR signs, not a principal of the account.
func s3EndpointPolicy(n names.Names) iampolicy.Document {
	var public []string
	for _, bucket := range config.AWSBuckets(n.Region) {
		public = append(public, "arn:"+n.Partition()+":s3:::"+bucket+"/*")
	}
	return iampolicy.Document{Statements: []iampolicy.Statement{
		{
			Sid:        "AllowOwnBuckets",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Everyone(),
			Actions: []string{
				"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetBucketLocation",
				"s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:ListBucket",
				"s3:ListBucketMultipartUploads", "s3:ListBucketVersions", "s3:ListMultipartUploadParts",
				"s3:PutObject", "s3:PutObjectTagging",
			},
			Resources:  iampolicy.Strings("*"),
			Conditions: inAccount(n),
		},
		{
			Sid:        "AllowImagesAndPatches",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Everyone(),
			Actions:    []string{"s3:GetObject"},
			Resources:  iampolicy.Strings(public...),
		},
	}}
}

// iamPrefixes maps endpoint services to the prefix of their IAM actions, where
// that is not the part of the name before the first dot or hyphen.
var iamPrefixes = map[string]string{"monitoring": "cloudwatch"}

// interfaceEndpointPolicy lets the account's principals use the account's
// resources of one service. Bedrock's foundation models belong to AWS, not to
// the account, so they are named.
func interfaceEndpointPolicy(n names.Names, endpoint string) iampolicy.Document {
	prefix, _, _ := strings.Cut(endpoint, ".")
	prefix, _, _ = strings.Cut(prefix, "-")
	if other, ok := iamPrefixes[endpoint]; ok {
		prefix = other
	}
	statements := []iampolicy.Statement{{
		Sid:        "AllowOwnAccount",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.Everyone(),
		Actions:    []string{prefix + ":*"},
		Resources:  iampolicy.Strings("*"),
		Conditions: inAccount(n),
	}}
	if endpoint == "bedrock-runtime" {
		statements = append(statements, iampolicy.Statement{
			Sid:        "AllowFoundationModels",
			Effect:     iampolicy.Allow,
			Principals: iampolicy.Everyone(),
			Actions:    []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"},
			Resources:  iampolicy.Strings("arn:" + n.Partition() + ":bedrock:" + n.Region + "::foundation-model/*"),
			Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:PrincipalAccount", n.Account)},
		})
	}
	return iampolicy.Document{Statements: statements}
}
