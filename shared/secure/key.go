package secure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// KeyArgs describes a customer-managed key.
type KeyArgs struct {
	Setting
	// Name is the key's name; its alias is alias/<prefix>-<name>.
	Name string
	// Description says what the key encrypts.
	Description string
	// Uses are the statements that let principals use the key. None may
	// administer it.
	Uses []iampolicy.Statement
}

// Key is a symmetric customer-managed key that rotates every year. Those who
// administer it cannot use it, and those who use it cannot administer it
// (controls DAT-01 to DAT-05).
type Key struct {
	pulumi.ResourceState

	ARN pulumi.StringOutput
}

// keyAdministration lists what IAM may let administrators of the account do
// with a key: everything but use it or hand it on.
var keyAdministration = []string{
	"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
	"kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
	"kms:ListGrants", "kms:ListKeyPolicies", "kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy",
	"kms:RetireGrant", "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
	"kms:UpdateAlias", "kms:UpdateKeyDescription",
}

// keyUse lists all that a statement of KeyArgs.Uses may allow. CreateGrant is
// among it for the services that hold a volume's key open; it needs the
// condition kms:GrantIsForAWSResource.
var keyUse = []string{
	"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
	"kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:GenerateDataKeyWithoutPlaintext",
	"kms:ReEncryptFrom", "kms:ReEncryptTo",
}

// NewKey registers a key with its alias.
func NewKey(ctx *pulumi.Context, args KeyArgs, opts ...pulumi.ResourceOption) (*Key, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	k := &Key{}
	if err := ctx.RegisterComponentResource("ringfence:secure:Key", args.Name, k, opts...); err != nil {
		return nil, err
	}
	policy := iampolicy.Document{Statements: append([]iampolicy.Statement{{
		Sid:        "AdministerThroughIAM",
		Effect:     iampolicy.Allow,
		Principals: iampolicy.AWS(pulumi.String(args.Names.RootARN())),
		Actions:    keyAdministration,
		Resources:  iampolicy.Strings("*"), // in a key policy: this key
	}}, args.Uses...)}
	key, err := kms.NewKey(ctx, args.Name, &kms.KeyArgs{
		Description:          pulumi.String(args.Description),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(args.Safeguards.KeyDeletionDays),
		Policy:               policy.JSON(),
	}, args.guarded(k)...)
	if err != nil {
		return nil, err
	}
	if _, err := kms.NewAlias(ctx, args.Name, &kms.AliasArgs{
		Name:        pulumi.String(args.Names.KeyAlias(args.Name)),
		TargetKeyId: key.KeyId,
	}, pulumi.Parent(k)); err != nil {
		return nil, err
	}
	k.ARN = key.Arn
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{"arn": k.ARN})
}

func (a KeyArgs) check() error {
	for _, s := range a.Uses {
		for _, action := range s.Actions {
			if !slices.Contains(keyUse, action) {
				return fmt.Errorf("key %s, statement %s: %s is not a use of a key; uses are %s", a.Name, s.Sid, action, strings.Join(keyUse, ", "))
			}
			if action == "kms:CreateGrant" && !has(s.Conditions, "kms:GrantIsForAWSResource") {
				return fmt.Errorf("key %s, statement %s: kms:CreateGrant needs the condition kms:GrantIsForAWSResource (control DAT-05)", a.Name, s.Sid)
			}
		}
		if len(s.Conditions) == 0 {
			return fmt.Errorf("key %s, statement %s: the use of a key needs a condition, such as kms:ViaService (control DAT-04)", a.Name, s.Sid)
		}
	}
	return nil
}

func has(conditions []iampolicy.Condition, key string) bool {
	return slices.ContainsFunc(conditions, func(c iampolicy.Condition) bool { return c.Key == key })
}
