package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

const boundary = "boundary"

// newBoundary makes the permissions boundary that every role carries (control
// IAM-06).
func (s *security) newBoundary(ctx *pulumi.Context) error {
	var err error
	s.boundary, err = iam.NewPolicy(ctx, boundary, &iam.PolicyArgs{
		Name:        pulumi.String(s.Names.Of(boundary)),
		Description: pulumi.String("The most that any role of the estate can ever do"),
		Policy:      boundaryPolicy(s.Names).JSON(),
	}, pulumi.Parent(s))
	return err
}

// boundaryPolicy is a ceiling, not a grant: a role can do what its own policies
// allow and this does not deny. Its denials keep a role from stepping over it:
// by making another role without it, by editing it, by taking it off, by taking
// over a role or user that does not carry it, or by making credentials that no
// role stands behind.
func boundaryPolicy(n names.Names) iampolicy.Document {
	self := n.IAMARN("policy/" + n.Of(boundary))
	return iampolicy.Document{Statements: []iampolicy.Statement{
		{
			Sid:       "Ceiling",
			Effect:    iampolicy.Allow,
			Actions:   []string{"*"},
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:    "DenyRolesWithoutThisBoundary",
			Effect: iampolicy.Deny,
			Actions: []string{
				"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
				"iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
			},
			Resources: iampolicy.Strings("*"),
			// An absent key does not equal the boundary, so it is denied too.
			Conditions: []iampolicy.Condition{iampolicy.Is("StringNotEquals", "iam:PermissionsBoundary", self)},
		},
		{
			Sid:       "DenyTakingBoundaryOff",
			Effect:    iampolicy.Deny,
			Actions:   []string{"iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"},
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:    "DenyTakingOverOthers",
			Effect: iampolicy.Deny,
			Actions: []string{
				"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:PutGroupPolicy",
				"iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy",
			},
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:       "DenyEditingBoundary",
			Effect:    iampolicy.Deny,
			Actions:   []string{"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"},
			Resources: iampolicy.Strings(self),
		},
		{
			Sid:    "DenyLongTermCredentials",
			Effect: iampolicy.Deny,
			Actions: []string{
				"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential",
				"iam:CreateUser", "iam:UpdateLoginProfile",
			},
			Resources: iampolicy.Strings("*"),
		},
	}}
}
