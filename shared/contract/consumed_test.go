package contract

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// upstreamOnly answers reads of stacks and nothing else.
type upstreamOnly map[string]any

func (u upstreamOnly) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return args.Name, resource.PropertyMap{
		"name": args.Inputs["name"], "outputs": resource.NewProperty(resource.NewPropertyMapFromMap(u)),
	}, nil
}

func (upstreamOnly) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

// notes is what a program notes that reads the network, as its state would
// hold it; nil when it is not known.
func notes(t *testing.T, outputs map[string]any, preview bool) any {
	t.Helper()
	var noted any
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		ctx = Noting(ctx)
		if _, err := Read[Network](ctx); err != nil {
			return err
		}
		ctx.Export("noted", Consumed(ctx).ToMapOutput().ApplyT(func(v map[string]any) any {
			network := map[string]any{}
			for key, digest := range v["network"].(map[string]string) {
				network[key] = digest
			}
			noted = map[string]any{"network": network}
			return nil
		}))
		return nil
	}, pulumi.WithMocksWithOrganization("organization", "ringfence-data", "dev", upstreamOnly(outputs)),
		func(info *pulumi.RunInfo) { info.DryRun = preview })
	if err != nil {
		t.Fatal(err)
	}
	return noted
}

func TestUnitOutdatedFieldsAreNamed(t *testing.T) {
	noted := notes(t, good(), false)
	changes := map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"nothing":                     {func(map[string]any) {}, ""},
		"a text":                      {func(o map[string]any) { o["vpcId"] = "vpc-2" }, "vpcId"},
		"an element of a list":        {func(o map[string]any) { o["privateSubnetIds"] = []any{"subnet-1", "subnet-3"} }, "privateSubnetIds"},
		"the order of a list":         {func(o map[string]any) { o["privateSubnetIds"] = []any{"subnet-2", "subnet-1"} }, "privateSubnetIds"},
		"an entry of a mapping":       {func(o map[string]any) { o["endpointIds"] = map[string]any{"sts": "vpce-3"} }, "endpointIds"},
		"one that is gone":            {func(o map[string]any) { delete(o, "vpcId") }, "vpcId"},
		"one that nobody has read":    {func(o map[string]any) { o["new"] = "x" }, ""},
		"the version":                 {func(o map[string]any) { o["contractVersion"] = 2.0 }, "contractVersion"},
		"what upstream itself reads":  {func(o map[string]any) { o[ConsumedKey] = map[string]any{"other": "x"} }, ""},
		"several, in sorted order":    {func(o map[string]any) { o["vpcId"], o["s3EndpointId"] = "x", "y" }, "s3EndpointId vpcId"},
		"everything, when it is gone": {func(o map[string]any) { clear(o) }, strings.Join(slices.Sorted(maps.Keys(good())), " ")},
	}
	for name, tt := range changes {
		outputs := good()
		tt.change(outputs)
		fields, known := Outdated(noted, "network", outputs)
		if got := strings.Join(fields, " "); !known || got != tt.want {
			t.Errorf("%s: outdated are %q, want %q; noted: %t", name, got, tt.want, known)
		}
	}
}

// The digest does not depend on the order in which a mapping was written.
func TestUnitDigestIsOfTheValue(t *testing.T) {
	one := digest(map[string]any{"a": "1", "b": "2"})
	other := digest(map[string]any{"b": "2", "a": "1"})
	if want := "sha256:21f76dfbfe6dfe21f762080ef484112cf2952974cef30741fd1931e1c6d92112"; one != other || one != want {
		t.Errorf("got %s and %s, want %s", one, other, want)
	}
}

func TestUnitNothingNotedIsUnknown(t *testing.T) {
	for _, consumed := range []any{nil, "text", map[string]any{}, map[string]any{"security": map[string]any{"a": "b"}}, map[string]any{"network": "text"}} {
		if fields, known := Outdated(consumed, "network", good()); known || len(fields) > 0 {
			t.Errorf("%v: outdated are %v, noted: %t", consumed, fields, known)
		}
	}
}

// In a preview, what is not known yet has no digest, and that is no error.
func TestUnitNotesOfAPreview(t *testing.T) {
	pending := good()
	delete(pending, "vpcId")
	pending[PendingKey] = []any{"vpcId"}
	for name, outputs := range map[string]map[string]any{"a field pending": pending, "not deployed": {}} {
		if noted := notes(t, outputs, true); noted != nil {
			t.Errorf("%s: noted as %v", name, noted)
		}
	}
	if noted := notes(t, good(), true); noted == nil {
		t.Error("all is known, and nothing was noted")
	}
}
