package audit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Audit{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }

// Fifteen events, each with a filter, an alarm on it, and somebody who hears.
func TestUnitEveryCISEventHasItsAlarm(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, "local")
	for i, want := range alarms {
		if prefix := fmt.Sprintf("CIS 4.%d: ", i+1); !strings.HasPrefix(want.description, prefix) {
			t.Errorf("alarm %s: its description begins with %q, want %q", want.name, want.description, prefix)
		}
		filter, ok := r.Find("aws:cloudwatch/logMetricFilter:LogMetricFilter", want.name)
		if !ok || filter.Inputs["pattern"] != want.pattern {
			t.Errorf("%s: the metric filter is %v", want.name, filter.Inputs)
		}
		alarm, ok := r.Find("aws:cloudwatch/metricAlarm:MetricAlarm", want.name)
		if !ok || alarm.Inputs["threshold"] != 1.0 || alarm.Inputs["actionsEnabled"] != true {
			t.Errorf("%s: the alarm is %v", want.name, alarm.Inputs)
		}
		if got := fmt.Sprint(alarm.Inputs["alarmActions"]); got != fmt.Sprintf("[%v]", r.Outputs["alarmTopicArn"]) {
			t.Errorf("%s: the alarm tells %s", want.name, got)
		}
	}
	if len(alarms) != 15 {
		t.Errorf("there are %d alarms, the benchmark has 15", len(alarms))
	}
}

func TestUnitAuditLockFollowsTheLifecycle(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for environment, want := range map[string]string{"local": "", "dev": "GOVERNANCE", "prod": "COMPLIANCE", "full": "COMPLIANCE", "minimal": "GOVERNANCE"} {
		locks := suite.Record(t, environment).OfType("aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2")
		got := ""
		for _, lock := range locks {
			got += lock.Inputs["rule"].(map[string]any)["defaultRetention"].(map[string]any)["mode"].(string)
		}
		if got != want {
			t.Errorf("%s: the audit bucket is locked in mode %q, want %q (control AUD-13)", environment, got, want)
		}
	}
}
