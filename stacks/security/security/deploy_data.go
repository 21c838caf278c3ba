package security

import (
	"slices"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// granted are the estate's own roles that the data stack gives grants to,
// besides the workloads' roles.
var granted = []string{"data-scientist", "malware-scan", "ml-service", "replication"}

// deployData lets a role make and change the data key and the buckets, give the
// workloads' roles their grants, and guard their keys. It reads and writes no
// data.
func (s *security) deployData() []iampolicy.Statement {
	bounded := iampolicy.When("StringEquals", "iam:PermissionsBoundary", s.boundary.Arn)
	guard := s.Names.IAMARN("policy/" + s.Names.Of("ml-guard-keys"))
	statements := slices.Concat(
		[]iampolicy.Statement{s.newKeys()},
		s.ownKeys(s.Names, "", "data"),
		[]iampolicy.Statement{
			ownBuckets(s.Names, "ChangeOwnBuckets", "access-logs", "data"),
			allowIf("GiveGrants", []iampolicy.Condition{bounded}, []string{"iam:DeleteRolePolicy", "iam:PutRolePolicy"}, s.roleARNs("*")...),
			allowIf("AttachGuard", []iampolicy.Condition{bounded, iampolicy.Is("ArnEquals", "iam:PolicyARN", guard)},
				[]string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"}, s.roleARNs("*")...),
			allow("ChangeGuard", policyChanges, guard),
			s.denyRolesOfOthers(granted),
		},
	)
	var roles []string
	if s.Env.Features.MalwareScan {
		roles = append(roles, "malware-scan")
		statements = append(statements, s.handRole("HandRoleToMalwareScan", "malware-protection-plan.guardduty.amazonaws.com", "malware-scan"))
	}
	if s.Env.Features.ReplicaRegion != "" {
		roles = append(roles, "replication")
		replica := s.replicaNames()
		statements = append(statements, s.handRole("HandRoleToReplication", "s3.amazonaws.com", "replication"),
			allow("ReplicateData", []string{"s3:PutReplicationConfiguration"}, s.Names.BucketARN("data")),
			ownBuckets(replica, "ChangeReplica", "replica", "replica-logs"))
		statements = append(statements, s.ownKeys(replica, "OfReplica", "replica")...)
	}
	if len(roles) > 0 {
		statements = append(statements, s.ownRoles(s.boundary.Arn, roles...)...)
	}
	return statements
}

// replicaNames are the names in the region of the replica.
func (s *security) replicaNames() names.Names {
	n := s.Names
	n.Region = s.Env.Features.ReplicaRegion
	return n
}
