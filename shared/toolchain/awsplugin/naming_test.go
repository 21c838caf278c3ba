package main

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/schema"
	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestUnitAutoName(t *testing.T) {
	input := (&schema.Schema{Type: shim.TypeString, Optional: true}).Shim()
	for _, c := range []struct {
		tfName, field, resource string
		given                   pulumi.PropertyMap
		start                   string // "" for no name
		length                  int
	}{
		{"aws_sns_topic", "name", "alarms", nil, "alarms-", 14},
		{"aws_s3_bucket", "bucket", "AuditLogs", nil, "auditlogs-", 17},
		{"aws_kms_alias", "name", "data", nil, "alias/data-", 18},
		{"aws_cloudwatch_metric_alarm", "alarm_name", "root", nil, "root-", 12},
		{"aws_iam_role", "name", "training", pulumi.PropertyMap{"namePrefix": str("x")}, "", 0},
		{"aws_iam_role", "name", strings.Repeat("r", 56), nil, strings.Repeat("r", 56) + "-", 64},
		{"aws_iam_role", "name", strings.Repeat("r", 63), nil, "", 0},
	} {
		t.Run(c.tfName+" "+c.resource, func(t *testing.T) {
			fields := map[string]*info.Schema{}
			setAutoName(c.tfName, schema.SchemaMap{c.field: input, c.field + "_prefix": input}, fields)
			name, _ := fields[c.field].Default.ComputeDefault(context.Background(), info.ComputeDefaultOptions{
				URN:        pulumi.URN("urn:pulumi:s::p::t::" + c.resource),
				Properties: c.given,
				Seed:       []byte("a seed of thirty-two bytes, same"),
			})
			got, _ := name.(string)
			if !strings.HasPrefix(got, c.start) || len(got) != c.length {
				t.Errorf("name is %q, want %q and then some, %d characters long", got, c.start, c.length)
			}
		})
	}
}
