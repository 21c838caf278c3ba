package foretold

import "github.com/ringfence/ringfence/shared/graph"

// edit is a change of the sources or of the environment file.
type edit struct {
	name string
	// file is where old is replaced by new.
	file, old, new string
	// shows are some of the changes that must be foretold, so that an edit which
	// does nothing any more is noticed: "update LogGroup flow-logs", by stack.
	shows map[graph.Name][]string
}

const (
	environmentFile = "stacks/environments/ephemeral.yaml"
	thirdSubnet     = "    - { zone: eu-central-1c, cidr: 10.60.32.0/20 }\n"
	workloads       = "\nworkloads:\n"
	score           = `  - name: score
    owner: platform-security
    kind: inference
    runsOn: sagemaker
    reads: [models/]
    writes: [scores/]
    classification: internal

`
)

// rounds are edits that are made together, previewed and deployed, one round after
// the other on the same estate.
var rounds = [][]edit{
	{
		{
			"logs are kept longer", environmentFile, "logDays: 365", "logDays: 400",
			map[graph.Name][]string{
				graph.Network: {"update LogGroup flow-logs"}, graph.Audit: {"update LogGroup trail"},
			},
		},
		{
			"a workload comes", environmentFile, workloads, workloads + score,
			map[graph.Name][]string{
				graph.Security: {"create Role score"}, graph.Data: {"create RolePolicy score", "update Key data"},
			},
		},
		{
			"somebody hears of alarms", environmentFile, workloads, "\nalarms: { emails: [on-call@example.com] }\n" + workloads,
			map[graph.Name][]string{graph.Audit: {"create TopicSubscription alarms-0"}},
		},
		{
			"the contact changes", environmentFile, "+49 30 123456", "+49 30 654321",
			map[graph.Name][]string{graph.Security: {"update AlternativeContact security"}},
		},
		{
			"one more may read the audit log", environmentFile, "role/security-auditors]\n  breakGlass", "role/security-auditors, arn:aws:iam::123456789012:role/internal-audit]\n  breakGlass",
			map[graph.Name][]string{graph.Security: {"update Role auditor"}},
		},
		{
			"a subnet in another zone", environmentFile, "10.60.16.0/20 }\n", "10.60.16.0/20 }\n" + thirdSubnet,
			map[graph.Name][]string{
				graph.Network: {"create Subnet private-c", "create RouteTableAssociation private-c", "update NetworkAcl private"},
			},
		},
	},
	{
		{
			"the flow logs are called otherwise", "stacks/network/network/flow_logs.go", "Tags:                   n.tags(flowLogs)", "Tags:                   n.tags(\"connections\")",
			map[graph.Name][]string{graph.Network: {"update FlowLog vpc"}},
		},
		{
			"a tag changes", "stacks/network/network/network_acl.go", `"default-closed"`, `"default-shut"`,
			map[graph.Name][]string{graph.Network: {"update DefaultNetworkAcl default"}},
		},
		{
			"a role is described otherwise", "stacks/security/security/workload_roles.go", "SageMaker jobs that belong to no listed workload", "Jobs that belong to no listed workload",
			map[graph.Name][]string{graph.Security: {"update Role ml-service"}},
		},
		{
			"a key is described otherwise", "stacks/audit/audit/key.go", "Encrypts the audit log and the security alarms", "Encrypts the audit log, and the alarms",
			map[graph.Name][]string{graph.Audit: {"update Key audit"}},
		},
		{
			"the grants are called otherwise", "stacks/data/data/grants.go", `pulumi.String("data")`, `pulumi.String("prefixes")`,
			map[graph.Name][]string{graph.Data: {"replace RolePolicy train", "replace RolePolicy ml-service"}},
		},
		{
			"an alarm is called otherwise", "stacks/audit/audit/alarms.go", `"root-usage"`, `"root-is-used"`,
			map[graph.Name][]string{graph.Audit: {
				"delete MetricAlarm root-usage", "create MetricAlarm root-is-used", "delete LogMetricFilter root-usage", "create LogMetricFilter root-is-used",
			}},
		},
		{
			"an alarm is described otherwise", "stacks/audit/audit/alarms.go", "CIS 4.4: a policy or its attachment", "CIS 4.4: a policy or an attachment",
			map[graph.Name][]string{graph.Audit: {"update MetricAlarm iam-policy-changes"}},
		},
		{
			"the data key is another", "shared/secure/key.go", "		EnableKeyRotation:    pulumi.Bool(true),", "		EnableKeyRotation:    pulumi.Bool(true),\n		MultiRegion: pulumi.Bool(args.Name == \"data\"),",
			map[graph.Name][]string{graph.Data: {"replace Key data", "update BucketServerSideEncryptionConfigurationV2 data"}},
		},
		{
			"the aliases of keys are called otherwise", "shared/secure/key.go", "args.Names.KeyAlias(args.Name)", "args.Names.KeyAlias(args.Name) + \"-key\"",
			map[graph.Name][]string{graph.Network: {"replace Alias flow-logs"}, graph.Data: {"replace Alias data"}, graph.Audit: {"replace Alias audit"}},
		},
	},
	{
		{
			"an endpoint goes", environmentFile, "network:\n", "network:\n  unavailableEndpoints: [ecr.api]\n",
			map[graph.Name][]string{graph.Network: {"delete VpcEndpoint ecr.api"}},
		},
		{
			"a workload goes", environmentFile, score, "",
			map[graph.Name][]string{graph.Security: {"delete Role score"}, graph.Data: {"delete RolePolicy score"}},
		},
		{
			"the alarms on attackers of AI go", environmentFile, "  mlAlarms: true\n", "",
			map[graph.Name][]string{graph.Audit: {"delete MetricAlarm guardrail-changes", "delete LogMetricFilter guardrail-changes"}},
		},
		{
			"GuardDuty goes", environmentFile, "  guardDuty: true\n", "",
			map[graph.Name][]string{graph.Audit: {"delete Detector detector"}},
		},
		{
			"the password policy goes", environmentFile, "  passwordPolicy: true\n", "",
			map[graph.Name][]string{graph.Security: {"delete AccountPasswordPolicy account"}},
		},
		{
			"the third subnet goes", environmentFile, thirdSubnet, "",
			map[graph.Name][]string{graph.Network: {"delete Subnet private-c", "delete RouteTableAssociation private-c", "update NetworkAcl private"}},
		},
	},
}
