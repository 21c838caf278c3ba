package main

import (
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/schema"
	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/mapping"
)

func TestUnitValuesFromThePrograms(t *testing.T) {
	unknown := pulumi.MakeComputed(str(""))
	role := pulumi.MakeCustomResourceReference("urn:pulumi:s::p::aws:iam/role:Role::r", "training-1", "")
	for _, c := range []struct {
		name       string
		given, got pulumi.PropertyValue
	}{
		{"text stays", str(`{"Version": "2012-10-17"}`), str(`{"Version": "2012-10-17"}`)},
		{"a document becomes JSON", object("Version", str("2012-10-17")), str(`{"Version":"2012-10-17"}`)},
		{"a document not known whole is not known", object("Resource", unknown), unknown},
		{"what is not known stays so", unknown, unknown},
		{"a resource becomes its id", role, str("training-1")},
		{"null stays", pulumi.NewNullProperty(), pulumi.NewNullProperty()},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &info.Resource{}
			setValueHooks(mapping.Entry{Open: []string{"policy", "roles[*]"}}, r)
			got, err := r.PreCheckCallback(t.Context(), pulumi.PropertyMap{
				"policy": c.given, "roles": pulumi.NewArrayProperty([]pulumi.PropertyValue{c.given}),
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !got["policy"].DeepEquals(c.got) || !got["roles"].ArrayValue()[0].DeepEquals(c.got) {
				t.Errorf("got %v, want %v", got, c.got)
			}
		})
	}
}

func TestUnitValuesToThePrograms(t *testing.T) {
	r := &info.Resource{}
	setValueHooks(mapping.Entry{
		Bools: []string{"encrypted", "logs.audit", "none"}, Numbers: []string{"delay"}, Files: []string{"code"},
	}, r)
	got, err := r.TransformOutputs(t.Context(), pulumi.PropertyMap{
		"encrypted": str("true"), "logs": object("audit", str("")), "delay": str("300"), "code": str("/tmp/x"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := pulumi.PropertyMap{
		"encrypted": pulumi.NewBoolProperty(true),
		"logs":      object("audit", pulumi.NewNullProperty()),
		"delay":     pulumi.NewNumberProperty(300),
	}
	if !got.DeepEquals(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestUnitFilesKeepTheirPathWithTheirContent(t *testing.T) {
	path := func(content string) string {
		a, err := asset.FromText(content)
		if err != nil {
			t.Fatal(err)
		}
		v, err := filePath(pulumi.NewAssetProperty(a))
		if err != nil {
			t.Fatal(err)
		}
		return v.StringValue()
	}
	t.Setenv("TMPDIR", t.TempDir())
	first, same, other := path("one"), path("one"), path("two")
	if first != same || first == other {
		t.Errorf("paths of the same content are %q and %q, of other content %q", first, same, other)
	}
}

func TestUnitComputedID(t *testing.T) {
	required := (&schema.Schema{Type: shim.TypeString, Required: true}).Shim()
	computed := (&schema.Schema{Type: shim.TypeString, Computed: true}).Shim()
	for _, c := range []struct {
		tfName string
		schema schema.SchemaMap
		state  pulumi.PropertyMap
		want   pulumi.ID
	}{
		{
			"aws_bedrock_guardrail",
			schema.SchemaMap{"name": required, "guardrail_arn": computed, "guardrail_id": computed},
			pulumi.PropertyMap{"name": str("pii"), "guardrailArn": str("arn:g"), "guardrailId": str("g1")}, "g1",
		},
		{
			"aws_inspector2_filter",
			schema.SchemaMap{"name": required, "arn": computed},
			pulumi.PropertyMap{"name": str("low"), "arn": str("arn:f")}, "arn:f",
		},
		{
			"aws_xray_resource_policy",
			schema.SchemaMap{"policy_name": required, "policy_document": required},
			pulumi.PropertyMap{"policyName": str("n"), "policyDocument": str("d")}, "d,n",
		},
		{"aws_quicksight_account_settings", schema.SchemaMap{}, nil, "aws_quicksight_account_settings"},
	} {
		t.Run(c.tfName, func(t *testing.T) {
			got, err := computeID(c.tfName, c.schema, nil)(t.Context(), c.state)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("id is %q, want %q", got, c.want)
			}
		})
	}
}

func str(s string) pulumi.PropertyValue { return pulumi.NewStringProperty(s) }

func object(property string, v pulumi.PropertyValue) pulumi.PropertyValue {
	return pulumi.NewObjectProperty(pulumi.PropertyMap{pulumi.PropertyKey(property): v})
}
