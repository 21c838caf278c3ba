package security

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// option is what the pipeline needs for one optional control, where it is on.
type option struct {
	on    bool
	stack graph.Name
	// sid names the control in the policies.
	sid string
	// reads look at settings; most of these calls have no resource.
	reads []string
	// switches set the account or the region as a whole, and have no resource.
	switches []string
	// changes make and change resources that AWS names or numbers, of these kinds.
	changes, of []string
	// linked is the service that makes a role of its own when it is turned on.
	linked string
}

// options lists what the optional controls of all stacks need. None is turned
// off by the pipeline: a protection is taken down by a person.
func (s *security) options() []option {
	return slices.Concat(s.networkOptions(), s.securityOptions(), s.dataOptions(), s.auditOptions())
}

func (s *security) networkOptions() []option {
	var dns []string
	for _, kind := range []string{
		"firewall-config", "firewall-domain-list", "firewall-rule-group", "firewall-rule-group-association",
		"resolver-query-log-config",
	} {
		dns = append(dns, s.Names.ARN("route53resolver", kind+"/*"))
	}
	return []option{
		{on: s.Env.Features.BlockPublicVPC, stack: graph.Network, sid: "VpcBlock",
			reads:    []string{"ec2:DescribeVpcBlockPublicAccessOptions"},
			switches: []string{"ec2:ModifyVpcBlockPublicAccessOptions"}},
		{on: s.Env.Features.DNSFirewall, stack: graph.Network, sid: "DnsFirewall",
			reads: dnsFirewallReads, switches: logDeliveries, changes: dnsFirewallChanges, of: dns},
	}
}

func (s *security) securityOptions() []option {
	f := s.Env.Features
	return []option{
		{on: f.PasswordPolicy, stack: graph.Security, sid: "PasswordPolicy",
			reads:    []string{"iam:GetAccountPasswordPolicy"},
			switches: []string{"iam:UpdateAccountPasswordPolicy"}},
		{on: f.InstanceDefaults, stack: graph.Security, sid: "InstanceDefaults",
			reads:    []string{"ec2:GetEbsEncryptionByDefault", "ec2:GetInstanceMetadataDefaults", "ec2:GetSnapshotBlockPublicAccessState"},
			switches: []string{"ec2:EnableEbsEncryptionByDefault", "ec2:EnableSnapshotBlockPublicAccess", "ec2:ModifyInstanceMetadataDefaults"}},
		{on: f.BlockPublicBuckets, stack: graph.Security, sid: "PublicBuckets",
			reads:    []string{"s3:GetAccountPublicAccessBlock"},
			switches: []string{"s3:PutAccountPublicAccessBlock"}},
		{on: f.SecurityContact != nil, stack: graph.Security, sid: "SecurityContact",
			reads:   []string{"account:GetAlternateContact"},
			changes: []string{"account:PutAlternateContact"},
			of:      []string{"arn:" + s.Names.Partition() + ":account::" + s.Names.Account + ":account"}},
	}
}

func (s *security) dataOptions() []option {
	return []option{
		{on: s.Env.Features.MalwareScan, stack: graph.Data, sid: "MalwareScan",
			reads:    []string{"guardduty:GetMalwareProtectionPlan"},
			switches: []string{"guardduty:CreateMalwareProtectionPlan"},
			changes:  []string{"guardduty:TagResource", "guardduty:UpdateMalwareProtectionPlan"},
			of:       []string{s.Names.ARN("guardduty", "malware-protection-plan/*")}},
	}
}

func (s *security) auditOptions() []option {
	f := s.Env.Features
	return []option{
		{on: f.ModelInvocationLog, stack: graph.Audit, sid: "ModelInvocationLog",
			reads:    []string{"bedrock:GetModelInvocationLoggingConfiguration"},
			switches: []string{"bedrock:PutModelInvocationLoggingConfiguration"}},
		{on: f.ConfigRecorder, stack: graph.Audit, sid: "ConfigRecorder", linked: "config.amazonaws.com",
			reads: []string{
				"config:DescribeConfigRules", "config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders",
				"config:DescribeDeliveryChannels", "config:ListTagsForResource",
			},
			switches: []string{"config:PutDeliveryChannel"},
			changes: []string{
				"config:DeleteConfigRule", "config:PutConfigRule", "config:PutConfigurationRecorder",
				"config:StartConfigurationRecorder", "config:TagResource",
			},
			of: []string{s.Names.ARN("config", "config-rule/*"), s.Names.ARN("config", "configuration-recorder/*")}},
		{on: f.SecurityHub, stack: graph.Audit, sid: "SecurityHub", linked: "securityhub.amazonaws.com",
			reads:   []string{"securityhub:DescribeHub", "securityhub:DescribeStandards", "securityhub:GetEnabledStandards"},
			changes: []string{"securityhub:BatchEnableStandards", "securityhub:EnableSecurityHub", "securityhub:UpdateSecurityHubConfiguration"},
			of:      []string{s.Names.ARN("securityhub", "hub/default")}},
		{on: f.GuardDuty, stack: graph.Audit, sid: "GuardDuty", linked: "guardduty.amazonaws.com",
			reads:    []string{"guardduty:GetDetector"},
			switches: []string{"guardduty:CreateDetector"},
			changes:  []string{"guardduty:TagResource", "guardduty:UpdateDetector"},
			of:       []string{s.Names.ARN("guardduty", "detector/*")}},
		{on: f.Macie, stack: graph.Audit, sid: "Macie", linked: "macie.amazonaws.com",
			reads:    []string{"macie2:GetMacieSession"},
			switches: []string{"macie2:EnableMacie", "macie2:UpdateMacieSession"}},
		{on: f.Inspector, stack: graph.Audit, sid: "Inspector", linked: "inspector2.amazonaws.com",
			reads: []string{
				"ecr:GetRegistryScanningConfiguration", "inspector2:BatchGetAccountStatus", "ssm:DescribePatchBaselines",
				"ssm:GetDefaultPatchBaseline", "ssm:GetPatchBaseline", "ssm:ListTagsForResource",
			},
			switches: []string{"ecr:PutRegistryScanningConfiguration", "inspector2:Enable", "ssm:CreatePatchBaseline"},
			changes:  []string{"ssm:AddTagsToResource", "ssm:RegisterDefaultPatchBaseline", "ssm:UpdatePatchBaseline"},
			of:       []string{s.Names.ARN("ssm", "patchbaseline/*")}},
	}
}

var dnsFirewallReads = []string{
	"logs:DescribeResourcePolicies", "route53resolver:GetFirewallConfig", "route53resolver:GetFirewallDomainList",
	"route53resolver:GetFirewallRuleGroup", "route53resolver:GetFirewallRuleGroupAssociation",
	"route53resolver:GetResolverQueryLogConfig", "route53resolver:GetResolverQueryLogConfigAssociation",
	"route53resolver:ListFirewallConfigs", "route53resolver:ListFirewallDomains", "route53resolver:ListFirewallRules",
	"route53resolver:ListTagsForResource",
}

// logDeliveries is what CloudWatch Logs asks of whoever sends it a log of another
// service (CloudWatch Logs User Guide, "Enable logging from AWS services").
var logDeliveries = []string{
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy",
	"logs:UpdateLogDelivery",
}

var dnsFirewallChanges = []string{
	"route53resolver:AssociateFirewallRuleGroup", "route53resolver:AssociateResolverQueryLogConfig",
	"route53resolver:CreateFirewallDomainList", "route53resolver:CreateFirewallRule",
	"route53resolver:CreateFirewallRuleGroup", "route53resolver:CreateResolverQueryLogConfig",
	"route53resolver:TagResource", "route53resolver:UpdateFirewallConfig", "route53resolver:UpdateFirewallDomains",
	"route53resolver:UpdateFirewallRule", "route53resolver:UpdateFirewallRuleGroupAssociation",
}

// optionalReads lets a role look at the optional controls that are on.
func (s *security) optionalReads() []iampolicy.Statement {
	var reads []string
	for _, o := range s.options() {
		if o.on {
			reads = append(reads, o.reads...)
		}
	}
	if len(reads) == 0 {
		return nil
	}
	return []iampolicy.Statement{allow("ReadOptionalControls", slices.Compact(slices.Sorted(slices.Values(reads))), "*")}
}

// optionalWrites lets a role set the optional controls of its stack that are on.
func (s *security) optionalWrites(stack graph.Name) []iampolicy.Statement {
	var statements []iampolicy.Statement
	for _, o := range s.options() {
		if !o.on || o.stack != stack {
			continue
		}
		if len(o.switches) > 0 {
			statements = append(statements, allow("Set"+o.sid, o.switches, "*"))
		}
		if len(o.changes) > 0 {
			statements = append(statements, allow("Change"+o.sid, o.changes, o.of...))
		}
		if o.linked != "" {
			statements = append(statements, s.serviceLinkedRole("TurnOn"+o.sid, o.linked))
		}
	}
	return statements
}
