package security

import (
	"slices"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// ownRoleNames are the estate's own roles that the security stack makes, besides
// the workloads' and the pipeline's.
var ownRoleNames = []string{"auditor", breakGlass, "data-scientist", "ml-service", "support"}

// deploySecurity lets a role make and change the estate's roles, under the
// boundary, and the guards. The boundary, the pipeline's own roles and every
// role's trust are for a person to change, and the boundary sees to it. Roles
// are named by prefix, so that a workload can be added to the environment file.
func (s *security) deploySecurity() []iampolicy.Statement {
	profiles := s.Names.IAMARN("instance-profile/" + s.Names.Of("*"))
	var guards []string
	for _, name := range []string{guardOfNetwork, guardOfJobs, guardOfNotebooks, guardOfInstances, guardOfModels} {
		guards = append(guards, s.Names.IAMARN("policy/"+s.Names.Of(name)))
	}
	attachable := []iampolicy.Condition{
		iampolicy.When("StringEquals", "iam:PermissionsBoundary", s.boundary.Arn),
		iampolicy.Is("ArnEquals", "iam:PolicyARN", guards...),
	}
	statements := slices.Concat(s.ownRoles(s.boundary.Arn, "*"), []iampolicy.Statement{
		s.denyRolesOfOthers(ownRoleNames),
		allowIf("AttachGuards", attachable, []string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"}, s.roleARNs("*")...),
		allow("ChangeGuards", policyChanges, guards...),
		allow("ChangeInstanceProfiles", []string{
			"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile",
			"iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:UntagInstanceProfile",
		}, profiles),
		allow("ChangeAnalyzers", []string{
			"access-analyzer:CreateAnalyzer", "access-analyzer:TagResource", "access-analyzer:UntagResource",
			"access-analyzer:UpdateAnalyzer",
		}, s.Names.ARN("access-analyzer", "analyzer/"+s.Names.Of("*"))),
		s.serviceLinkedRole("TurnAnalyzerOn", "access-analyzer.amazonaws.com"),
	})
	var onInstances []string
	for _, w := range s.Env.Workloads {
		if w.RunsOn == config.EC2 {
			onInstances = append(onInstances, w.Name)
		}
	}
	if len(onInstances) > 0 { // who puts a role into an instance profile hands it on
		statements = append(statements, s.handRole("HandRolesToInstances", "ec2.amazonaws.com", onInstances...))
	}
	return statements
}
