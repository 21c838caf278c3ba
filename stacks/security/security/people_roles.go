package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// newAuditor makes the role that reads how the account is used. The audit
// stack adds the audit log itself.
func (s *security) newAuditor(ctx *pulumi.Context) error {
	var err error
	s.auditor, err = s.newPeopleRole(ctx, "auditor", "Reads the audit log", s.Env.Access.Auditors, nil, []iampolicy.Statement{{
		Sid:    "ReadTrailSettings",
		Effect: iampolicy.Allow,
		Actions: []string{
			"cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrail",
			"cloudtrail:GetTrailStatus", "cloudtrail:ListPublicKeys", "cloudtrail:ListTrails", "cloudtrail:LookupEvents",
		},
		Resources: iampolicy.Strings("*"), // most of these have no resource
	}})
	return err
}

// breakGlass names the emergency role, which policies of other stacks except.
const breakGlass = "break-glass"

// newBreakGlass makes the emergency role: it can open a bucket or a key of the
// estate that a wrong policy has shut, keep a key from being deleted, and delete
// an empty bucket; it reads no data. It demands MFA, which is why it is for IAM
// users: a session of a role does not say how its person signed in.
func (s *security) newBreakGlass(ctx *pulumi.Context) error {
	mfa := []iampolicy.Condition{iampolicy.Is("Bool", "aws:MultiFactorAuthPresent", "true")}
	var err error
	s.breakGlass, err = s.newPeopleRole(ctx, breakGlass, "Repairs the estate in an emergency", s.Env.Access.BreakGlass, mfa, []iampolicy.Statement{
		{
			Sid:    "RepairBuckets",
			Effect: iampolicy.Allow,
			Actions: []string{
				"s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:GetBucketVersioning",
				"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions",
				"s3:PutBucketObjectLockConfiguration", "s3:PutBucketPolicy", "s3:PutBucketVersioning",
			},
			Resources: iampolicy.Strings(
				s.Names.BucketARN("data"), s.Names.BucketARN("data")+"/*",
				s.Names.BucketARN("access-logs"), s.Names.BucketARN("access-logs")+"/*",
				s.Names.BucketARN("audit"), s.Names.BucketARN("audit")+"/*",
			),
		},
		{
			Sid:       "RepairKeys",
			Effect:    iampolicy.Allow,
			Actions:   []string{"kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"},
			Resources: iampolicy.Strings(s.Names.ARN("kms", "key/*")),
			Conditions: []iampolicy.Condition{
				iampolicy.Is("StringEquals", "aws:ResourceTag/ControlSet", "ringfence"),
				iampolicy.Is("StringEquals", "aws:ResourceTag/Environment", s.Env.Name),
			},
		},
	})
	return err
}

// newDataScientist makes the people's role that starts the workloads' jobs. It
// hands each job its workload's role and has no access to data of its own
// (control IAM-26).
func (s *security) newDataScientist(ctx *pulumi.Context) error {
	var roles pulumi.StringArray
	for _, w := range s.Env.Workloads {
		if w.RunsOn == config.SageMaker {
			roles = append(roles, s.workloadRoles[w.Name].Arn)
		}
	}
	roles = append(roles, s.mlService.Arn)
	jobs := iampolicy.Strings(
		s.Names.ARN("sagemaker", "processing-job/*"),
		s.Names.ARN("sagemaker", "training-job/*"),
	)
	var err error
	s.dataScientist, err = s.newPeopleRole(ctx, "data-scientist", "Starts the workloads' jobs", s.Env.Access.DataScientists, nil, []iampolicy.Statement{
		{
			Sid:    "RunJobs",
			Effect: iampolicy.Allow,
			Actions: []string{
				"sagemaker:AddTags", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
				"sagemaker:DescribeProcessingJob", "sagemaker:DescribeTrainingJob",
				"sagemaker:StopProcessingJob", "sagemaker:StopTrainingJob",
			},
			Resources: jobs,
		},
		{
			Sid:       "ListJobs",
			Effect:    iampolicy.Allow,
			Actions:   []string{"sagemaker:ListProcessingJobs", "sagemaker:ListTrainingJobs"}, // have no resource
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:        "HandWorkloadRolesToSageMaker",
			Effect:     iampolicy.Allow,
			Actions:    []string{"iam:PassRole"},
			Resources:  roles,
			Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "iam:PassedToService", "sagemaker.amazonaws.com")},
		},
	})
	if err != nil {
		return err
	}
	return attach(ctx, "data-scientist", s.dataScientist, s.sageMakerGuards)
}

// newPeopleRole makes a role that the listed principals may assume, with its
// grants.
func (s *security) newPeopleRole(ctx *pulumi.Context, name, description string, trusted []string, extra []iampolicy.Condition, grants []iampolicy.Statement) (*iam.Role, error) {
	role, err := s.newTrustedRole(ctx, name, description, trusted, extra)
	if err != nil {
		return nil, err
	}
	_, err = iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Name:   pulumi.String("duties"),
		Role:   role.Name,
		Policy: iampolicy.Document{Statements: grants}.JSON(),
	}, pulumi.Parent(role))
	return role, err
}

// newTrustedRole makes a role that the listed principals of this account may
// assume. They are named in a condition rather than as principals: IAM rewrites
// a principal to an internal id, and a role deleted and made again would be
// locked out.
func (s *security) newTrustedRole(ctx *pulumi.Context, name, description string, trusted []string, extra []iampolicy.Condition) (*iam.Role, error) {
	trust := iampolicy.Document{Statements: []iampolicy.Statement{{
		Sid:        "AssumedByPeople",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.AWS(pulumi.String(s.Names.RootARN())),
		Actions:    []string{"sts:AssumeRole"},
		Conditions: append([]iampolicy.Condition{iampolicy.Is("ArnEquals", "aws:PrincipalArn", trusted...)}, extra...),
	}}}
	return iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(s.Names.Of(name)),
		Description:         pulumi.String(description),
		AssumeRolePolicy:    trust.JSON(),
		PermissionsBoundary: s.boundary.Arn,
		MaxSessionDuration:  pulumi.Int(sessionSeconds),
	}, pulumi.Parent(s))
}
