package record

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// arns are the patterns of the ARNs that AWS gives resources, by Pulumi type;
// <name> stands for the physical name or, where there is none, the id.
var arns = map[string]string{
	"aws:accessanalyzer/analyzer:Analyzer":                      "arn:<p>:access-analyzer:<r>:<a>:analyzer/<name>",
	"aws:cfg/rule:Rule":                                         "arn:<p>:config:<r>:<a>:config-rule/<name>",
	"aws:cloudtrail/trail:Trail":                                "arn:<p>:cloudtrail:<r>:<a>:trail/<name>",
	"aws:cloudwatch/eventRule:EventRule":                        "arn:<p>:events:<r>:<a>:rule/<name>",
	"aws:cloudwatch/logGroup:LogGroup":                          "arn:<p>:logs:<r>:<a>:log-group:<name>",
	"aws:cloudwatch/metricAlarm:MetricAlarm":                    "arn:<p>:cloudwatch:<r>:<a>:alarm:<name>",
	"aws:ec2/securityGroup:SecurityGroup":                       "arn:<p>:ec2:<r>:<a>:security-group/<name>",
	"aws:ec2/subnet:Subnet":                                     "arn:<p>:ec2:<r>:<a>:subnet/<name>",
	"aws:ec2/vpc:Vpc":                                           "arn:<p>:ec2:<r>:<a>:vpc/<name>",
	"aws:ec2/vpcEndpoint:VpcEndpoint":                           "arn:<p>:ec2:<r>:<a>:vpc-endpoint/<name>",
	"aws:guardduty/detector:Detector":                           "arn:<p>:guardduty:<r>:<a>:detector/<name>",
	"aws:iam/instanceProfile:InstanceProfile":                   "arn:<p>:iam::<a>:instance-profile/<name>",
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider":       "arn:<p>:iam::<a>:oidc-provider/token.actions.githubusercontent.com",
	"aws:iam/policy:Policy":                                     "arn:<p>:iam::<a>:policy/<name>",
	"aws:iam/role:Role":                                         "arn:<p>:iam::<a>:role/<name>",
	"aws:kms/key:Key":                                           "arn:<p>:kms:<r>:<a>:key/<name>",
	"aws:s3/bucketV2:BucketV2":                                  "arn:<p>:s3:::<name>",
	"aws:sns/topic:Topic":                                       "arn:<p>:sns:<r>:<a>:<name>",
	"aws:sqs/queue:Queue":                                       "arn:<p>:sqs:<r>:<a>:<name>",
	"aws:ssm/patchBaseline:PatchBaseline":                       "arn:<p>:ssm:<r>:<a>:patchbaseline/<name>",
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   "arn:<p>:ec2:<r>:<a>:security-group-rule/<name>",
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "arn:<p>:ec2:<r>:<a>:security-group-rule/<name>",
}

// idPrefixes start the ids of resources that AWS numbers.
var idPrefixes = map[string]string{
	"aws:ec2/networkAcl:NetworkAcl":       "acl-",
	"aws:ec2/routeTable:RouteTable":       "rtb-",
	"aws:ec2/securityGroup:SecurityGroup": "sg-",
	"aws:ec2/subnet:Subnet":               "subnet-",
	"aws:ec2/vpc:Vpc":                     "vpc-",
	"aws:ec2/vpcEndpoint:VpcEndpoint":     "vpce-",
}

// identity makes up what AWS computes for a resource: its id and the outputs
// that the programs read. A numbered resource is called after its Pulumi name.
func (m *mocks) identity(resourceType, name string, inputs resource.PropertyMap) (string, resource.PropertyMap) {
	id := idPrefixes[resourceType] + name
	physical := id
	for _, key := range []resource.PropertyKey{"bucket", "name", "analyzerName"} {
		if v, ok := inputs[key]; ok && v.IsString() && idPrefixes[resourceType] == "" {
			physical, id = v.StringValue(), v.StringValue()
		}
	}
	outputs := resource.PropertyMap{}
	if pattern, ok := arns[resourceType]; ok {
		n := m.names
		arn := strings.NewReplacer("<p>", n.Partition(), "<r>", n.Region, "<a>", n.Account, "<name>", physical).Replace(pattern)
		outputs["arn"] = resource.NewProperty(arn)
	}
	switch resourceType {
	case "aws:kms/key:Key":
		outputs["keyId"] = resource.NewProperty(id)
	case "aws:ec2/vpc:Vpc":
		outputs["defaultNetworkAclId"] = resource.NewProperty("acl-default")
	case "aws:sqs/queue:Queue":
		outputs["url"] = resource.NewProperty("https://sqs." + m.names.Region + ".amazonaws.com/" + m.names.Account + "/" + physical)
	case "aws:ec2/vpcEndpoint:VpcEndpoint":
		outputs["prefixListId"] = resource.NewProperty("pl-" + name)
	}
	return id, outputs
}
