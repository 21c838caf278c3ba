package engine

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

const (
	keyURN      = "urn:pulumi:local::ringfence-data::aws:kms/key:Key::data"
	roleURN     = "urn:pulumi:local::ringfence-data::aws:iam/role:Role::data"
	providerURN = "urn:pulumi:local::ringfence-data::pulumi:providers:pulumi::default"
)

// changes begins a step with what is different about it.
func changes(m apitype.StepEventMetadata) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}}}
}

func TestUnitResultListsWhatChangesTheGravestFirst(t *testing.T) {
	protected := &apitype.StepEventStateMetadata{Protect: true}
	detailed := map[string]apitype.PropertyDiff{"tags.Owner": {}, "bucket": {}}
	tally := newTally()
	for _, m := range []apitype.StepEventMetadata{
		{Op: apitype.OpCreate, URN: roleURN},
		{Op: apitype.OpUpdate, URN: keyURN, Diffs: []string{"policy", "description"}},
		{Op: apitype.OpSame, URN: stackURN, Type: stackType},
		{Op: apitype.OpRead, URN: stackURN + "-ref"},
		{Op: apitype.OpCreate, URN: providerURN, Type: "pulumi:providers:pulumi"},
		{Op: apitype.OpCreateReplacement, URN: bucketURN, Keys: []string{"bucket"}, DetailedDiff: detailed},
		{Op: apitype.OpReplace, URN: bucketURN, Old: protected, Keys: []string{"bucket"}, DetailedDiff: detailed},
		{Op: apitype.OpDeleteReplaced, URN: bucketURN, Old: protected},
		{Op: apitype.OpDelete, URN: roleURN + "-2"},
	} {
		tally.add(changes(m))
	}
	want := []ResourceChange{
		{Action: Delete, URN: roleURN + "-2", Label: "Role data-2"},
		{Action: Replace, URN: bucketURN, Label: "BucketV2 data", Properties: []string{"bucket", "tags.Owner"}, Forces: []string{"bucket"}, Protected: true},
		{Action: Update, URN: keyURN, Label: "Key data", Properties: []string{"description", "policy"}},
		{Action: Create, URN: roleURN, Label: "Role data"},
	}
	if got := tally.result().Resources; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestUnitResultHasTheLastOutputsOfTheStack(t *testing.T) {
	tally := newTally()
	for _, outputs := range []map[string]any{{}, {"vpcId": UnknownValue}} {
		m := apitype.StepEventMetadata{Op: apitype.OpSame, URN: stackURN, Type: stackType, New: &apitype.StepEventStateMetadata{Outputs: outputs}}
		tally.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: m}}})
	}
	if got := tally.result().Outputs; got["vpcId"] != UnknownValue {
		t.Errorf("got %v", got)
	}
	if got := newTally().result().Outputs; got != nil {
		t.Errorf("without any outputs: %v", got)
	}
}

func TestUnitViolationsAreSortedAndSaidOnce(t *testing.T) {
	tally := newTally()
	for _, e := range []apitype.PolicyEvent{
		{PolicyName: "NET-02", EnforcementLevel: "advisory", Message: "late"},
		{PolicyName: "DAT-09", EnforcementLevel: "mandatory", ResourceURN: bucketURN, Message: "<{%fg 13%}>denies no plain HTTP<{%reset%}>\n  add\tTLS only\n"},
		{PolicyName: "DAT-09", EnforcementLevel: "mandatory", ResourceURN: bucketURN, Message: "denies no plain HTTP add TLS only"},
		{PolicyName: "DAT-01", EnforcementLevel: "mandatory", ResourceURN: keyURN, Message: "does not rotate"},
	} {
		tally.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{PolicyEvent: &e}})
	}
	var got []string
	for _, v := range tally.result().Violations {
		got = append(got, v.String())
	}
	want := []string{
		"DAT-01: Key data: does not rotate",
		"DAT-09: BucketV2 data: denies no plain HTTP add TLS only",
		"NET-02: the stack: late",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestUnitMandatoryViolationFailsTheStackAndIsItsReason(t *testing.T) {
	finding := func(level string) events.EngineEvent {
		return events.EngineEvent{EngineEvent: apitype.EngineEvent{PolicyEvent: &apitype.PolicyEvent{
			PolicyName: "DAT-09", EnforcementLevel: level, ResourceURN: bucketURN, Message: "denies no plain HTTP",
		}}}
	}
	repeats := events.EngineEvent{EngineEvent: apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{
		Severity: "error", URN: stackURN, Message: "preview failed",
	}}}
	failed := errors.New("failed to run preview: exit status 255\nstderr: goroutine 1 [running]:")
	tests := map[string]struct {
		events []events.EngineEvent
		err    error
		want   string
	}{
		"the CLI fails":                 {[]events.EngineEvent{finding("mandatory"), repeats}, failed, "DAT-09: BucketV2 data: denies no plain HTTP"},
		"the CLI does not":              {[]events.EngineEvent{finding("mandatory")}, nil, "DAT-09: BucketV2 data: denies no plain HTTP"},
		"an advisory one is no failure": {[]events.EngineEvent{finding("advisory")}, nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			result, err := Engine{}.run(t.Context(), Job{}, func(stream chan<- events.EngineEvent) error {
				for _, e := range tt.events {
					stream <- e
				}
				return tt.err
			})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want || len(result.Violations) != 1 {
				t.Errorf("got %q with %+v, want %q", got, result.Violations, tt.want)
			}
		})
	}
}

func TestUnitPolicyPacksAndRefreshReachTheCLI(t *testing.T) {
	e := script(t, `echo "$*"; exit 255`)
	var log strings.Builder
	job := Job{
		Project: "ringfence-data", Stack: "local", Folder: t.TempDir(), Settings: t.TempDir(), Presence: Present,
		Policies: []string{"/packs/one", "/packs/two"}, Refresh: true, Log: &log,
	}
	for name, operation := range map[string]func(context.Context, Job) (Result, error){"preview": e.Preview, "up": e.Up} {
		log.Reset()
		if _, err := operation(t.Context(), job); err == nil {
			t.Errorf("%s: the CLI failed without a word", name)
		}
		for _, want := range []string{" " + name + " ", "--policy-pack=/packs/one --policy-pack=/packs/two", "--refresh"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s: called with %q, want %q", name, log.String(), want)
			}
		}
	}
}

// A deployment that adopts tries again: its result is that of all tries.
func TestUnitTriesAddUp(t *testing.T) {
	created := func(urn string) ResourceChange { return ResourceChange{Action: Create, URN: urn} }
	earlier := Result{
		Changes:   Changes{Created: 2, Updated: 1, Deleted: 1, Unchanged: 4},
		Resources: []ResourceChange{{Action: Delete, URN: "gone"}, {Action: Update, URN: "updated"}, created("first"), created("refused"), created("second")},
		Existing:  []state.Creation{{URN: "refused"}},
	}
	r := Result{
		Changes:   Changes{Created: 1, Updated: 1, Unchanged: 7},
		Resources: []ResourceChange{{Action: Update, URN: "second"}, created("third")},
	}.After(earlier)
	if want := (Changes{Created: 3, Updated: 2, Deleted: 1, Unchanged: 5}); r.Changes != want {
		t.Errorf("the changes are %+v, want %+v", r.Changes, want)
	}
	var got []string
	for _, c := range r.Resources {
		got = append(got, string(c.Action)+" "+c.URN)
	}
	if want := "delete gone, update second, update updated, create first, create third"; strings.Join(got, ", ") != want {
		t.Errorf("the resources are %s, want %s", strings.Join(got, ", "), want)
	}
}
