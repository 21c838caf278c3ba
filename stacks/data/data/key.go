package data

import (
	"errors"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/secure"
)

// newKey makes the key of the data bucket and of the volumes of SageMaker jobs.
func (d *data) newKey(ctx *pulumi.Context) error {
	var err error
	d.key, err = secure.NewKey(ctx, secure.KeyArgs{
		Setting:     d.Setting(),
		Name:        "data",
		Description: "Encrypts the data bucket and the volumes of SageMaker jobs",
		Uses:        slices.Concat(d.workloadUse(), d.scanUse(), d.replicationUse()),
	}, pulumi.Parent(d))
	return err
}

// workloadUse lets the workloads use the key through S3 and through SageMaker,
// and only from this account (control DAT-04). The data scientist, who starts the
// jobs, lets SageMaker hold the key open for a job's volume, and can do nothing
// else with it.
func (d *data) workloadUse() []iampolicy.Statement {
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
	return []iampolicy.Statement{
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
	}
}

// roleARN is the role of a workload. A workload that was added to the
// environment file since the security stack was last deployed has none yet.
func (d *data) roleARN(workload string) pulumi.StringOutput {
	return lookup(d.security.WorkloadRoleARNs, workload,
		"workload "+workload+" has no role: deploy stack security with the same environment file first")
}

// lookup takes a value out of a map that another stack exports.
func lookup(values pulumi.StringMapOutput, key, missing string) pulumi.StringOutput {
	return values.ApplyT(func(values map[string]string) (string, error) {
		value, ok := values[key]
		if !ok {
			return "", errors.New(missing)
		}
		return value, nil
	}).(pulumi.StringOutput)
}
