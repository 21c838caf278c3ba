package data

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newKey makes the key of the data bucket and of the volumes of SageMaker jobs.
// The workloads use it only through S3 and through SageMaker, and only from
// this account (control DAT-04). The data scientist, who starts the jobs, lets
// SageMaker hold the key open for a job's volume, and can do nothing else with
// it.
func (d *data) newKey(ctx *pulumi.Context) error {
	workloads := pulumi.StringArray{d.security.MLServiceRoleARN}
	onVolumes := pulumi.StringArray{d.security.MLServiceRoleARN}
	for _, w := range d.Env.Workloads {
		workloads = append(workloads, d.roleARN(w.Name))
		if w.RunsOn == config.SageMaker {
			onVolumes = append(onVolumes, d.roleARN(w.Name))
		}
	}
	ownAccount := iampolicy.Is("StringEquals", "kms:CallerAccount", d.Names.Account)
	throughVolumes := iampolicy.Is("StringEquals", "kms:ViaService", d.Names.ServiceHost("sagemaker"))
	var err error
	d.key, err = secure.NewKey(ctx, secure.KeyArgs{
		Setting:     d.Setting(),
		Name:        "data",
		Description: "Encrypts the data bucket and the volumes of SageMaker jobs",
		Uses: []iampolicy.Statement{
			{
				Sid:        "UseThroughS3",
				Effect:     iampolicy.Allow,
				Principals: iampolicy.AWS(workloads...),
				Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"},
				Resources:  iampolicy.Strings("*"),
				Conditions: []iampolicy.Condition{iampolicy.Is("StringEquals", "kms:ViaService", d.Names.ServiceHost("s3")), ownAccount},
			},
			{
				Sid:        "UseThroughVolumes",
				Effect:     iampolicy.Allow,
				Principals: iampolicy.AWS(onVolumes...),
				Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"},
				Resources:  iampolicy.Strings("*"),
				Conditions: []iampolicy.Condition{throughVolumes, ownAccount},
			},
			{
				Sid:        "LetVolumesHoldKeyOpen",
				Effect:     iampolicy.Allow,
				Principals: iampolicy.AWS(append(onVolumes, d.security.DataScientistRoleARN)...),
				Actions:    []string{"kms:CreateGrant"},
				Resources:  iampolicy.Strings("*"),
				Conditions: []iampolicy.Condition{
					iampolicy.Is("Bool", "kms:GrantIsForAWSResource", "true"),
					throughVolumes,
					ownAccount,
				},
			},
		},
	}, pulumi.Parent(d))
	return err
}

// roleARN is the role of a workload. A workload that was added to the
// environment file since the security stack was last deployed has none yet.
func (d *data) roleARN(workload string) pulumi.StringOutput {
	return d.security.WorkloadRoleARNs.ApplyT(func(arns map[string]string) (string, error) {
		arn, ok := arns[workload]
		if !ok {
			return "", fmt.Errorf("workload %s has no role: deploy stack security with the same environment file first", workload)
		}
		return arn, nil
	}).(pulumi.StringOutput)
}
