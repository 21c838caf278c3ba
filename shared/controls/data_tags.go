package controls

// classes are the classes of data.
var classes = []any{"public", "internal", "confidential", "restricted"}

// tagged are the types that must carry tags. Any other resource that has tags
// must have all of them too.
var tagged = map[string]bool{
	"aws:accessanalyzer/analyzer:Analyzer":                              true,
	"aws:cfg/rule:Rule":                                                 true,
	"aws:cloudtrail/trail:Trail":                                        true,
	"aws:cloudwatch/eventRule:EventRule":                                true,
	"aws:cloudwatch/logGroup:LogGroup":                                  true,
	"aws:cloudwatch/metricAlarm:MetricAlarm":                            true,
	"aws:ec2/defaultNetworkAcl:DefaultNetworkAcl":                       true,
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":                 true,
	"aws:ec2/flowLog:FlowLog":                                           true,
	"aws:ec2/networkAcl:NetworkAcl":                                     true,
	"aws:ec2/routeTable:RouteTable":                                     true,
	"aws:ec2/securityGroup:SecurityGroup":                               true,
	"aws:ec2/subnet:Subnet":                                             true,
	"aws:ec2/vpc:Vpc":                                                   true,
	"aws:ec2/vpcEndpoint:VpcEndpoint":                                   true,
	"aws:guardduty/detector:Detector":                                   true,
	"aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan":         true,
	"aws:iam/instanceProfile:InstanceProfile":                           true,
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider":               true,
	"aws:iam/policy:Policy":                                             true,
	"aws:iam/role:Role":                                                 true,
	"aws:kms/key:Key":                                                   true,
	"aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": true,
	"aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup":   true,
	"aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": true,
	"aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig":                             true,
	"aws:s3/bucketV2:BucketV2":                                  true,
	"aws:sns/topic:Topic":                                       true,
	"aws:sqs/queue:Queue":                                       true,
	"aws:ssm/patchBaseline:PatchBaseline":                       true,
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   true,
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": true,
}

func resourcesAreTagged(in *inspection) {
	owners := []any{in.Environment.Owner}
	for _, w := range in.Environment.Workloads {
		owners = append(owners, w.Owner)
	}
	for i := range in.Resources {
		r := &in.Resources[i]
		if r.Get("tags") == nil && !tagged[r.Type] {
			continue
		}
		in.checked[r.Stack]++
		s := subject{in, r}
		s.is("tags.ControlSet", "ringfence")
		s.is("tags.Environment", in.Environment.Name)
		s.is("tags.ManagedBy", "pulumi")
		s.isOneOf("tags.Owner", owners...)
		s.isOneOf("tags.DataClassification", classes...)
	}
}
