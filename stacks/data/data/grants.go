package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newGrants gives every workload its prefixes of the data bucket, and the ML
// service role the shared one (control IAM-26).
func (d *data) newGrants(ctx *pulumi.Context) error {
	for _, w := range d.Env.Workloads {
		if err := d.newGrant(ctx, w.Name, d.roleARN(w.Name), w.Reads, w.Writes); err != nil {
			return err
		}
	}
	return d.newGrant(ctx, "ml-service", d.security.MLServiceRoleARN, nil, []string{config.SharedPrefix})
}

func (d *data) newGrant(ctx *pulumi.Context, name string, roleARN pulumi.StringOutput, reads, writes []string) error {
	if len(reads)+len(writes) == 0 {
		return nil // the workload works without data
	}
	_, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Name:   pulumi.String("data"),
		Role:   secure.RoleName(roleARN),
		Policy: grant(d.bucket.ARN, reads, writes).JSON(),
	}, pulumi.Parent(d))
	return err
}

// grant is the policy of a workload on its prefixes: it lists and reads all of
// them, and puts and deletes where it writes. What it writes it may read back.
func grant(bucketARN pulumi.StringOutput, reads, writes []string) iampolicy.Document {
	readable := append(append([]string{}, reads...), writes...)
	var listed []string
	for _, prefix := range readable {
		listed = append(listed, prefix, prefix+"*")
	}
	statements := []iampolicy.Statement{
		{
			Sid:        "ListOwnPrefixes",
			Effect:     iampolicy.Allow,
			Actions:    []string{"s3:ListBucket"},
			Resources:  pulumi.StringArray{bucketARN},
			Conditions: []iampolicy.Condition{iampolicy.Is("StringLike", "s3:prefix", listed...)},
		},
		{
			Sid:       "ReadOwnPrefixes",
			Effect:    iampolicy.Allow,
			Actions:   []string{"s3:GetObject"},
			Resources: objects(bucketARN, readable),
		},
	}
	if len(writes) > 0 {
		statements = append(statements, iampolicy.Statement{
			Sid:       "WriteOwnPrefixes",
			Effect:    iampolicy.Allow,
			Actions:   []string{"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"},
			Resources: objects(bucketARN, writes),
		})
	}
	return iampolicy.Document{Statements: statements}
}

func objects(bucketARN pulumi.StringOutput, prefixes []string) pulumi.StringArray {
	out := make(pulumi.StringArray, len(prefixes))
	for i, prefix := range prefixes {
		out[i] = pulumi.Sprintf("%s/%s*", bucketARN, prefix)
	}
	return out
}
