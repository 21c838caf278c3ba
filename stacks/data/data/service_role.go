package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newServiceRole makes a role with which an AWS service works on the data
// bucket. It is made before the key and the bucket, whose policies name it; what
// it may do is granted after them.
func (d *data) newServiceRole(ctx *pulumi.Context, name, description, service string) (*iam.Role, error) {
	return iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(d.Names.Of(name)),
		Description:         pulumi.String(description),
		AssumeRolePolicy:    secure.ServiceTrust(d.Names, service, "").JSON(),
		PermissionsBoundary: d.security.BoundaryARN,
		MaxSessionDuration:  pulumi.Int(3600),
	}, pulumi.Parent(d))
}

// throughS3 is the use of a key that S3 makes on behalf of a role of this account
// (control DAT-04).
func (d *data) throughS3(sid string, role *iam.Role, host string, actions ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid:        sid,
		Effect:     iampolicy.Allow,
		Principals: iampolicy.AWS(role.Arn),
		Actions:    actions,
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{
			iampolicy.Is("StringEquals", "kms:ViaService", host),
			iampolicy.Is("StringEquals", "kms:CallerAccount", d.Names.Account),
		},
	}
}
