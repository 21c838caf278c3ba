package audit

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/record"
)

// An environment has what it turns on, and nothing of what it does not.
func TestUnitFeaturesAreOffWhereLeftOut(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	minimal, full := suite.Record(t, "minimal"), suite.Record(t, "full")
	for feature, types := range map[string][]string{
		"modelInvocationLog": {"aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration"},
		"configRecorder":     {"aws:cfg/recorder:Recorder", "aws:cfg/recorderStatus:RecorderStatus", "aws:cfg/deliveryChannel:DeliveryChannel", "aws:cfg/rule:Rule"},
		"securityHub":        {"aws:securityhub/account:Account", "aws:securityhub/standardsSubscription:StandardsSubscription"},
		"guardDuty":          {"aws:guardduty/detector:Detector", "aws:guardduty/detectorFeature:DetectorFeature"},
		"macie":              {"aws:macie2/account:Account"},
		"inspector": {"aws:inspector2/enabler:Enabler", "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
			"aws:ssm/patchBaseline:PatchBaseline", "aws:ssm/defaultPatchBaseline:DefaultPatchBaseline"},
	} {
		for _, resourceType := range types {
			if n := len(minimal.OfType(resourceType)); n != 0 {
				t.Errorf("%s is off, and there are %d of %s", feature, n, resourceType)
			}
			if len(full.OfType(resourceType)) == 0 {
				t.Errorf("%s is on, and there is no %s", feature, resourceType)
			}
		}
	}
	for _, r := range []*record.Recording{minimal, full} {
		for _, role := range r.OfType("aws:iam/role:Role") {
			if boundary, _ := role.Inputs["permissionsBoundary"].(string); !strings.HasSuffix(boundary, "-boundary") {
				t.Errorf("role %s has the boundary %q (control IAM-06)", role.Name, boundary)
			}
		}
	}
}

func TestUnitMLAlarmsHearOfEveryAttack(t *testing.T) {
	e := ephemeral(t)
	for _, want := range mlAlarms {
		filter, ok := e.Find("aws:cloudwatch/logMetricFilter:LogMetricFilter", want.name)
		if !ok || filter.Inputs["pattern"] != want.pattern {
			t.Errorf("%s: the metric filter is %v", want.name, filter.Inputs)
		}
		alarm, ok := e.Find("aws:cloudwatch/metricAlarm:MetricAlarm", want.name)
		if !ok || alarm.Inputs["threshold"] != want.threshold || alarm.Inputs["metricName"] != want.name {
			t.Errorf("%s: the alarm is %v", want.name, alarm.Inputs)
		}
	}
	// AWS takes patterns of up to 1024 characters.
	for _, filter := range e.OfType("aws:cloudwatch/logMetricFilter:LogMetricFilter") {
		pattern := filter.Inputs["pattern"].(string)
		if len(pattern) > 1024 || strings.Count(pattern, "(") != strings.Count(pattern, ")") {
			t.Errorf("%s: AWS would refuse the pattern %s", filter.Name, pattern)
		}
	}
}

// Whatever form the selectors have, the trail keeps all that CIS wants.
func TestUnitTrailRecordsEverythingInBothForms(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	trail := func(environment string) map[string]any {
		r, _ := suite.Record(t, environment).Find("aws:cloudtrail/trail:Trail", trailName)
		return r.Inputs
	}
	basic, advanced := trail("minimal"), trail("full")
	if basic["advancedEventSelectors"] != nil || basic["insightSelectors"] != nil || advanced["eventSelectors"] != nil {
		t.Error("a trail has selectors of both forms, or of a feature that is off")
	}
	for _, inputs := range []map[string]any{basic, advanced} {
		for _, key := range []string{"enableLogging", "enableLogFileValidation", "includeGlobalServiceEvents", "isMultiRegionTrail"} {
			if inputs[key] != true {
				t.Errorf("%s is %v (controls AUD-01, AUD-02 and AUD-05)", key, inputs[key])
			}
		}
	}
	var kinds []string
	management := false
	for _, s := range advanced["advancedEventSelectors"].([]any) {
		fields := map[string]any{}
		for _, f := range s.(map[string]any)["fieldSelectors"].([]any) {
			f := f.(map[string]any)
			fields[f["field"].(string)] = f["equals"].([]any)[0]
			if len(f) != 2 {
				t.Errorf("the field %v is chosen by more than equality: %v", f["field"], f)
			}
		}
		// A selector with any other field would leave events out.
		switch {
		case fields["eventCategory"] == "Management" && len(fields) == 1:
			management = true
		case fields["eventCategory"] == "Data" && len(fields) == 2:
			kinds = append(kinds, fields["resources.type"].(string))
		default:
			t.Errorf("a selector leaves events out: %v", fields)
		}
	}
	if !management {
		t.Error("the trail has no management events (control AUD-01)")
	}
	if want := append([]string{s3Objects}, mlDataEvents...); !slices.Equal(kinds, want) {
		t.Errorf("the trail records %v, want %v (controls AUD-07 and AUD-08)", kinds, want)
	}
	var insights []any
	for _, s := range advanced["insightSelectors"].([]any) {
		insights = append(insights, s.(map[string]any)["insightType"])
	}
	if !slices.Equal(insights, []any{"ApiCallRateInsight", "ApiErrorRateInsight"}) {
		t.Errorf("CloudTrail looks for %v (control AUD-09)", insights)
	}
}

// The detectors, as Security Hub would judge them.
func TestUnitDetectorsWatchWhatTheyShould(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, "full")
	const here = "arn:aws-us-gov:securityhub:us-gov-west-1::standards/"
	for _, tt := range []struct {
		resourceType, name, property string
		want                         any
	}{
		{"aws:cfg/recorder:Recorder", recorder, "roleArn", "arn:aws-us-gov:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"},
		{"aws:cfg/recorderStatus:RecorderStatus", recorder, "isEnabled", true},
		{"aws:cfg/deliveryChannel:DeliveryChannel", recorder, "s3BucketName", "ringfence-full-config-123456789012-us-gov-west-1"},
		{"aws:s3/bucketV2:BucketV2", configBucketName, "objectLockEnabled", false},
		{"aws:securityhub/account:Account", "account", "enableDefaultStandards", false},
		{"aws:securityhub/standardsSubscription:StandardsSubscription", "fsbp", "standardsArn", here + "aws-foundational-security-best-practices/v/1.0.0"},
		{"aws:securityhub/standardsSubscription:StandardsSubscription", "cis", "standardsArn", here + "cis-aws-foundations-benchmark/v/5.0.0"},
		{"aws:securityhub/standardsSubscription:StandardsSubscription", "ai-security", "standardsArn", here + "ai-security-best-practices/v/1.0.0"},
		{"aws:guardduty/detector:Detector", "detector", "enable", true},
		{"aws:guardduty/detectorFeature:DetectorFeature", "s3", "name", "S3_DATA_EVENTS"},
		{"aws:guardduty/detectorFeature:DetectorFeature", "s3", "status", "ENABLED"},
		{"aws:macie2/account:Account", "account", "status", "ENABLED"},
		{"aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", "registry", "scanType", "ENHANCED"},
	} {
		found, ok := r.Find(tt.resourceType, tt.name)
		if !ok || found.Inputs[tt.property] != tt.want {
			t.Errorf("%s %s: %s is %v, want %v", tt.resourceType, tt.name, tt.property, found.Inputs[tt.property], tt.want)
		}
	}
	group, _ := r.Find("aws:cfg/recorder:Recorder", recorder)
	if recorded := group.Inputs["recordingGroup"].(map[string]any); recorded["allSupported"] != true || recorded["includeGlobalResourceTypes"] != true {
		t.Errorf("AWS Config records %v (control AUD-34)", recorded)
	}
	enabler, _ := r.Find("aws:inspector2/enabler:Enabler", "inspector")
	if got := enabler.Inputs["resourceTypes"].([]any); !slices.Equal(got, []any{"EC2", "ECR", "LAMBDA"}) {
		t.Errorf("Inspector looks into %v (control AUD-38)", got)
	}
	var rules []string
	for _, rule := range r.OfType("aws:cfg/rule:Rule") {
		source := rule.Inputs["source"].(map[string]any)
		rules = append(rules, source["sourceIdentifier"].(string))
	}
	slices.Sort(rules)
	if want := slices.Sorted(slices.Values(append([]string{discoveryRule}, configRules...))); !slices.Equal(rules, want) {
		t.Errorf("the rules of AWS Config are %v, want %v", rules, want)
	}
}
