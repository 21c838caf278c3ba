package audit

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudtrail"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// s3Objects is the kind of data event that reads and writes of objects are.
const s3Objects = "AWS::S3::Object"

// mlDataEvents are the kinds of data events by which models, agents, guardrails
// and knowledge bases of Bedrock, and endpoints, features and experiments of
// SageMaker are used (AWS CloudTrail User Guide, "Logging data events"). Calls of
// InvokeModel and Converse are not among them: they are management events, and
// in the trail anyway. CloudTrail refuses a trail with a kind that it does not
// know, so this is no place for one that is in preview.
var mlDataEvents = []string{
	"AWS::Bedrock::AgentAlias",
	"AWS::Bedrock::AsyncInvoke",
	"AWS::Bedrock::FlowAlias",
	"AWS::Bedrock::FlowExecution",
	"AWS::Bedrock::Guardrail",
	"AWS::Bedrock::InlineAgent",
	"AWS::Bedrock::KnowledgeBase",
	"AWS::Bedrock::Model",
	"AWS::Bedrock::PromptVersion",
	"AWS::Bedrock::Session",
	"AWS::SageMaker::Endpoint",
	"AWS::SageMaker::ExperimentTrialComponent",
	"AWS::SageMaker::FeatureGroup",
	"AWS::SageMaker::MlflowTrackingServer",
}

// chooseEvents has the trail record every management call, and every read and
// write of every object of every bucket, this stack's included: S3.22 and S3.23
// fail a trail that names buckets (controls AUD-01 and AUD-07).
func (a *audit) chooseEvents(trail *cloudtrail.TrailArgs) {
	if a.Env.Features.MLDataEvents {
		// A trail has selectors of the one form or the other (control AUD-08).
		trail.AdvancedEventSelectors = advancedSelectors()
	} else {
		trail.EventSelectors = cloudtrail.TrailEventSelectorArray{cloudtrail.TrailEventSelectorArgs{
			IncludeManagementEvents: pulumi.Bool(true),
			ReadWriteType:           pulumi.String("All"),
			DataResources: cloudtrail.TrailEventSelectorDataResourceArray{cloudtrail.TrailEventSelectorDataResourceArgs{
				Type:   pulumi.String(s3Objects),
				Values: pulumi.ToStringArray([]string{"arn:" + a.Names.Partition() + ":s3"}),
			}},
		}}
	}
	if a.Env.Features.TrailInsights { // control AUD-09
		trail.InsightSelectors = cloudtrail.TrailInsightSelectorArray{
			cloudtrail.TrailInsightSelectorArgs{InsightType: pulumi.String("ApiCallRateInsight")},
			cloudtrail.TrailInsightSelectorArgs{InsightType: pulumi.String("ApiErrorRateInsight")},
		}
	}
}

// advancedSelectors choose all that the basic ones do, and the calls to models.
// A selector without a field readOnly takes reads and writes.
func advancedSelectors() cloudtrail.TrailAdvancedEventSelectorArray {
	field := func(name, value string) cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs {
		return cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs{
			Field: pulumi.String(name), Equals: pulumi.ToStringArray([]string{value}),
		}
	}
	selectors := cloudtrail.TrailAdvancedEventSelectorArray{cloudtrail.TrailAdvancedEventSelectorArgs{
		Name:           pulumi.String("Management events"),
		FieldSelectors: cloudtrail.TrailAdvancedEventSelectorFieldSelectorArray{field("eventCategory", "Management")},
	}}
	for _, kind := range append([]string{s3Objects}, mlDataEvents...) {
		selectors = append(selectors, cloudtrail.TrailAdvancedEventSelectorArgs{
			Name: pulumi.String(kind),
			FieldSelectors: cloudtrail.TrailAdvancedEventSelectorFieldSelectorArray{
				field("eventCategory", "Data"), field("resources.type", kind),
			},
		})
	}
	return selectors
}
