package policylint

import (
	"regexp"
	"slices"
	"strings"
)

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)

// isService reports whether a name such as logs.amazonaws.com or
// logs.eu-central-1.amazonaws.com is the principal of a service.
func isService(principal string) bool {
	name, ok := strings.CutSuffix(principal, ".amazonaws.com")
	if head, region, regional := cutLast(name, "."); regional && regionName.MatchString(region) {
		name = head
	}
	_, known := slices.BinarySearch(servicePrincipals, name)
	return ok && known
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// servicePrincipals are the services that take roles, or act on a resource, in an
// estate such as this, without ".amazonaws.com", in order. AWS has no page with
// all of them.
//
// Source: the security chapter of each service's guide, as "AWS services that
// work with IAM" links them.
var servicePrincipals = []string{
	"access-analyzer",
	"amplify",
	"apidestinations.events",
	"apigateway",
	"appsync",
	"athena",
	"autoscaling",
	"backup",
	"batch",
	"bedrock",
	"bedrock-agentcore",
	"billingconsole",
	"budgets",
	"cloudformation",
	"cloudfront",
	"cloudtrail",
	"cloudwatch",
	"codebuild",
	"codedeploy",
	"codepipeline",
	"cognito-idp",
	"config",
	"config-conforms",
	"datasync",
	"delivery.logs",
	"detective",
	"dms",
	"dynamodb",
	"ec2",
	"ecr",
	"ecs",
	"ecs-tasks",
	"eks",
	"eks-fargate-pods",
	"elasticache",
	"elasticfilesystem",
	"elasticloadbalancing",
	"elasticmapreduce",
	"events",
	"firehose",
	"fsx",
	"glue",
	"guardduty",
	"health",
	"inspector",
	"inspector2",
	"kinesis",
	"kms",
	"lakeformation",
	"lambda",
	"logdelivery.elasticloadbalancing",
	"logging.s3",
	"logs",
	"macie",
	"malware-protection",
	"malware-protection-plan.guardduty",
	"member.org.stacksets.cloudformation",
	"monitoring",
	"network-firewall",
	"opensearchservice",
	"organizations",
	"personalize",
	"pipes",
	"quicksight",
	"ram",
	"rds",
	"redshift",
	"replicator.lambda",
	"resource-explorer-2",
	"route53",
	"s3",
	"sagemaker",
	"scheduler",
	"secretsmanager",
	"securityhub",
	"securitylake",
	"serverlessrepo",
	"servicecatalog",
	"ses",
	"sms-voice",
	"sns",
	"sqs",
	"ssm",
	"ssm-incidents",
	"sso",
	"states",
	"storage-lens.s3",
	"synthetics",
	"transcribe",
	"transfer",
	"transitgateway",
	"vmie",
	"vpc-flow-logs",
	"vpc-lattice",
	"waf",
	"workmail",
	"xray",
}
