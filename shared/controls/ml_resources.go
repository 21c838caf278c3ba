package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// The estate makes no resources of SageMaker and Bedrock. Teams that add some to
// these programs are held to the same controls as the jobs that they start by
// hand, before the resource exists.

// The types of SageMaker's and Bedrock's resources.
const (
	notebookType     = "aws:sagemaker/notebookInstance:NotebookInstance"
	modelType        = "aws:sagemaker/model:Model"
	endpointConfType = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
	domainType       = "aws:sagemaker/domain:Domain"
	featureGroupType = "aws:sagemaker/featureGroup:FeatureGroup"
	qualityJobType   = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
	agentType        = "aws:bedrock/agentAgent:AgentAgent"
	customModelType  = "aws:bedrock/customModel:CustomModel"
)

// both makes one check of two.
func both(a, b func(*inspection)) func(*inspection) {
	return func(in *inspection) {
		a(in)
		b(in)
	}
}

// networks are the properties in which ML resources say where they run.
var networks = []struct{ resourceType, subnets, groups string }{
	{notebookType, "subnetId", "securityGroups"},
	{modelType, "vpcConfig.subnets", "vpcConfig.securityGroupIds"},
	{domainType, "subnetIds", "defaultUserSettings.securityGroups"},
	{qualityJobType, "networkConfig.vpcConfig.subnets", "networkConfig.vpcConfig.securityGroupIds"},
	{customModelType, "vpcConfig.subnetIds", "vpcConfig.securityGroupIds"},
}

func mlResourcesStayInNetwork(in *inspection) {
	for _, n := range networks {
		for _, r := range in.each(n.resourceType) {
			r.isAmong(n.subnets, "private subnets of the estate", "privateSubnetIds")
			r.isAmong(n.groups, "the workload security group", "workloadSecurityGroupId")
		}
	}
}

// isAmong wants a property to name one or more of what the network stack
// promises. Where that stack is not in the snapshot, naming any will do.
func (s subject) isAmong(property, wanted, key string) {
	promised := s.in.Outputs[graph.Network][key]
	if promised == nil || len(s.References[whole(property)]) > 0 {
		s.isSet(property, wanted)
		return
	}
	allowed := listOf(promised)
	s.want(property, wanted, func(v any) bool {
		named := listOf(v)
		return len(named) > 0 && !slices.ContainsFunc(named, func(name string) bool { return !slices.Contains(allowed, name) })
	})
}

func listOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			text, _ := item.(string)
			out = append(out, text)
		}
		return out
	}
	return nil
}

func mlResourcesAreIsolated(in *inspection) {
	for _, r := range in.each(modelType) {
		r.is("enableNetworkIsolation", true)
	}
	for _, r := range in.each(qualityJobType) {
		r.is("networkConfig.enableNetworkIsolation", true)
	}
}

func mlResourcesEncryptTraffic(in *inspection) {
	for _, r := range in.each(qualityJobType) {
		r.is("networkConfig.enableInterContainerTrafficEncryption", true)
	}
}

// keys are the properties in which ML resources name their keys.
var keys = []struct {
	resourceType string
	properties   []string
}{
	{notebookType, []string{"kmsKeyId"}},
	{endpointConfType, []string{"kmsKeyArn"}},
	{domainType, []string{"kmsKeyId"}},
	{featureGroupType, []string{"offlineStoreConfig.s3StorageConfig.kmsKeyId"}},
	{qualityJobType, []string{"jobResources.clusterConfig.volumeKmsKeyId", "dataQualityJobOutputConfig.kmsKeyId"}},
	{customModelType, []string{"customModelKmsKeyId"}},
	{agentType, []string{"customerEncryptionKeyArn"}},
}

func mlResourcesUseDataKey(in *inspection) {
	key, known := in.Outputs[graph.Data]["dataKeyArn"]
	for _, k := range keys {
		for _, r := range in.each(k.resourceType) {
			for _, property := range k.properties {
				if known && len(r.References[whole(property)]) == 0 {
					r.is(property, key)
				} else {
					r.isSet(property, "the data key")
				}
			}
		}
	}
}

func mlNotebooksAreClosed(in *inspection) {
	for _, r := range in.each(notebookType) {
		r.is("directInternetAccess", "Disabled")
		r.is("rootAccess", "Disabled")
	}
}

func mlDomainsAreInVPC(in *inspection) {
	for _, r := range in.each(domainType) {
		r.is("appNetworkAccessType", "VpcOnly")
	}
}

func mlInstanceTypesAreListed(in *inspection) {
	listed := make([]any, len(in.Environment.Features.InstanceTypes))
	for i, t := range in.Environment.Features.InstanceTypes {
		listed[i] = t
	}
	for _, r := range in.each(notebookType) {
		r.isOneOf("instanceType", listed...)
	}
	for _, r := range in.each(endpointConfType) {
		r.eachItem("productionVariants", func(place string) { r.isOneOf(place+".instanceType", listed...) })
	}
}

func mlModelsAreListed(in *inspection) {
	for _, r := range in.each(agentType) {
		r.isListedModel("foundationModel")
	}
	for _, r := range in.each(customModelType) {
		r.isListedModel("baseModelIdentifier")
	}
}

// isListedModel wants a model, by id or ARN, to be one of the environment's.
func (s subject) isListedModel(property string) {
	s.want(property, "a model of models.allowed", func(v any) bool {
		text, _ := v.(string)
		return slices.Contains(s.in.Environment.Models.Allowed, text[strings.LastIndex(text, "/")+1:])
	})
}

func mlAgentsUseGuardrail(in *inspection) {
	guardrail := in.Environment.Models.Guardrail
	if guardrail == "" {
		return
	}
	for _, r := range in.each(agentType) {
		r.isOneOf("guardrailConfigurations[0].guardrailIdentifier", guardrail, guardrail[strings.LastIndex(guardrail, "/")+1:])
	}
}
