package secure

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// LogGroupArgs describes a CloudWatch log group.
type LogGroupArgs struct {
	Setting
	// Name is the last part of the group's name: /<prefix>/<name>.
	Name string
	// Days is the retention, 365 or more.
	Days int
	// Key encrypts the group. Its policy must hold LogGroupUse with this name.
	Key *Key
}

// minLogDays is the least retention (controls NET-10 and AUD-14).
const minLogDays = 365

// LogGroupUse is the key-policy statement that lets CloudWatch Logs encrypt the
// named log groups, and no others, with the key (CloudWatch Logs User Guide,
// "Encrypt log data in CloudWatch Logs using AWS KMS"; the Describe* of its
// example is left out, because only calls that encrypt have a context).
func LogGroupUse(n names.Names, groups ...string) iampolicy.Statement {
	arns := make([]string, len(groups))
	for i, group := range groups {
		arns[i] = n.LogGroupARN(group)
	}
	return iampolicy.Statement{
		Sid:        "EncryptLogGroup",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.Services("logs." + n.Region + ".amazonaws.com"),
		Actions:    []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{iampolicy.Is("ArnEquals", "kms:EncryptionContext:aws:logs:arn", arns...)},
	}
}

// NewLogGroup registers a log group with its key and retention.
func NewLogGroup(ctx *pulumi.Context, args LogGroupArgs, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	if args.Days < minLogDays {
		return nil, fmt.Errorf("log group %s: retention of %d days is below %d (controls NET-10, AUD-14)", args.Name, args.Days, minLogDays)
	}
	return cloudwatch.NewLogGroup(ctx, args.Name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.Names.LogGroup(args.Name)),
		KmsKeyId:        args.Key.ARN,
		RetentionInDays: pulumi.Int(args.Days),
	}, opts...)
}
