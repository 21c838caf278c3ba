package security

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// runtime is what a service needs to run a workload: pull its image, write its
// logs and metrics, plug it into the private subnets, call a model.
func (s *security) runtime(name string, service config.Service, kind config.Kind) []iampolicy.Statement {
	if service == config.Lambda && kind == config.Agent {
		return slices.Concat(s.runtime(name, service, ""), s.models())
	}
	switch service {
	case config.SageMaker:
		return slices.Concat(s.logs("/aws/sagemaker/*"), s.metrics("/aws/sagemaker/*"), s.images(), s.networkInterfaces("sagemaker.amazonaws.com"))
	case config.EC2:
		return slices.Concat(s.logs("/"+s.Names.Of(name)+"/*"), s.metrics(s.Names.Of(name)), s.images())
	case config.Lambda:
		return slices.Concat(s.logs("/aws/lambda/"+s.Names.Of(name)+"*"), s.networkInterfaces("lambda.amazonaws.com"))
	case config.Bedrock:
		return s.models()
	}
	panic("security: no runtime policy for service " + string(service))
}

func (s *security) logs(group string) []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid:       "WriteLogs",
		Effect:    iampolicy.Allow,
		Actions:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
		Resources: iampolicy.Strings(s.Names.ARN("logs", "log-group:"+group)),
	}}
}

// metrics cannot be limited by resource, only by namespace (Service
// Authorization Reference, CloudWatch).
func (s *security) metrics(namespace string) []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid:        "WriteMetrics",
		Effect:     iampolicy.Allow,
		Actions:    []string{"cloudwatch:PutMetricData"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{iampolicy.Is("StringLike", "cloudwatch:namespace", namespace)},
	}}
}

func (s *security) images() []iampolicy.Statement {
	return []iampolicy.Statement{
		{
			Sid:       "LogInToRegistry",
			Effect:    iampolicy.Allow,
			Actions:   []string{"ecr:GetAuthorizationToken"}, // has no resource
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:       "PullImages",
			Effect:    iampolicy.Allow,
			Actions:   []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
			Resources: iampolicy.Strings(s.Names.ARN("ecr", "repository/*")),
		},
	}
}

// networkInterfaces lets a managed service plug a workload into the private
// subnets of this estate, in its workload security group, and nowhere else.
func (s *security) networkInterfaces(service string) []iampolicy.Statement {
	interfaces := s.Names.ARN("ec2", "network-interface/*")
	vpc := pulumi.Sprintf("%s%s", s.Names.ARN("ec2", "vpc/"), s.network.VPCID)
	return []iampolicy.Statement{
		{
			Sid:     "CreateInterfaceHere",
			Effect:  iampolicy.Allow,
			Actions: []string{"ec2:CreateNetworkInterface"},
			Resources: pulumi.StringArray{
				pulumi.String(interfaces),
				pulumi.Sprintf("%s%s", s.Names.ARN("ec2", "security-group/"), s.network.WorkloadSecurityGroupID),
				pulumi.String(s.Names.ARN("ec2", "subnet/*")),
			},
		},
		{
			Sid:        "DenyInterfaceElsewhere",
			Effect:     iampolicy.Deny,
			Actions:    []string{"ec2:CreateNetworkInterface"},
			Resources:  iampolicy.Strings(s.Names.ARN("ec2", "subnet/*")),
			Conditions: []iampolicy.Condition{iampolicy.When("ArnNotEquals", "ec2:Vpc", vpc)},
		},
		{
			Sid:       "HandInterfaceToService",
			Effect:    iampolicy.Allow,
			Actions:   []string{"ec2:CreateNetworkInterfacePermission"},
			Resources: iampolicy.Strings(interfaces),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "ec2:AuthorizedService", service),
				iampolicy.When("ArnEquals", "ec2:Vpc", vpc),
			},
		},
		{
			Sid:        "DeleteInterfaceHere",
			Effect:     iampolicy.Allow,
			Actions:    []string{"ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"},
			Resources:  iampolicy.Strings(interfaces),
			Conditions: []iampolicy.Condition{iampolicy.When("ArnEquals", "ec2:Vpc", vpc)},
		},
		{
			Sid:    "LookAtNetwork",
			Effect: iampolicy.Allow,
			Actions: []string{ // none of these can be limited by resource
				"ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
				"ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
			},
			Resources: iampolicy.Strings("*"),
		},
	}
}
