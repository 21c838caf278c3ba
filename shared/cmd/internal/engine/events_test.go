package engine

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

func step(op apitype.OpType, urn string) apitype.StepEventMetadata {
	return apitype.StepEventMetadata{Op: op, URN: urn}
}

func begins(op apitype.OpType, urn string) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: step(op, urn)}}}
}

func ends(op apitype.OpType, urn string) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: step(op, urn)}}}
}

func TestUnitProgressOfAnOperation(t *testing.T) {
	stream, over := make(chan events.EngineEvent), make(chan struct{})
	var seen []Progress
	result := make(chan *tally)
	go func() { result <- follow(stream, over, func(p Progress) { seen = append(seen, p) }) }()
	for _, e := range []events.EngineEvent{
		begins(apitype.OpSame, stackURN), ends(apitype.OpSame, stackURN),
		begins(apitype.OpCreate, bucketURN), ends(apitype.OpCreate, bucketURN),
		{EngineEvent: apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{
			URN: bucketURN, Severity: "error", Message: "<{%fg 1%}>it broke<{%reset%}>",
		}}},
	} {
		stream <- e
	}
	close(stream)
	close(over)
	got := <-result

	if want := (Changes{Created: 1, Unchanged: 1}); got.changes() != want {
		t.Errorf("counted %+v, want %+v", got.changes(), want)
	}
	if len(seen) != 3 || seen[1].Finished != 1 || len(seen[1].Running) != 1 || seen[1].Running[0] != "BucketV2 data" {
		t.Errorf("saw %+v", seen)
	}
	if last := seen[len(seen)-1]; last.Finished != 2 || len(last.Running) != 0 {
		t.Errorf("the last progress is %+v", last)
	}
	if len(got.errors) != 1 || got.errors[0].message != "it broke" {
		t.Errorf("the errors are %+v, want one without color codes", got.errors)
	}
}

func TestUnitSummaryOfTheEngineCounts(t *testing.T) {
	got := newTally()
	got.add(ends(apitype.OpCreate, bucketURN))
	got.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{
		ResourceChanges: map[apitype.OpType]int{
			apitype.OpCreate: 1, apitype.OpImport: 1, apitype.OpUpdate: 3, apitype.OpReplace: 4,
			apitype.OpDelete: 5, apitype.OpSame: 6,
		},
	}}})
	if want := (Changes{Created: 2, Updated: 3, Replaced: 4, Deleted: 5, Unchanged: 6}); got.changes() != want {
		t.Errorf("got %+v, want %+v", got.changes(), want)
	}
}

// A CLI that ends before its first event never opens the stream.
func TestUnitNoEventsAtAll(t *testing.T) {
	over := make(chan struct{})
	close(over)
	if got := follow(make(chan events.EngineEvent), over, nil); got.changes() != (Changes{}) {
		t.Errorf("counted %+v", got.changes())
	}
}
