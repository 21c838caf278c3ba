package main

import (
	"context"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// nameField is the field of a type that gets a name made of the resource's own when the
// program gives none.
type nameField struct {
	field     string // "" for name
	length    int    // the most that AWS accepts
	transform func(string) string
}

const defaultNameLength = 255

// nameFields lists the types whose names are not called name, or not free up to 255 characters.
var nameFields = map[string]nameField{
	"aws_alb":                         {length: 32},
	"aws_alb_target_group":            {length: 32},
	"aws_cloudtrail":                  {length: 128},
	"aws_cloudwatch_event_rule":       {length: 64},
	"aws_cloudwatch_metric_alarm":     {field: "alarm_name", length: 255},
	"aws_eks_cluster":                 {length: 100},
	"aws_iam_instance_profile":        {length: 128},
	"aws_iam_policy":                  {length: 128},
	"aws_iam_role":                    {length: 64},
	"aws_iam_role_policy":             {length: 128},
	"aws_iam_user":                    {length: 64},
	"aws_kms_alias":                   {length: 255, transform: kmsAlias},
	"aws_lambda_function":             {field: "function_name", length: 64},
	"aws_launch_template":             {length: 125},
	"aws_lb":                          {length: 32},
	"aws_lb_target_group":             {length: 32},
	"aws_s3_bucket":                   {field: "bucket", length: 63, transform: strings.ToLower},
	"aws_s3_bucket_object":            {field: "key", length: 1024},
	"aws_s3_object":                   {field: "key", length: 1024},
	"aws_sagemaker_endpoint":          {length: 63},
	"aws_sagemaker_model":             {length: 63},
	"aws_sagemaker_notebook_instance": {length: 63},
	"aws_sfn_state_machine":           {length: 80},
	"aws_sqs_queue":                   {length: 80},
}

func kmsAlias(name string) string {
	if strings.HasPrefix(name, "alias/") {
		return name
	}
	return "alias/" + name
}

// setAutoName makes the bridge name resources of the type tfName, unless the program names them
// or gives a prefix for AWS to complete.
func setAutoName(tfName string, schema shim.SchemaMap, fields map[string]*info.Schema) {
	named := nameFields[tfName]
	if named.field == "" {
		named.field = "name"
	}
	if named.length == 0 {
		named.length = defaultNameLength
	}
	s, ok := schema.GetOk(named.field)
	if !ok || s.Type() != shim.TypeString || !s.Required() && !s.Optional() {
		return
	}
	property := tfbridge.TerraformToPulumiNameV2(named.field, schema, fields)
	prefix := pulumi.PropertyKey(tfbridge.TerraformToPulumiNameV2(named.field+"_prefix", schema, fields))
	options := info.AutoNameOptions{
		Separator: "-", Randlen: 7, Maxlen: named.length, Transform: named.transform,
	}
	fields[named.field] = &info.Schema{Name: property, Default: &info.Default{
		AutoNamed: true,
		ComputeDefault: func(ctx context.Context, o info.ComputeDefaultOptions) (any, error) {
			if _, given := o.Properties[prefix]; given {
				return nil, nil
			}
			return info.ComputeAutoNameDefault(ctx, options, o)
		},
	}}
}

// computeID finds an id for resources of a type that has none in Terraform: the property that
// is named after the type and ends in id or arn, else the ARN, else the strings that make the
// resource what it is.
func computeID(tfName string, schema shim.SchemaMap, fields map[string]*info.Schema) info.ComputeID {
	var ids, parts []pulumi.PropertyKey
	for field, s := range schema.Range {
		if s.Type() != shim.TypeString {
			continue
		}
		property := pulumi.PropertyKey(tfbridge.TerraformToPulumiNameV2(field, schema, fields))
		owner := strings.TrimSuffix(strings.TrimSuffix(field, "_id"), "_arn")
		switch {
		case s.Computed() && (field == "arn" || owner != field && strings.HasSuffix(tfName, owner)):
			ids = append(ids, property)
		case s.Required():
			parts = append(parts, property)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids) // xId before xArn before arn
	slices.Sort(parts)
	return func(_ context.Context, state pulumi.PropertyMap) (pulumi.ID, error) {
		for _, property := range ids {
			if v := state[property]; v.IsString() && v.StringValue() != "" {
				return pulumi.ID(v.StringValue()), nil
			}
		}
		id := []string{}
		for _, property := range parts {
			if v := state[property]; v.IsString() {
				id = append(id, v.StringValue())
			}
		}
		if len(id) == 0 {
			return pulumi.ID(tfName), nil // one for each account and region
		}
		return pulumi.ID(strings.Join(id, ",")), nil
	}
}
