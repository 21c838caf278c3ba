package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const trailType = "aws:cloudtrail/trail:Trail"

// trails are the trails of the audit stack; all of them are held to the controls.
func (in *inspection) trails() []subject { return in.required(graph.Audit, trailType) }

// trailARN is the trail's ARN, by convention.
func (in *inspection) trailARN() string {
	return in.Names.ARN("cloudtrail", "trail/"+in.Names.Of("trail"))
}

// trailLogGroups are the log groups that the trails deliver to.
func (in *inspection) trailLogGroups() []*snapshot.Resource {
	return in.fromTrails("cloudWatchLogsGroupArn", logGroupType)
}

// fromTrails are the resources of a type that a property of a trail names.
func (in *inspection) fromTrails(property, resourceType string) []*snapshot.Resource {
	return slices.DeleteFunc(in.ofStack(graph.Audit, resourceType), func(r *snapshot.Resource) bool {
		return !slices.ContainsFunc(in.OfType(trailType), func(t *snapshot.Resource) bool { return t.Refers(property, r) })
	})
}

func trailRecordsManagement(in *inspection) {
	for _, t := range in.trails() {
		t.is("name", in.Names.Of("trail")) // by which key, bucket and role know it
		t.is("isMultiRegionTrail", true)
		t.is("includeGlobalServiceEvents", true)
		t.records("every management event, reads and writes, with no source left out", "Management", "")
	}
}

func trailRecordsObjects(in *inspection) {
	for _, t := range in.trails() {
		t.records("every read and write of every object of every bucket", "Data", objectEvents)
	}
}

// objectEvents is the kind of data events on objects.
const objectEvents = "AWS::S3::Object"

// modelEventKinds are the kinds of data events by which models, agents,
// guardrails and knowledge bases of Bedrock, and endpoints, features and
// experiments of SageMaker are used (AWS CloudTrail User Guide, "Logging data
// events").
var modelEventKinds = []string{
	"AWS::Bedrock::AgentAlias", "AWS::Bedrock::AsyncInvoke", "AWS::Bedrock::FlowAlias", "AWS::Bedrock::FlowExecution",
	"AWS::Bedrock::Guardrail", "AWS::Bedrock::InlineAgent", "AWS::Bedrock::KnowledgeBase", "AWS::Bedrock::Model",
	"AWS::Bedrock::PromptVersion", "AWS::Bedrock::Session", "AWS::SageMaker::Endpoint",
	"AWS::SageMaker::ExperimentTrialComponent", "AWS::SageMaker::FeatureGroup", "AWS::SageMaker::MlflowTrackingServer",
}

func trailRecordsModels(in *inspection) {
	for _, t := range in.trails() {
		for _, kind := range modelEventKinds {
			t.records("every data event of "+kind, "Data", kind)
		}
	}
}

// records wants a trail to select all events of a category and, for data events,
// of a kind. A trail has basic or advanced selectors, never both.
func (s subject) records(what, category, kind string) {
	property, selects := "eventSelectors", func(selector any) bool { return basicSelects(selector, category, kind) }
	if !empty(s.Get("advancedEventSelectors")) {
		property, selects = "advancedEventSelectors", func(selector any) bool { return advancedSelects(selector, category, kind) }
	}
	s.want(property, "a selector of "+what, func(v any) bool {
		selectors, _ := v.([]any)
		return slices.ContainsFunc(selectors, selects)
	})
}

// basicSelects reports whether a basic selector takes all events of a category
// and kind. These selectors know buckets by the beginning of their ARN.
func basicSelects(selector any, category, kind string) bool {
	s, _ := selector.(map[string]any)
	if s["readWriteType"] != "All" {
		return false
	}
	if category == "Management" {
		return s["includeManagementEvents"] == true && empty(s["excludeManagementEventSources"])
	}
	resources, _ := s["dataResources"].([]any)
	return kind == objectEvents && slices.ContainsFunc(resources, func(resource any) bool {
		r, _ := resource.(map[string]any)
		return r["type"] == kind && slices.ContainsFunc(snapshot.List(r["values"]), func(arn string) bool {
			return strings.HasPrefix(arn, "arn:") && strings.HasSuffix(strings.TrimRight(arn, ":"), ":s3")
		})
	})
}

// advancedSelects reports whether an advanced selector takes all events of a
// category and kind: any other field, such as readOnly, narrows it.
func advancedSelects(selector any, category, kind string) bool {
	s, _ := selector.(map[string]any)
	fields, _ := s["fieldSelectors"].([]any)
	wanted := map[string]string{"eventCategory": category}
	if kind != "" {
		wanted["resources.type"] = kind
	}
	if len(fields) != len(wanted) {
		return false
	}
	return !slices.ContainsFunc(fields, func(field any) bool {
		f, _ := field.(map[string]any)
		name, _ := f["field"].(string)
		return !slices.Equal(snapshot.List(f["equals"]), []string{wanted[name]})
	})
}

func trailHasInsights(in *inspection) {
	for _, t := range in.trails() {
		for _, kind := range []string{"ApiCallRateInsight", "ApiErrorRateInsight"} {
			t.want("insightSelectors", kind, func(v any) bool {
				selectors, _ := v.([]any)
				return slices.ContainsFunc(selectors, func(selector any) bool {
					s, _ := selector.(map[string]any)
					return s["insightType"] == kind
				})
			})
		}
	}
}

func trailIsOn(in *inspection) {
	for _, t := range in.trails() {
		t.is("enableLogging", true)
	}
}

func trailIsValidated(in *inspection) {
	for _, t := range in.trails() {
		t.is("enableLogFileValidation", true)
	}
}
