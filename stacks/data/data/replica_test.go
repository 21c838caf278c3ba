package data

import (
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/program"
)

// regions notes the region of the provider that each resource uses.
type regions struct {
	upstream map[graph.Name]map[string]any

	mu   sync.Mutex
	seen map[string]string // by type and name
}

func (m *regions) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	switch {
	case args.TypeToken == "pulumi:pulumi:StackReference":
		stack, err := graph.Parse(args.Name)
		outputs := resource.NewPropertyMapFromMap(m.upstream[stack])
		return args.Name, resource.PropertyMap{"name": args.Inputs["name"], "outputs": resource.NewProperty(outputs)}, err
	case strings.HasPrefix(args.TypeToken, "pulumi:providers:"):
		return args.Inputs["region"].StringValue(), args.Inputs, nil // the id
	}
	outputs := args.Inputs.Copy()
	outputs["arn"] = resource.NewProperty("arn:aws-us-gov:s3:::" + args.Name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if args.Custom {
		m.seen[args.TypeToken+" "+args.Name] = args.Provider[strings.LastIndex(args.Provider, ":")+1:]
	}
	return args.Name, outputs, nil
}

func (*regions) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

// The replica, its key and its access logs are in the other region, and nothing
// else is.
func TestUnitReplicaIsInTheOtherRegion(t *testing.T) {
	o := suite.Options(t, "full")
	m := &regions{upstream: o.Upstream, seen: map[string]string{}}
	err := pulumi.RunErr(program.Run(Stack, o.Environments), pulumi.WithMocksWithOrganization("organization", o.Stack.Project(), "full", m))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.seen) < 50 {
		t.Fatalf("only %d resources were seen", len(m.seen))
	}
	for id, got := range m.seen {
		_, name, _ := strings.Cut(id, " ")
		want := "us-gov-west-1"
		if strings.HasPrefix(name, "replica") && name != "replication" {
			want = "us-gov-east-1"
		}
		if got != want {
			t.Errorf("%s is in %s, want %s (control DAT-26)", id, got, want)
		}
	}
}
