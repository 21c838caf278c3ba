package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/bedrockmodel"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// modelInvocationLog names the log of model invocations and its delivery role.
const modelInvocationLog = "model-invocation-log"

// newModelInvocationLog keeps what is said to models and what they answer, in an
// encrypted log group (control AUD-33). No role of the estate can read it: it may
// hold personal data, and who reads it is for the account to say.
//
// Bedrock has one such setting per account and region, and this takes it over.
// Bodies above 100 KB and images go to S3 only, so of these the log has the rest
// (Amazon Bedrock User Guide, "Monitor model invocation using CloudWatch Logs
// and Amazon S3").
func (a *audit) newModelInvocationLog(ctx *pulumi.Context) error {
	group, err := secure.NewLogGroup(ctx, secure.LogGroupArgs{
		Setting: a.Setting(),
		Name:    modelInvocationLog,
		Days:    a.Env.Retention.LogDays,
		Key:     a.key,
	}, pulumi.Parent(a))
	if err != nil {
		return err
	}
	role, policy, err := a.newInvocationRole(ctx)
	if err != nil {
		return err
	}
	_, err = bedrockmodel.NewInvocationLoggingConfiguration(ctx, modelInvocationLog, &bedrockmodel.InvocationLoggingConfigurationArgs{
		LoggingConfig: bedrockmodel.InvocationLoggingConfigurationLoggingConfigArgs{
			CloudwatchConfig: bedrockmodel.InvocationLoggingConfigurationLoggingConfigCloudwatchConfigArgs{
				LogGroupName: group.Name,
				RoleArn:      role.Arn,
			},
			TextDataDeliveryEnabled:      pulumi.Bool(true),
			ImageDataDeliveryEnabled:     pulumi.Bool(true),
			VideoDataDeliveryEnabled:     pulumi.Bool(true),
			EmbeddingDataDeliveryEnabled: pulumi.Bool(true),
		},
		// Bedrock tries at once whether the role can write.
	}, pulumi.Parent(a), pulumi.DependsOn([]pulumi.Resource{policy}))
	return err
}

// newInvocationRole makes the role with which Bedrock writes to the log group, to
// its own stream only.
func (a *audit) newInvocationRole(ctx *pulumi.Context) (*iam.Role, *iam.RolePolicy, error) {
	role, err := iam.NewRole(ctx, modelInvocationLog, &iam.RoleArgs{
		Name:                pulumi.String(a.Names.Of(modelInvocationLog)),
		Description:         pulumi.String("Delivers the log of model invocations"),
		AssumeRolePolicy:    secure.ServiceTrust(a.Names, "bedrock.amazonaws.com", a.Names.ARN("bedrock", "*")).JSON(),
		PermissionsBoundary: a.security.BoundaryARN,
		MaxSessionDuration:  pulumi.Int(3600),
	}, pulumi.Parent(a))
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicy(ctx, modelInvocationLog, &iam.RolePolicyArgs{
		Name: pulumi.String("delivery"),
		Role: role.Name,
		Policy: iampolicy.Document{Statements: []iampolicy.Statement{{
			Sid:       "WriteModelInvocations",
			Effect:    iampolicy.Allow,
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources: iampolicy.Strings(a.Names.LogGroupARN(modelInvocationLog) + ":log-stream:aws/bedrock/modelinvocations"),
		}}}.JSON(),
	}, pulumi.Parent(role))
	return role, policy, err
}
