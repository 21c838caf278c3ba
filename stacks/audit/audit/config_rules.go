package audit

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cfg"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// configRules are the managed rules that watch what the estate stands on, in
// this account, whoever made it: the trail, the keys, the buckets, the way out
// of the network, and the notebooks, models and endpoints that teams make
// themselves (AWS Config Developer Guide, "List of AWS Config Managed Rules").
// Security Hub has hundreds more, where it is on.
var configRules = []string{
	"CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
	"CMK_BACKING_KEY_ROTATION_ENABLED",
	"EC2_IMDSV2_CHECK",
	"ENCRYPTED_VOLUMES",
	"IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
	"MULTI_REGION_CLOUD_TRAIL_ENABLED",
	"NO_UNRESTRICTED_ROUTE_TO_IGW",
	"S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
	"S3_BUCKET_SSL_REQUESTS_ONLY",
	"SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED",
	"SAGEMAKER_MODEL_ISOLATION_ENABLED",
	"SAGEMAKER_NOTEBOOK_INSTANCE_INSIDE_VPC",
	"SAGEMAKER_NOTEBOOK_INSTANCE_KMS_KEY_CONFIGURED",
	"SAGEMAKER_NOTEBOOK_INSTANCE_ROOT_ACCESS_CHECK",
	"SAGEMAKER_NOTEBOOK_NO_DIRECT_INTERNET_ACCESS",
	"VPC_FLOW_LOGS_ENABLED",
}

// discoveryRule says whether the automated discovery of Macie is on.
const discoveryRule = "MACIE_AUTO_SENSITIVE_DATA_DISCOVERY_CHECK"

// newConfigRules makes the rules. There can be none without a recorder.
func (a *audit) newConfigRules(ctx *pulumi.Context, recorded *cfg.Recorder) error {
	identifiers := slices.Clone(configRules)
	if a.Env.Features.Macie {
		identifiers = append(identifiers, discoveryRule)
	}
	for _, identifier := range identifiers {
		name := strings.ToLower(strings.ReplaceAll(identifier, "_", "-"))
		if _, err := cfg.NewRule(ctx, name, &cfg.RuleArgs{
			Name:   pulumi.String(a.Names.Of(name)),
			Source: cfg.RuleSourceArgs{Owner: pulumi.String("AWS"), SourceIdentifier: pulumi.String(identifier)},
		}, pulumi.Parent(recorded), pulumi.DependsOn([]pulumi.Resource{recorded})); err != nil {
			return err
		}
	}
	return nil
}
