package security

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/grants"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// What several stacks have of one kind, and what it takes to look after it. What has
// no name to hold on to is told by its tags (package grants).

// policyChanges are the calls that change a managed policy.
var policyChanges = []string{
	"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:TagPolicy",
	"iam:UntagPolicy",
}

// newKeys lets a role make keys, in any region: kms:CreateKey has no resource.
func (s *security) newKeys() iampolicy.Statement {
	return allowIf("CreateKeys", grants.NewTags(s.Env.Name), []string{"kms:CreateKey"}, "*")
}

// ownKeys lets a role finish keys that it has made in the names' region, and
// change those with one of these names there. A key is told by its alias; a new
// one has none for a moment. suffix keeps the Sids of two regions apart.
func (s *security) ownKeys(n names.Names, suffix string, keyNames ...string) []iampolicy.Statement {
	keys := n.ARN("kms", "key/*")
	unnamed := iampolicy.Is("Null", "kms:ResourceAliases", "true")
	var aliases, aliasARNs []string
	for _, name := range keyNames {
		aliases = append(aliases, n.KeyAlias(name))
		aliasARNs = append(aliasARNs, n.ARN("kms", n.KeyAlias(name)))
	}
	named := []iampolicy.Condition{iampolicy.Is("ForAnyValue:StringEquals", "kms:ResourceAliases", aliases...)}
	return []iampolicy.Statement{
		allowIf("TagNewKeys"+suffix, append(grants.NewTags(s.Env.Name), unnamed), []string{"kms:TagResource"}, keys),
		allowIf("FinishNewKeys"+suffix, append(grants.OwnTags(s.Env.Name), unnamed), []string{"kms:CreateAlias", "kms:EnableKeyRotation", "kms:UpdateAlias"}, keys),
		allowIf("ChangeOwnKeys"+suffix, named, []string{
			"kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias",
			"kms:UpdateKeyDescription",
		}, keys),
		allow("NameOwnKeys"+suffix, []string{"kms:CreateAlias", "kms:UpdateAlias"}, aliasARNs...),
	}
}

// ownLogGroups lets a role make and change log groups of these names.
func (s *security) ownLogGroups(names ...string) iampolicy.Statement {
	var groups []string
	for _, name := range names {
		groups = append(groups, s.Names.LogGroupARN(name), s.Names.LogGroupARN(name)+":*")
	}
	return allow("ChangeOwnLogGroups", []string{
		"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteMetricFilter", "logs:PutMetricFilter",
		"logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
	}, groups...)
}

// ownBuckets lets a role make and change buckets of these names, and read or
// write nothing in them.
func ownBuckets(n names.Names, sid string, bucketNames ...string) iampolicy.Statement {
	var buckets []string
	for _, name := range bucketNames {
		buckets = append(buckets, n.BucketARN(name))
	}
	return allow(sid, []string{
		"s3:CreateBucket", "s3:PutBucketLogging", "s3:PutBucketNotification", "s3:PutBucketObjectLockConfiguration",
		"s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging",
		"s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
	}, buckets...)
}

// ownRoles lets a role make and change roles of these names, as long as they
// carry the boundary.
func (s *security) ownRoles(boundaryARN pulumi.StringInput, names ...string) []iampolicy.Statement {
	roles := s.roleARNs(names...)
	bounded := []iampolicy.Condition{iampolicy.When("StringEquals", "iam:PermissionsBoundary", boundaryARN)}
	return []iampolicy.Statement{
		allowIf("MakeOwnRoles", bounded, []string{"iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"}, roles...),
		allow("ChangeOwnRoles", []string{
			"iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription",
		}, roles...),
	}
}

// serviceLinkedRole lets a role turn a service on for the first time, which makes
// that service's own role.
func (s *security) serviceLinkedRole(sid, service string) iampolicy.Statement {
	return allowIf(sid, []iampolicy.Condition{iampolicy.Is("StringEquals", "iam:AWSServiceName", service)},
		[]string{"iam:CreateServiceLinkedRole"}, s.Names.IAMARN("role/aws-service-role/"+service+"/*"))
}

// handRole lets a role hand these roles of the estate to one service (control
// IAM-08).
func (s *security) handRole(sid, service string, roles ...string) iampolicy.Statement {
	return allowIf(sid, []iampolicy.Condition{iampolicy.Is("StringEquals", "iam:PassedToService", service)},
		[]string{"iam:PassRole"}, s.roleARNs(roles...)...)
}

// denyRolesOfOthers keeps a role that is granted the workloads' roles, which can
// have any name, from the roles that the estate itself has for other ends.
func (s *security) denyRolesOfOthers(own []string) iampolicy.Statement {
	others := slices.DeleteFunc(slices.Clone(config.ReservedNames), func(name string) bool { return slices.Contains(own, name) })
	return iampolicy.Statement{
		Sid:    "DenyRolesOfOthers",
		Effect: iampolicy.Deny,
		Actions: []string{
			"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
			"iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription",
		},
		Resources: iampolicy.Strings(s.roleARNs(others...)...),
	}
}

func (s *security) roleARNs(names ...string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		arns[i] = s.Names.IAMARN("role/" + s.Names.Of(name))
	}
	return arns
}

// allow is a grant on fixed resources; "*" stands for actions that cannot be
// limited by resource.
func allow(sid string, actions []string, resources ...string) iampolicy.Statement {
	return iampolicy.Statement{Sid: sid, Effect: iampolicy.Allow, Actions: actions, Resources: iampolicy.Strings(resources...)}
}

// allowIf is a grant on fixed resources under conditions.
func allowIf(sid string, conditions []iampolicy.Condition, actions []string, resources ...string) iampolicy.Statement {
	statement := allow(sid, actions, resources...)
	statement.Conditions = conditions
	return statement
}
