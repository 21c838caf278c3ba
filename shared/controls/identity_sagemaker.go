package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// guards returns a check that every role that may call SageMaker is denied the
// bad values, whatever else it may do, and not the estate's own.
func guards(all ...guard) func(*inspection) {
	return func(in *inspection) {
		for _, r := range in.callersOf(sageMakerNames()...) {
			own := r.jobSettings()
			for _, g := range all {
				r.isGuarded(g, own)
			}
		}
	}
}

var (
	sageMakerStaysInNetwork = guards(
		guard{access.VPCSubnets, []setting{absentKey(access.VPCSubnets), wrongValue(access.VPCSubnets, "subnet-other"), wrongAmong(access.VPCSubnets, "subnet-other")}},
		guard{access.VPCSecurityGroups, []setting{absentKey(access.VPCSecurityGroups), wrongValue(access.VPCSecurityGroups, "sg-other"), wrongAmong(access.VPCSecurityGroups, "sg-other")}},
	)
	sageMakerIsIsolated = guards(guard{access.NetworkIsolation, []setting{absentKey(access.NetworkIsolation), wrongValue(access.NetworkIsolation, "false")}})

	sageMakerEncryptsTraffic = guards(guard{access.TrafficEncryption, []setting{absentKey(access.TrafficEncryption), wrongValue(access.TrafficEncryption, "false")}})

	notebooksAreClosed = guards(
		guard{access.DirectInternet, []setting{absentKey(access.DirectInternet), wrongValue(access.DirectInternet, "Enabled")}},
		// An update that leaves root access out leaves it as it is.
		guard{access.RootAccess, []setting{absentKey(access.RootAccess, "sagemaker:UpdateNotebookInstance"), wrongValue(access.RootAccess, "Enabled")}},
	)
	domainsAreInVPC = guards(guard{access.AppNetwork, []setting{absentKey(access.AppNetwork), wrongValue(access.AppNetwork, "PublicInternetOnly")}})

	// Without a type, SageMaker may choose one.
	instanceTypesAreListed = guards(guard{access.InstanceTypes, []setting{absentKey(access.InstanceTypes), wrongValue(access.InstanceTypes, "ml.other.large"), wrongAmong(access.InstanceTypes, "ml.other.large")}})
)

// sageMakerUsesDataKey wants the guard that the data stack attaches. It is asked
// where that stack is, of the roles that stand there by name only too.
func sageMakerUsesDataKey(in *inspection) {
	if !in.Has(graph.Data) || !in.attachmentsKnown(graph.Data) {
		return
	}
	var roles []roleSubject
	if in.Has(graph.Security) {
		roles = in.callersOf(sageMakerNames()...)
	}
	for _, name := range in.sageMakerRoles() {
		if slices.ContainsFunc(roles, func(r roleSubject) bool { return r.role.Name == in.Names.Of(name) }) {
			continue
		}
		in.checked[graph.Data]++
		role := in.role(name)
		if role == nil {
			in.missing(graph.Data, "a guard of its keys on the role "+in.Names.Of(name))
		} else if r, ok := in.judged(role); ok {
			roles = append(roles, r)
		}
	}
	for _, r := range roles {
		own := r.jobSettings()
		foreign := "arn:" + in.Names.Partition() + ":kms:" + in.Names.Region + ":" + foreignAccount + ":key/1"
		for _, key := range []string{access.VolumeKey, access.OutputKey} {
			absent := absentKey(key)
			if key == access.VolumeKey {
				// A labeling job has a volume, and takes a key, with automated labeling
				// only, and does not say whether it has.
				absent = absentKey(key, "sagemaker:CreateLabelingJob")
			}
			r.isGuarded(guard{key, []setting{absent, wrongValue(key, in.Names.ARN("kms", "key/other")), wrongValue(key, foreign)}}, own)
		}
	}
}

// sageMakerRoles are the roles that start or run SageMaker's jobs, by name.
func (in *inspection) sageMakerRoles() []string {
	names := []string{"data-scientist", "ml-service"}
	for _, w := range in.Environment.Workloads {
		if w.RunsOn == config.SageMaker {
			names = append(names, w.Name)
		}
	}
	return names
}

func sageMakerNames() []string {
	names := make([]string, len(access.SageMakerActions))
	for i, a := range access.SageMakerActions {
		names[i] = a.Name
	}
	return names
}

// jobSettings are the estate's own values of SageMaker's keys.
func (r roleSubject) jobSettings() iameval.Context {
	own := iameval.Context{
		access.NetworkIsolation: {"true"}, access.TrafficEncryption: {"true"}, access.DirectInternet: {"Disabled"}, access.RootAccess: {"Disabled"},
		access.AppNetwork: {"VpcOnly"}, access.InstanceTypes: {"ml.m5.large"},
		access.VPCSubnets:        r.in.output(graph.Network, "privateSubnetIds"),
		access.VPCSecurityGroups: r.in.output(graph.Network, "workloadSecurityGroupId"),
	}
	if types := r.in.Environment.Features.InstanceTypes; len(types) > 0 {
		own[access.InstanceTypes] = types
	}
	dataKey := r.in.output(graph.Data, "dataKeyArn")
	own[access.VolumeKey], own[access.OutputKey] = dataKey, dataKey
	for key, values := range own {
		if len(values) == 0 {
			own[key] = r.excepted(key)
		}
	}
	return own
}

// output is an output of a stack, as far as it is known.
func (in *inspection) output(stack graph.Name, key string) []string {
	value := in.Outputs[stack][key]
	if !snapshot.Known(value) {
		return nil
	}
	return snapshot.List(value)
}

// excepted are the values that the role's own denials leave out. They stand for
// the estate's where the stack that has these is not in the snapshot.
func (r roleSubject) excepted(key string) []string {
	for _, p := range r.environment.Identity {
		for _, s := range p.Document().Statements {
			for _, c := range s.Conditions {
				if s.Effect == iameval.EffectDeny && c.Key == key && strings.Contains(c.Operator, "Not") {
					return c.Values
				}
			}
		}
	}
	return nil
}

// job is a request as the estate wants it: with every key that the action knows,
// and the estate's own values.
func (r roleSubject) job(a access.SageMakerAction, own iameval.Context) probe {
	p := r.in.request(a.Name, r.in.Names.ARN("sagemaker", a.Resource))
	for _, key := range a.Keys {
		if values := own[key]; len(values) > 0 {
			p.context[key] = values
		}
	}
	return p
}
