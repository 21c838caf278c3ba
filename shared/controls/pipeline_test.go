package controls

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/shared/workflows"
)

// dataStack is a snapshot of the data stack with one resource, deployed or not.
func dataStack(id string, outputs map[string]any) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Environment: &config.Environment{Name: "dev", Target: config.AWS, State: config.State{
			Backend: "s3://state", SecretsProvider: "awskms://alias/state",
		}},
		Names:     names.New("dev", "123456789012", "eu-central-1"),
		Stacks:    []graph.Name{graph.Data},
		Resources: []snapshot.Resource{{Stack: graph.Data, Type: "aws:x/y:Y", Name: "y", ID: id}},
		Outputs:   map[graph.Name]map[string]any{graph.Data: outputs},
	}
}

func goodOutputs() map[string]any {
	return map[string]any{
		"contractVersion": 1.0, "dataBucketName": "b", "dataBucketArn": "arn:aws:s3:::b", "dataBucketUrl": "s3://b",
		"dataKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/k", "logBucketName": "l",
	}
}

// judged judges one control.
func judged(t *testing.T, id string, s *snapshot.Snapshot, p *Pipeline) Result {
	t.Helper()
	c, ok := Find(id)
	if !ok {
		t.Fatalf("no control %s", id)
	}
	return (&estate{Snapshot: s, pipeline: p}).judge(c, nil)
}

func TestUnitOutputsAreTheContract(t *testing.T) {
	tests := map[string]struct {
		id     string
		change func(o map[string]any)
		want   Status
	}{
		"as promised":                    {"y-1", func(map[string]any) {}, Holds},
		"one is missing":                 {"y-1", func(o map[string]any) { delete(o, "dataKeyArn") }, Broken},
		"one is not known yet":           {"", func(o map[string]any) { delete(o, "dataKeyArn") }, CannotTell},
		"one is unknown":                 {"", func(o map[string]any) { o["dataKeyArn"] = snapshot.Unknown }, CannotTell},
		"one is a secret":                {"y-1", func(o map[string]any) { o["dataKeyArn"] = snapshot.Unknown }, Broken},
		"one has another type":           {"y-1", func(o map[string]any) { o["dataKeyArn"] = []any{"a"} }, Broken},
		"one is empty":                   {"y-1", func(o map[string]any) { o["dataKeyArn"] = "" }, Broken},
		"the version is another":         {"y-1", func(o map[string]any) { o["contractVersion"] = 7.0 }, Broken},
		"there is one that is not in it": {"", func(o map[string]any) { o["extra"] = "x" }, Broken},
		"nothing is exported":            {"y-1", func(o map[string]any) { clear(o) }, Broken},
	}
	for name, tt := range tests {
		outputs := goodOutputs()
		tt.change(outputs)
		if got := judged(t, "PIP-01", dataStack(tt.id, outputs), nil); got.Status != tt.want {
			t.Errorf("%s: %s %v, want %s", name, got.Status, got.Findings, tt.want)
		}
	}
	if got := judged(t, "PIP-01", dataStack("y-1", nil), nil); got.Status != NotHere {
		t.Errorf("without outputs: %s, want %s", got.Status, NotHere)
	}
}

func TestUnitOutputsHoldNoSecret(t *testing.T) {
	for key, value := range map[string]any{
		"adminPassword": "x", "apiToken": "x", "dbSecretArn": "x", "sshPrivateKey": "x",
		"a": "AKIAIOSFODNN7EXAMPLE", "b": "-----BEGIN RSA PRIVATE KEY-----", "c": []any{"ghp_0123456789abcdefghijABCDEFGHIJ012345"},
		"d": map[string]any{"x": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
	} {
		outputs := goodOutputs()
		outputs[key] = value
		got := judged(t, "PIP-08", dataStack("y-1", outputs), nil)
		if got.Status != Broken {
			t.Errorf("output %s = %v: %s, want %s", key, value, got.Status, Broken)
		}
		for _, f := range got.Findings {
			if text, ok := value.(string); ok && len(text) > 1 && strings.Contains(f.String(), text) {
				t.Errorf("the finding repeats the secret: %s", f)
			}
		}
	}
	harmless := goodOutputs()
	maps.Copy(harmless, map[string]any{
		"workloadRoleArns": map[string]any{"token-counter": "arn:aws:iam::1:role/token-counter"},
		"commit":           "0123456789abcdef0123456789abcdef01234567",
	})
	if got := judged(t, "PIP-08", dataStack("y-1", harmless), nil); got.Status != Holds {
		t.Errorf("harmless outputs: %v", got.Findings)
	}
}

func TestUnitStateIsEncrypted(t *testing.T) {
	tests := []struct {
		target config.Target
		state  config.State
		want   Status
	}{
		{config.AWS, config.State{Backend: "s3://b", SecretsProvider: "awskms://k"}, Holds},
		{config.AWS, config.State{Backend: "https://api.pulumi.com"}, Holds},
		{config.AWS, config.State{SecretsProvider: "awskms://k"}, Holds}, // PULUMI_BACKEND_URL says where
		{config.AWS, config.State{Backend: "https://api.pulumi.com", SecretsProvider: "passphrase"}, Broken},
		{config.AWS, config.State{Backend: "s3://b"}, Broken},
		{config.AWS, config.State{Backend: "s3://b", SecretsProvider: "passphrase"}, Broken},
		{config.AWS, config.State{Backend: "file://~", SecretsProvider: "awskms://k"}, Broken},
		{config.AWS, config.State{}, Broken},
		{config.Emulator, config.State{}, Holds},
	}
	for _, tt := range tests {
		s := dataStack("y-1", goodOutputs())
		s.Environment.Target, s.Environment.State = tt.target, tt.state
		if got := judged(t, "PIP-08", s, nil); got.Status != tt.want {
			t.Errorf("%s %+v: %s, want %s", tt.target, tt.state, got.Status, tt.want)
		}
	}
}

func TestUnitExceptionsMustBeWholeAndCurrent(t *testing.T) {
	today := time.Date(2027, 6, 30, 23, 0, 0, 0, time.UTC)
	good := Exception{
		Control: "DAT-08", Stack: graph.Data, Resource: "aws:s3/bucketV2:BucketV2 access-logs",
		Owner: "platform", Reason: "r", Compensation: "c", Expires: "2027-06-30",
	}
	for name, tt := range map[string]struct {
		change func(x *Exception)
		want   Status
	}{
		"on its last day":        {func(*Exception) {}, Holds},
		"the day after":          {func(x *Exception) { x.Expires = "2027-06-29" }, Broken},
		"without an end":         {func(x *Exception) { x.Expires = "" }, Broken},
		"without an owner":       {func(x *Exception) { x.Owner = " " }, Broken},
		"without a reason":       {func(x *Exception) { x.Reason = "" }, Broken},
		"without a compensation": {func(x *Exception) { x.Compensation = "" }, Broken},
	} {
		x := good
		tt.change(&x)
		got := judged(t, "PIP-07", dataStack("y-1", nil), &Pipeline{Exceptions: Exceptions{x}, Today: today})
		if got.Status != tt.want {
			t.Errorf("%s: %s %v, want %s", name, got.Status, got.Findings, tt.want)
		}
	}
}

func TestUnitWorkflowFindingsBelongToTheirControl(t *testing.T) {
	s := dataStack("y-1", nil)
	for _, id := range []string{"PIP-02", "PIP-03", "PIP-04", "PIP-05", "PIP-06", "PIP-07"} {
		if got := judged(t, id, s, nil); got.Status != NotHere {
			t.Errorf("%s without a pipeline: %s, want %s", id, got.Status, NotHere)
		}
	}
	none := &Pipeline{}
	for _, id := range []string{"PIP-02", "PIP-05", "PIP-06"} {
		if got := judged(t, id, s, none); got.Status != Broken {
			t.Errorf("%s without workflows: %s, want %s", id, got.Status, Broken)
		}
	}
	w, err := workflows.Parse("workflows/x.yml", []byte("on: push\njobs: {x: {runs-on: ubuntu-latest, steps: [{uses: a/b@v1}]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := judged(t, "PIP-03", s, &Pipeline{Workflows: []workflows.Workflow{w}})
	if got.Status != Broken || !strings.HasPrefix(got.Findings[0].Resource, ".github/workflows/x.yml") {
		t.Errorf("PIP-03: %s %v", got.Status, got.Findings)
	}
}

func TestUnitDeployOrderHasNoCycle(t *testing.T) {
	in := func(stacks []graph.Stack) int {
		i := &inspection{estate: &estate{Snapshot: dataStack("y-1", nil)}, control: pipelineControls[1]}
		i.orderHolds(stacks)
		return len(i.findings)
	}
	if n := in(graph.All()); n != 0 {
		t.Errorf("the graph has %d findings", n)
	}
	cycle := []graph.Stack{{Name: graph.Network, DependsOn: []graph.Name{graph.Data}}, {Name: graph.Data, DependsOn: []graph.Name{graph.Network}}}
	if n := in(cycle); n == 0 {
		t.Error("a cycle is not found")
	}
}
