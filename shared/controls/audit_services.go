package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

func modelCallsAreLogged(in *inspection) {
	for _, l := range in.required(graph.Audit, "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration") {
		const place = "loggingConfig."
		for _, kind := range []string{"text", "image", "embedding", "video"} {
			l.is(place+kind+"DataDeliveryEnabled", true)
		}
		l.isEmpty(place + "s3Config")
		l.isEmpty(place + "cloudwatchConfig.largeDataDeliveryS3Config")
		l.refersTo(place+"cloudwatchConfig.logGroupName", "a log group of the audit stack", in.ofStack(graph.Audit, logGroupType)...)
		for _, r := range in.ofStack(graph.Audit, logGroupType) {
			if l.Resource.Refers(place+"cloudwatchConfig.logGroupName", r) {
				subject{in, r}.refersTo("kmsKeyId", "the audit key", in.ofStack(graph.Audit, keyType)...)
			}
		}
		group := in.Names.LogGroupARN("model-invocation-log")
		if role, ok := l.roleIn(place + "cloudwatchConfig.roleArn"); ok {
			role.isServiceOnly("bedrock.amazonaws.com", in.Names.ARN("bedrock", "model-invocation-job/1"), in.Names.ARN("bedrock", "*"))
			role.writesOnly(group, group+":log-stream:aws/bedrock/modelinvocations")
		}
		for _, d := range in.auditKeyPolicies() {
			d.encryptsLogGroup(group)
		}
	}
}

// standards are those that Security Hub checks the account against, as the ARNs
// of their subscriptions end.
var standards = []string{
	"standards/aws-foundational-security-best-practices/v/1.0.0",
	"standards/cis-aws-foundations-benchmark/v/5.0.0",
	"standards/ai-security-best-practices/v/1.0.0",
}

func securityHubIsOn(in *inspection) {
	for _, account := range in.required(graph.Audit, "aws:securityhub/account:Account") {
		account.want("autoEnableControls", "true", func(v any) bool { return v != false })
		for _, standard := range standards {
			account.hasOne("a subscription of "+standard, "aws:securityhub/standardsSubscription:StandardsSubscription", func(r *snapshot.Resource) bool {
				arn, _ := r.Get("standardsArn").(string)
				return strings.HasSuffix(arn, standard)
			}, "standardsArn")
		}
	}
}

func guardDutyIsOn(in *inspection) {
	for _, detector := range in.required(graph.Audit, "aws:guardduty/detector:Detector") {
		detector.is("enable", true)
		detector.hasOne("the feature S3_DATA_EVENTS, enabled", "aws:guardduty/detectorFeature:DetectorFeature", func(r *snapshot.Resource) bool {
			return r.Get("name") == "S3_DATA_EVENTS" && r.Get("status") == "ENABLED" && r.Refers("detectorId", detector.Resource)
		}, "name", "status", "detectorId")
	}
}

func macieIsOn(in *inspection) {
	for _, account := range in.required(graph.Audit, "aws:macie2/account:Account") {
		account.is("status", "ENABLED")
	}
	if in.Environment.Features.ConfigRecorder {
		in.hasConfigRules(discoveryRule)
	}
}

// discoveryRule says whether Macie's discovery is on, which no resource can set.
const discoveryRule = "MACIE_AUTO_SENSITIVE_DATA_DISCOVERY_CHECK"

func inspectorIsOn(in *inspection) {
	for _, enabler := range in.required(graph.Audit, "aws:inspector2/enabler:Enabler") {
		enabler.lists("accountIds", in.Names.Account)
		enabler.lists("resourceTypes", "ECR")
		for _, w := range in.Environment.Workloads {
			if kind := map[config.Service]string{config.EC2: "EC2", config.Lambda: "LAMBDA"}[w.RunsOn]; kind != "" {
				enabler.lists("resourceTypes", kind)
			}
		}
	}
	for _, registry := range in.required(graph.Audit, "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration") {
		registry.is("scanType", "ENHANCED") // BASIC is not Inspector's
		registry.is("rules[0].scanFrequency", "CONTINUOUS_SCAN")
		registry.is("rules[0].repositoryFilters[0].filter", "*")
		registry.is("rules[0].repositoryFilters[0].filterType", "WILDCARD")
	}
	// What is found on instances is mended by patches, approved by a baseline.
	baselines := in.required(graph.Audit, "aws:ssm/patchBaseline:PatchBaseline")
	for _, standard := range in.required(graph.Audit, "aws:ssm/defaultPatchBaseline:DefaultPatchBaseline") {
		standard.refersTo("baselineId", "a patch baseline of the stack", resourcesOf(baselines)...)
	}
}

// lists wants a list to have a value.
func (s subject) lists(property, value string) {
	s.want(property, value, func(v any) bool { return slices.Contains(snapshot.List(v), value) })
}
