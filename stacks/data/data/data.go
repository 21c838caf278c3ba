// Package data builds the data stack: one bucket for the workloads' data, its
// key, the bucket for access logs, and a grant for each workload on its own
// prefixes. Where their features are on, the bucket is scanned for malware and
// copied to another region.
//
// The grants are made here and not in the security stack, because they name
// the bucket and the key: so roles come first, data second, and there is no
// cycle.
package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/shared/secure"
)

// Stack is the program of the data stack.
func Stack(ctx *pulumi.Context, p *program.Program) (contract.Contract, error) {
	network, err := contract.Read[contract.Network](ctx)
	if err != nil {
		return nil, err
	}
	security, err := contract.Read[contract.Security](ctx)
	if err != nil {
		return nil, err
	}
	d := &data{Program: p, network: network, security: security}
	if err := ctx.RegisterComponentResource("ringfence:data:Data", "data", d, p.Provider); err != nil {
		return nil, err
	}
	for _, provision := range []func(*pulumi.Context) error{
		d.newScanRole,
		d.newReplicationRole,
		d.newKey,
		d.newKeyGuard,
		d.newAccessLogBucket,
		d.newBucket,
		d.newGrants,
		d.newMalwareScan,
		d.newReplica,
		d.newReplication,
	} {
		if err := provision(ctx); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{"bucket": d.bucket.Name}); err != nil {
		return nil, err
	}
	return contract.Data{
		DataBucketName: d.bucket.Name,
		DataBucketARN:  d.bucket.ARN,
		DataBucketURL:  pulumi.Sprintf("s3://%s", d.bucket.Name),
		DataKeyARN:     d.key.ARN,
		LogBucketName:  d.accessLogs.Name,
	}, nil
}

// data is the component; its fields are filled in the order of the steps above.
type data struct {
	pulumi.ResourceState
	*program.Program

	network  contract.Network
	security contract.Security

	scanRole        *iam.Role // nil unless the feature is on
	replicationRole *iam.Role // likewise
	key             *secure.Key
	accessLogs      *secure.Bucket
	bucket          *secure.Bucket
	replica         *replica
}
