package boundary

import (
	"slices"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// integrationPolicies are the boundary of the integration role and all that it is
// granted.
const integrationPolicies = backend.IntegrationRole + "-*"

// OfIntegration is the most that the role of the nightly integration can ever do.
// It makes roles, and decides itself who may become them and what they may do. So
// all of them must carry a boundary that it cannot write; what it is itself, who
// trusts it and where the state lies are out of its reach; and so are the users
// and roles of others.
func OfIntegration(e *config.Environment, n names.Names) iampolicy.Document {
	self := n.IAMARN("role/" + n.Of(backend.IntegrationRole))
	state, logs := n.BucketARN("state"), n.BucketARN("state-logs")
	return iampolicy.Document{Statements: slices.Concat(
		[]iampolicy.Statement{
			{Sid: "Ceiling", Effect: iampolicy.Allow, Actions: []string{"*"}, Resources: iampolicy.Strings("*")},
			{
				Sid: "DenyRolesWithoutTheEstatesBoundary", Effect: iampolicy.Deny, Actions: roleChanges, Resources: iampolicy.Strings("*"),
				Conditions: []iampolicy.Condition{iampolicy.Is("StringNotEquals", "iam:PermissionsBoundary", policyARNs(n, []string{Estate, FlowLogs})...)},
			},
			deny("DenyChangingItself", append([]string{
				"iam:DeleteRole", "iam:PassRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription", "sts:AssumeRole",
			}, roleChanges...), self),
			deny("DenyEditingBoundaries", []string{
				"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion",
				"iam:SetDefaultPolicyVersion", "iam:TagPolicy", "iam:UntagPolicy",
			}, policyARNs(n, []string{Estate, FlowLogs, integrationPolicies})...),
			deny("DenyTakingOverOthers", takingOver, "*"),
			deny("DenyLongTermCredentials", longTermCredentials, "*"),
			deny("DenyChangingWhomTheAccountTrusts", []string{
				"iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider",
				"iam:DeleteOpenIDConnectProvider", "iam:DeleteSAMLProvider", "iam:RemoveClientIDFromOpenIDConnectProvider",
				"iam:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateSAMLProvider",
			}, n.IAMARN("saml-provider/*"), n.IAMARN("oidc-provider/*")),
			deny("DenyOpeningTheState", []string{
				"s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucket*", "s3:PutEncryptionConfiguration",
				"s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
			}, state, state+"/*", logs, logs+"/*"),
			{
				Sid: "DenyOpeningTheStatesKey", Effect: iampolicy.Deny,
				Actions: []string{
					"kms:CreateAlias", "kms:CreateGrant", "kms:Disable*", "kms:PutKeyPolicy", "kms:ReplicateKey",
					"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias",
				},
				Resources:  iampolicy.Strings(n.ARN("kms", "key/*")),
				Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "aws:ResourceTag/ManagedBy", backend.ManagedBy)},
			},
			deny("DenyRenamingTheStatesKey", []string{"kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"}, n.ARN("kms", n.KeyAlias("state"))),
		},
		perimeter(e, n),
	)}
}

func deny(sid string, actions []string, resources ...string) iampolicy.Statement {
	return iampolicy.Statement{Sid: sid, Effect: iampolicy.Deny, Actions: actions, Resources: iampolicy.Strings(resources...)}
}
