package security

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// The names of the guards.
const (
	guardOfNetwork   = "ml-guard-network"
	guardOfJobs      = "ml-guard-jobs"
	guardOfNotebooks = "ml-guard-notebooks"
	guardOfInstances = "ml-guard-instances"
	guardOfModels    = "ml-guard-models"
)

// newGuards makes the guards of SageMaker and of Bedrock: policies of denials,
// which a role cannot work around whatever else it is ever granted. The keys of
// volumes and outputs are guarded in the data stack, which knows the key.
func (s *security) newGuards(ctx *pulumi.Context) error {
	sageMaker := []policy{
		{guardOfNetwork, "SageMaker only in the private subnets and the workload security group", s.guardNetwork()},
		{guardOfJobs, "SageMaker only isolated from the network and encrypted between containers", guardJobs()},
		{guardOfNotebooks, "Notebooks without internet and without root", guardNotebooks()},
	}
	if types := s.Env.Features.InstanceTypes; len(types) > 0 {
		sageMaker = append(sageMaker, policy{guardOfInstances, "SageMaker only on the listed instance types", guardInstances(types)})
	}
	bedrock := []policy{{guardOfModels, "Bedrock only with the listed models", s.guardModels()}}
	var err error
	if s.sageMakerGuards, err = s.newPolicies(ctx, sageMaker); err != nil {
		return err
	}
	s.bedrockGuards, err = s.newPolicies(ctx, bedrock)
	return err
}

// guardsOf are the guards that a role needs by what it can call: a workload's
// own service, and Bedrock from an agent on Lambda.
func (s *security) guardsOf(service config.Service, kind config.Kind) []managed {
	switch {
	case service == config.SageMaker:
		return s.sageMakerGuards
	case callsModels(service, kind):
		return s.bedrockGuards
	}
	return nil
}

func callsModels(service config.Service, kind config.Kind) bool {
	return service == config.Bedrock || service == config.Lambda && kind == config.Agent
}

// denyAbsent denies a request that leaves a key out. It stands in a statement of
// its own: conditions on two keys must both hold, and a caller who gives one of
// the two would pass.
func denyAbsent(sid, key string, actions []string) iampolicy.Statement {
	return deny(sid, actions, iampolicy.Is("Null", key, "true"))
}

// denyOthers denies a request in which any value of a key with many values is
// not one of these. Such a key that is absent passes, hence denyAbsent.
func denyOthers(sid, key string, actions []string, values pulumi.StringArray) iampolicy.Statement {
	return deny(sid, actions, iampolicy.Condition{Operator: "ForAnyValue:StringNotEquals", Key: key, Values: values})
}

func deny(sid string, actions []string, conditions ...iampolicy.Condition) iampolicy.Statement {
	return iampolicy.Statement{
		Sid:        sid,
		Effect:     iampolicy.Deny,
		Actions:    actions,
		Resources:  iampolicy.Strings("*"),
		Conditions: conditions,
	}
}
