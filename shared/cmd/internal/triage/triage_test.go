package triage

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

const urn = "urn:pulumi:dev::ringfence-data::"

// key, block and topic are resources of a state.
func key(rotates bool) string {
	return fmt.Sprintf(`{"urn": %q, "type": "aws:kms/key:Key", "custom": true, "id": "k",
		"outputs": {"enableKeyRotation": %t, "tags": {"Owner": "ml"}}}`, urn+"aws:kms/key:Key::data", rotates)
}

func block(on bool) string {
	return fmt.Sprintf(`{"urn": %q, "type": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "custom": true, "id": "b",
		"outputs": {"bucket": "b", "blockPublicAcls": %t, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}}`,
		urn+"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::data", on)
}

const bucket = `{"urn": "` + urn + `aws:s3/bucketV2:BucketV2::data", "type": "aws:s3/bucketV2:BucketV2", "custom": true, "id": "b", "outputs": {"bucket": "b"}}`

func of(resources ...string) state.Deployment {
	return state.Deployment{Version: 3, Content: json.RawMessage(
		`{"manifest": {"time": "2026-11-22T10:00:00Z"}, "resources": [` + strings.Join(resources, ",") + `]}`)}
}

// classified is what becomes of drift in the data stack.
func classified(t *testing.T, recorded, refreshed state.Deployment, drifted ...string) []shadow.Drift {
	t.Helper()
	drift := deployment.Drift{Drifted: true, Stacks: []deployment.StackDrift{
		{Stack: graph.Network}, // could not be read
		{Stack: graph.Data, Recorded: recorded, Refreshed: refreshed},
	}}
	for _, d := range drifted {
		drift.Stacks[1].Drifts = append(drift.Stacks[1].Drifts, shadow.Drift{URN: urn + d, Label: d})
	}
	if err := Classify(dev(t), &drift); err != nil {
		t.Fatal(err)
	}
	return drift.Stacks[1].Drifts
}

func dev(t *testing.T) deployment.Site {
	t.Helper()
	stacks, err := estate.New(graph.All())
	if err != nil {
		t.Fatal(err)
	}
	return deployment.Site{Name: "dev", Estate: stacks,
		Environment: &config.Environment{Name: "dev", AccountID: "123456789012", Region: "eu-central-1"}}
}

func broken(d shadow.Drift) string {
	var ids []string
	for _, f := range d.Breaks {
		ids = append(ids, f.Control+" "+string(f.Severity))
	}
	return strings.Join(slices.Compact(ids), ", ")
}

// Each resource answers for what it breaks itself, and for nothing that another
// one breaks or that did not hold before.
func TestVerdictEachDriftedResourceAnswersForItself(t *testing.T) {
	const keys, blocks, buckets = "aws:kms/key:Key::data", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::data", "aws:s3/bucketV2:BucketV2::data"
	got := classified(t, of(bucket, key(true), block(true)), of(bucket, key(false)), keys, blocks, buckets)
	want := [][2]string{{blocks, "DAT-06 critical"}, {keys, "DAT-01 medium"}, {buckets, ""}}
	for i, d := range got {
		if d.Label != want[i][0] || broken(d) != want[i][1] {
			t.Errorf("in place %d: %s breaks %q, want %v", i, d.Label, broken(d), want[i])
		}
	}
	if got := classified(t, of(bucket, key(false)), of(bucket, key(false)), keys); broken(got[0]) != "" {
		t.Errorf("what did not hold before is not broken by the drift: %s", broken(got[0]))
	}
}

func TestUnitDamagedStateIsAnError(t *testing.T) {
	drift := deployment.Drift{Drifted: true, Stacks: []deployment.StackDrift{{Stack: graph.Data, Recorded: state.Deployment{Content: json.RawMessage(`[]`)}}}}
	if err := Classify(dev(t), &drift); err == nil || !strings.Contains(err.Error(), "data") {
		t.Errorf("got %v", err)
	}
}

// trail plays CloudTrail.
func trail(t *testing.T, answer func(name string) string) (cfg aws.Config, asked *[]string) {
	t.Helper()
	asked = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			LookupAttributes []struct{ AttributeValue string }
			StartTime        float64
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.LookupAttributes) != 1 {
			t.Errorf("asked %+v, %v", in, err)
			return
		}
		_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "/")
		*asked = append(*asked, strings.Split(scope, "/")[1]+" "+in.LookupAttributes[0].AttributeValue)
		if answer == nil {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type": "AccessDeniedException"}`)
			return
		}
		fmt.Fprint(w, answer(in.LookupAttributes[0].AttributeValue))
	}))
	t.Cleanup(server.Close)
	return account.Emulated(server.URL, "eu-central-1", aws.Credentials{AccessKeyID: "KEY", SecretAccessKey: "of no worth"}), asked
}

func drifted() *deployment.Drift {
	return &deployment.Drift{Drifted: true, Stacks: []deployment.StackDrift{{Stack: graph.Data, Recorded: of(bucket), Drifts: []shadow.Drift{
		{URN: "u1", Type: "aws:iam/role:Role", ID: "train"},
		{URN: "u2", Type: "aws:sns/topic:Topic", ID: "arn:aws:sns:eu-central-1:1:alarms"},
	}}}}
}

func TestUnitWhoChangedIt(t *testing.T) {
	cfg, asked := trail(t, func(name string) string {
		if name != "alarms" {
			return `{"Events": [{"Username": "ringfence", "EventName": "GetRole", "EventTime": 1795345800, "ReadOnly": "true"}]}`
		}
		return `{"Events": [
			{"Username": "reader", "EventName": "GetTopicAttributes", "EventTime": 1795345800, "ReadOnly": "true"},
			{"Username": "eve", "EventName": "SetTopicAttributes", "EventTime": 1795345700, "ReadOnly": "false"},
			{"Username": "adam", "EventName": "CreateTopic", "EventTime": 1795345600, "ReadOnly": "false"}]}`
	})
	drift := drifted()
	Name(t.Context(), cfg, drift)
	if by := drift.Stacks[0].Drifts[0].By; by != nil {
		t.Errorf("who only reads has changed nothing: %+v", by)
	}
	want := shadow.Actor{Name: "eve", Event: "SetTopicAttributes", Time: time.Unix(1795345700, 0).UTC()}
	if by := drift.Stacks[0].Drifts[1].By; by == nil || *by != want {
		t.Errorf("got %+v, want %+v", by, want)
	}
	if want := []string{"us-east-1 train", "eu-central-1 arn:aws:sns:eu-central-1:1:alarms", "eu-central-1 alarms"}; !slices.Equal(*asked, want) {
		t.Errorf("asked %v, want %v", *asked, want)
	}
}

func TestUnitWhoChangedItMayStayUnknown(t *testing.T) {
	cfg, asked := trail(t, nil)
	drift := drifted()
	Name(t.Context(), cfg, drift)
	if len(*asked) != 1 || drift.Stacks[0].Drifts[0].By != nil || drift.Stacks[0].Drifts[1].By != nil {
		t.Errorf("asked %v, and found %+v", *asked, drift.Stacks[0].Drifts)
	}
}
