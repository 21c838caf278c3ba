package contract

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
)

// contracts has one contract per stack of the graph; TestUnitEveryStackHasAContract
// holds it to that.
var contracts = []Contract{Network{}, Security{}, Data{}, Audit{}}

func TestUnitEveryStackHasAContract(t *testing.T) {
	var stacks []graph.Name
	for _, c := range contracts {
		stacks = append(stacks, c.Stack())
	}
	if !reflect.DeepEqual(stacks, graph.Names()) {
		t.Errorf("contracts of %v, stacks %v", stacks, graph.Names())
	}
}

// The golden files are what other teams build on: changing one is a decision.
func TestUnitContractsAreReviewed(t *testing.T) {
	for _, c := range contracts {
		var b strings.Builder
		fmt.Fprintf(&b, "contractVersion %d\n", c.Version())
		for _, f := range Fields(c) {
			fmt.Fprintf(&b, "%s %s\n", f.Key, f.Type)
		}
		golden.Check(t, "testdata/"+string(c.Stack())+".txt", []byte(b.String()))
	}
}

func TestUnitUnsetFieldIsAnError(t *testing.T) {
	_, err := Outputs(Data{DataBucketName: pulumi.String("b").ToStringOutput()})
	if err == nil || !strings.Contains(err.Error(), "field dataBucketArn was never set") {
		t.Errorf("got %v", err)
	}
}

// good are outputs of the network stack as a state file holds them.
func good() map[string]any {
	return map[string]any{
		"contractVersion":         1.0,
		"vpcId":                   "vpc-1",
		"privateSubnetIds":        []any{"subnet-1", "subnet-2"},
		"workloadSecurityGroupId": "sg-1",
		"endpointSecurityGroupId": "sg-2",
		"s3EndpointId":            "vpce-1",
		"endpointIds":             map[string]any{"sts": "vpce-2"},
		"flowLogGroupArn":         "arn:aws:logs:eu-central-1:1:log-group:x",
	}
}

func TestUnitDecode(t *testing.T) {
	c, err := decode(Network{}, "organization/ringfence-network/dev", good(), false)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan []string, 1)
	c.PrivateSubnetIDs.ApplyT(func(ids []string) int { got <- ids; return 0 })
	if ids := <-got; !reflect.DeepEqual(ids, []string{"subnet-1", "subnet-2"}) {
		t.Errorf("got %v", ids)
	}
}

func TestUnitDecodeNamesWhatIsWrong(t *testing.T) {
	const stack = "organization/ringfence-network/dev"
	tests := []struct {
		name   string
		change func(map[string]any)
		want   string
	}{
		{"not deployed", func(o map[string]any) { clear(o) },
			"stack " + stack + " is not deployed: it exports no contract; deploy stack network first"},
		{"other version", func(o map[string]any) { o["contractVersion"] = 2.0 }, "exports version 2 of its contract and this program reads version 1"},
		{"version as text", func(o map[string]any) { o["contractVersion"] = "1" }, "exports version 1 of its contract"},
		{"missing", func(o map[string]any) { delete(o, "vpcId") }, "vpcId: wanted a string, found nothing"},
		{"null", func(o map[string]any) { o["vpcId"] = nil }, "vpcId: wanted a string, found nothing"},
		{"empty", func(o map[string]any) { o["vpcId"] = "" }, "vpcId: wanted a string, found an empty string"},
		{"number", func(o map[string]any) { o["vpcId"] = 7.0 }, "vpcId: wanted a string, found a number"},
		{"boolean", func(o map[string]any) { o["vpcId"] = true }, "vpcId: wanted a string, found a boolean"},
		{"string for a list", func(o map[string]any) { o["privateSubnetIds"] = "subnet-1" }, "privateSubnetIds: wanted a list of strings, found a string"},
		{"number in a list", func(o map[string]any) { o["privateSubnetIds"] = []any{"a", 1.0} }, "privateSubnetIds: wanted a list of strings, found a number at index 1"},
		{"list for a map", func(o map[string]any) { o["endpointIds"] = []any{} }, "endpointIds: wanted a map of strings, found a list"},
		{"map in a map", func(o map[string]any) { o["endpointIds"] = map[string]any{"sts": map[string]any{}} }, `endpointIds: wanted a map of strings, found a map at key "sts"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			outputs := good()
			tt.change(outputs)
			_, err := decode(Network{}, stack, outputs, false)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestUnitDecodeReportsAllFieldsAtOnce(t *testing.T) {
	outputs := good()
	outputs["vpcId"], outputs["endpointIds"] = 1.0, "x"
	_, err := decode(Network{}, "organization/ringfence-network/dev", outputs, false)
	if err == nil {
		t.Fatal("decoded")
	}
	golden.Check(t, "testdata/wrong-outputs.txt", []byte(err.Error()+"\n"))
}

// Only a preview may go on with a value that is promised but not known yet.
func TestUnitPendingFieldsAreForPreviewsOnly(t *testing.T) {
	outputs := good()
	delete(outputs, "vpcId")
	outputs[PendingKey] = []any{"vpcId"}
	if _, err := decode(Network{}, "s", maps.Clone(outputs), true); err != nil {
		t.Errorf("preview: %v", err)
	}
	if _, err := decode(Network{}, "s", outputs, false); err == nil {
		t.Error("a deployment went on without vpcId")
	}
}
