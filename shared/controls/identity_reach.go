package controls

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// withoutResource lists the actions that cannot be limited by resource (Service
// Authorization Reference), and reads that are useful only of everything. What
// only describes or lists needs no entry, but for S3, where a list tells of data.
var withoutResource = []string{
	"account:GetAlternateContact", "bedrock:GetModelInvocationLoggingConfiguration",
	"bedrock:PutModelInvocationLoggingConfiguration", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrail",
	"cloudtrail:GetTrailStatus", "cloudtrail:LookupEvents", "cloudwatch:PutMetricData", "config:PutDeliveryChannel",
	"ec2:EnableEbsEncryptionByDefault", "ec2:EnableSnapshotBlockPublicAccess", "ec2:GetEbsEncryptionByDefault",
	"ec2:GetInstanceMetadataDefaults", "ec2:GetSnapshotBlockPublicAccessState", "ec2:ModifyInstanceMetadataDefaults",
	"ec2:ModifyVpcBlockPublicAccessOptions", "ecr:GetAuthorizationToken", "ecr:GetRegistryScanningConfiguration",
	"ecr:PutRegistryScanningConfiguration", "guardduty:CreateDetector", "guardduty:CreateMalwareProtectionPlan",
	"guardduty:GetDetector", "guardduty:GetMalwareProtectionPlan", "iam:GetAccountPasswordPolicy",
	"iam:UpdateAccountPasswordPolicy", "inspector2:BatchGetAccountStatus", "inspector2:Enable", "kms:CreateKey",
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:GetQueryResults", "logs:PutResourcePolicy", "logs:StopQuery",
	"logs:UpdateLogDelivery", "macie2:EnableMacie", "macie2:GetMacieSession", "macie2:UpdateMacieSession",
	"route53resolver:GetFirewallConfig", "route53resolver:GetFirewallDomainList", "route53resolver:GetFirewallRuleGroup",
	"route53resolver:GetFirewallRuleGroupAssociation", "route53resolver:GetResolverQueryLogConfig",
	"route53resolver:GetResolverQueryLogConfigAssociation", "s3:GetAccountPublicAccessBlock",
	"s3:PutAccountPublicAccessBlock", "securityhub:GetEnabledStandards", "sns:GetSubscriptionAttributes",
	"ssm:CreatePatchBaseline", "ssm:GetDefaultPatchBaseline", "ssm:GetPatchBaseline", "tag:GetResources",
}

// needsAll reports whether an action is one for all resources.
func needsAll(action string) bool {
	service, name, _ := strings.Cut(action, ":")
	looks := strings.HasPrefix(name, "Describe") || strings.HasPrefix(name, "List")
	return looks && service != "s3" || slices.Contains(withoutResource, action)
}

// shared are kinds of resources that a role reaches whosever they are: AWS numbers
// them, or there is one in a region, or who may use them is decided elsewhere.
var shared = []string{
	":config-rule/", ":configuration-recorder/", ":detector/", ":firewall-config/", ":firewall-domain-list/",
	":firewall-rule-group-association/", ":firewall-rule-group/", ":hostedzone/", ":malware-protection-plan/",
	":patchbaseline/", ":processing-job/", ":repository/", ":resolver-query-log-config/", ":training-job/",
}

// belongsHere reports whether a resource pattern names what is meant: one
// resource, those with the estate's prefix, or those that a service of AWS makes
// for it.
func (in *inspection) belongsHere(pattern string) bool {
	own := func(part string) bool { return strings.Contains(pattern, part) }
	return !strings.ContainsAny(pattern, "*?") || own(in.Names.Prefix+"-") || own("/"+in.Names.Prefix+"/") ||
		own(in.stateNames().Of("state")) || own("/aws/") || own("/aws-service-role/") || own("/DO-NOT-DELETE-AmazonGuardDuty") ||
		slices.ContainsFunc(shared, own)
}

// keepsToEstate asks a role for everything that its policies allow, on things of
// somebody else. Its boundary is left out: each of the two locks must hold alone.
// A policy that several roles carry is asked once.
func (r roleSubject) keepsToEstate(asked map[*access.Document]bool) {
	r.environment.Boundary = nil
	strangers := r.in.strangersThings()
	if own := r.in.ownVPC(); own != nil {
		for _, vpc := range comparedWith("ec2:Vpc", own, r.environment.Identity...) {
			strangers = append(strangers, inVPC(vpc))
		}
	}
	for _, d := range r.role.Identity {
		if asked[d] {
			continue
		}
		asked[d] = true
		for _, s := range d.Statements() {
			if s.Effect != iameval.EffectAllow {
				continue
			}
			for _, pattern := range s.Resources {
				for _, action := range s.Actions {
					if r.in.asksFor(action, pattern, s) {
						r.refusesAll(strangers, action, oneOf(pattern))
					}
				}
			}
		}
	}
}

// asksFor reports whether an action on a resource pattern could be about
// something of somebody else. All resources count where a condition narrows them;
// a new network interface belongs to nobody yet.
func (in *inspection) asksFor(action, pattern string, s iameval.Statement) bool {
	switch {
	case strings.Contains(action, "*"):
		return false // looked at where whole services are
	case isEverything(pattern):
		return len(s.Conditions) > 0 && !strings.HasPrefix(action, "iam:")
	case action == "ec2:CreateNetworkInterface" && strings.Contains(pattern, ":network-interface/"):
		return false
	}
	return !in.belongsHere(pattern)
}

// strangersThings are what tells a thing of somebody else from one of the estate.
func (in *inspection) strangersThings() []probe {
	tags := func(set, environment string) iameval.Context {
		return iameval.Context{
			"aws:ResourceTag/ControlSet": {set}, "aws:ResourceTag/Environment": {environment},
			"aws:RequestTag/ControlSet": {set}, "aws:RequestTag/Environment": {environment},
		}
	}
	own := in.Environment.Name
	named := tags("ringfence", own)
	named["kms:ResourceAliases"] = []string{"alias/other"}
	one := func(key, value string) iameval.Context { return iameval.Context{key: {value}} }
	return []probe{
		{what: "without tags, alias or VPC"},
		{what: "with the tags of another environment", context: tags("ringfence", "other")},
		{what: "with the tags of another product", context: tags("other", own)},
		{what: "with another alias", context: named},
		{what: "with the tag of the product only", context: one("aws:ResourceTag/ControlSet", "ringfence")},
		{what: "with the tag of the environment only", context: one("aws:ResourceTag/Environment", own)},
		inVPC(in.Names.ARN("ec2", "vpc/vpc-other")),
	}
}

// inVPC is a thing in a VPC, handed to a service that may have it.
func inVPC(arn string) probe {
	return probe{what: "in " + arn, context: iameval.Context{"ec2:Vpc": {arn}, "ec2:AuthorizedService": {"sagemaker.amazonaws.com"}}}
}

// ownVPC is the estate's VPC by ARN, where it is known.
func (in *inspection) ownVPC() []string {
	ids := in.output(graph.Network, "vpcId")
	for i, id := range ids {
		ids[i] = in.Names.ARN("ec2", "vpc/"+id)
	}
	return ids
}

// oneOf is one of the resources that a pattern stands for.
func oneOf(pattern string) string {
	if isEverything(pattern) {
		return "*"
	}
	return strings.NewReplacer("*", "x", "?", "x").Replace(pattern)
}

func (r roleSubject) refusesAll(strangers []probe, action, resource string) {
	service, name, _ := strings.Cut(action, ":")
	if kind := ownPolicyOf(probe{action: action, resource: resource}); kind != "" {
		r.environment.Resource = r.in.leftToIdentities(kind)
	}
	principal := r.role.Session()
	// A key with the estate's tags is read under whatever alias, and repaired.
	byAlias := service == "kms" && resource != "*" && !reads(name) && r.role.Name != r.in.Names.Of("break-glass")
	for _, s := range strangers {
		if s.context["kms:ResourceAliases"] != nil && !byAlias || s.context["ec2:Vpc"] != nil && service != "ec2" {
			continue
		}
		p := r.in.request(action, resource).given(s.what, s.context)
		p.principal = principal
		r.refuses(p)
	}
}

// ownValues are what a grant may compare a key with; a key that is not here may
// have any value.
func (in *inspection) ownValues() map[string]func(string) bool {
	is := func(values ...string) func(string) bool {
		return func(v string) bool { return slices.Contains(values, v) }
	}
	begins := func(prefixes ...string) func(string) bool {
		return func(v string) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(v, p) })
		}
	}
	n, environment := in.Names, in.Environment.Name
	policies := begins(n.IAMARN("policy/" + n.Prefix + "-"))
	return map[string]func(string) bool{
		"aws:RequestTag/ControlSet": is("ringfence"), "aws:ResourceTag/ControlSet": is("ringfence"),
		"aws:RequestTag/Environment": is(environment), "aws:ResourceTag/Environment": is(environment),
		"cloudwatch:namespace":    begins(n.Prefix+"-", "/aws/"),
		"ec2:AuthorizedService":   is("lambda.amazonaws.com", "sagemaker.amazonaws.com"),
		"ec2:CreateAction":        begins("Authorize", "Create"),
		"ec2:Vpc":                 begins(cmp.Or(strings.Join(in.ownVPC(), ""), n.ARN("ec2", "vpc/"))),
		"iam:PermissionsBoundary": is(n.IAMARN("policy/"+n.Of("boundary")), n.IAMARN("policy/"+n.Of("flow-logs-boundary"))),
		"events:ManagedBy":        is("malware-protection-plan.guardduty.amazonaws.com"),
		"iam:PolicyARN":           policies,
		"kms:ResourceAliases":     begins("alias/"+n.Prefix+"-", in.stateNames().KeyAlias("state")),
		"s3:prefix":               in.isPrefix,
	}
}

// isPrefix reports whether the environment file names a prefix.
func (in *inspection) isPrefix(v string) bool {
	return slices.Contains(in.prefixes(), strings.TrimSuffix(v, "*"))
}

// comparesWithOwn wants a grant to be narrowed by the estate's own values only.
func (d document) comparesWithOwn(place string, s iameval.Statement, own map[string]func(string) bool) {
	for _, c := range s.Conditions {
		for key, isOwn := range own {
			wrong := func(v string) bool { return !isOwn(v) }
			if strings.EqualFold(key, c.Key) && c.Operator != "Null" && slices.ContainsFunc(c.Values, wrong) {
				d.fail(place, "values of this estate in "+key, show(c.Values))
			}
		}
	}
}

// namesServices reports whether the services that a grant may turn on are those
// whose roles it names.
func namesServices(s iameval.Statement) bool {
	return !slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool {
		return c.Key == "iam:AWSServiceName" && slices.ContainsFunc(c.Values, func(service string) bool {
			return !strings.Contains(strings.Join(s.Resources, " "), "/aws-service-role/"+service+"/")
		})
	})
}

// narrowing are conditions that grants of certain actions carry, because neither
// action nor resource says how far they reach.
var narrowing = []struct {
	keys    []string
	actions []string
}{
	{[]string{"cloudwatch:namespace"}, []string{"cloudwatch:PutMetricData"}},
	{[]string{"ec2:AuthorizedService", "ec2:Vpc"}, []string{"ec2:CreateNetworkInterfacePermission"}},
	{[]string{"events:ManagedBy"}, []string{"events:PutRule"}},
	{[]string{"iam:AWSServiceName"}, []string{"iam:CreateServiceLinkedRole"}},
	{[]string{permissionsBoundary}, []string{
		"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
		"iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
	}},
	{[]string{"iam:PolicyARN"}, []string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"}},
}

// isNarrowed wants a grant of such an action to carry its conditions.
func (d document) isNarrowed(place string, s iameval.Statement) {
	if !namesServices(s) {
		d.fail(place, "the services whose roles it names in iam:AWSServiceName", show(s.Conditions))
	}
	for _, n := range narrowing {
		if !slices.ContainsFunc(n.actions, func(a string) bool { return slices.Contains(s.Actions, a) }) {
			continue
		}
		for _, key := range n.keys {
			if key == "events:ManagedBy" && !strings.Contains(show(s.Resources), "DO-NOT-DELETE") {
				continue // a rule of the estate's own
			}
			if !comparesOneOf(s, []string{key}) {
				d.fail(place, "a condition on "+key, show(s.Conditions))
			}
		}
	}
}
