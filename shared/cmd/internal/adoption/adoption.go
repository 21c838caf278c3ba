// Package adoption finds in AWS what a creation has left whose end nobody knows.
//
// AWS may have done what it was asked for although its answer was lost. Its rules:
// only what carries the environment's tags, or what the estate's fixed names alone
// can mean, is found; and where a creation can be repeated without harm, there is
// nothing to find.
package adoption

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/ringfence/ringfence/shared/cmd/internal/belongings"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/names"
)

// Finder looks for what creations have left.
type Finder struct {
	AWS aws.Config
	// Names are those of the stacks, their account and their region.
	Names names.Names
	// Environment is the name of the environment file.
	Environment string
	// Unknown is what carries the environment's tags and is in no state.
	Unknown []belongings.Thing
}

// Find returns what stands of the creations, in their order.
func (f Finder) Find(ctx context.Context, creations []state.Creation) ([]engine.Found, error) {
	var found []engine.Found
	taken := map[string]bool{}
	for _, c := range creations {
		id, err := f.find(ctx, c, taken)
		if err != nil {
			return nil, fmt.Errorf("looking for %s: %w", engine.Label(c.URN), err)
		}
		if id != "" {
			taken[id] = true
			found = append(found, engine.Found{Creation: c, ID: id})
		}
	}
	return found, nil
}

// byTag are the types that AWS gives ids of its own, by the part of their ARNs
// before the id. They are found by their tag Name.
var byTag = map[string][]string{
	"aws:ec2/vpc:Vpc":                                           {"ec2", "vpc/"},
	"aws:ec2/subnet:Subnet":                                     {"ec2", "subnet/"},
	"aws:ec2/securityGroup:SecurityGroup":                       {"ec2", "security-group/"},
	"aws:ec2/routeTable:RouteTable":                             {"ec2", "route-table/"},
	"aws:ec2/networkAcl:NetworkAcl":                             {"ec2", "network-acl/"},
	"aws:ec2/vpcEndpoint:VpcEndpoint":                           {"ec2", "vpc-endpoint/"},
	"aws:ec2/flowLog:FlowLog":                                   {"ec2", "vpc-flow-log/"},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"ec2", "security-group-rule/"},
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   {"ec2", "security-group-rule/"},
}

// find returns the id of what a creation has left; empty where it has left nothing.
func (f Finder) find(ctx context.Context, c state.Creation, taken map[string]bool) (string, error) {
	if kind, ok := byTag[c.Type]; ok {
		tags, _ := c.Inputs["tags"].(map[string]any)
		return f.tagged(kind[0], kind[1], taken, func(t belongings.Thing) bool { return t.Name != "" && t.Name == tags["Name"] }), nil
	}
	text := func(key string) string {
		value, _ := c.Inputs[key].(string)
		return value
	}
	switch c.Type {
	case "aws:cloudwatch/logGroup:LogGroup":
		if name := text("name"); f.tagged("logs", "log-group:"+name, taken, exactly("log-group:"+name)) != "" {
			return name, nil
		}
	case "aws:cloudtrail/trail:Trail":
		return f.tagged("cloudtrail", "trail/", taken, exactly("trail/"+text("name"))), nil
	case "aws:kms/key:Key":
		return f.key(ctx, text("description"), taken)
	case "aws:kms/alias:Alias":
		return f.alias(ctx, text("name"))
	case "aws:s3/bucketV2:BucketV2":
		return f.bucket(ctx, text("bucket"))
	}
	return f.identity(ctx, c.Type, text("name"), text("url"))
}

// tagged returns the id of the first unknown thing of a service and a kind that
// fits.
func (f Finder) tagged(service, kind string, taken map[string]bool, fits func(belongings.Thing) bool) string {
	for _, t := range f.unknown(service, kind, taken) {
		if fits(t) {
			return t.ID()
		}
	}
	return ""
}

// unknown are the unknown things of a service and a kind that are not taken yet.
func (f Finder) unknown(service, kind string, taken map[string]bool) []belongings.Thing {
	var things []belongings.Thing
	for _, t := range f.Unknown {
		parts := strings.SplitN(t.ARN, ":", 6)
		if len(parts) == 6 && parts[2] == service && strings.HasPrefix(parts[5], kind) && !taken[t.ID()] {
			things = append(things, t)
		}
	}
	return things
}

// exactly fits what an ARN ends with.
func exactly(resource string) func(belongings.Thing) bool {
	return func(t belongings.Thing) bool { return strings.HasSuffix(t.ARN, ":"+resource) }
}

// key finds a key by its description: keys have no names.
func (f Finder) key(ctx context.Context, description string, taken map[string]bool) (string, error) {
	for _, t := range f.unknown("kms", "key/", taken) {
		key, err := kms.NewFromConfig(f.AWS).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &t.ARN})
		if err != nil {
			if err := unlessAbsent(err); err != nil {
				return "", err
			}
			continue
		}
		if description != "" && aws.ToString(key.KeyMetadata.Description) == description {
			return t.ID(), nil
		}
	}
	return "", nil
}

func (f Finder) alias(ctx context.Context, name string) (string, error) {
	pages := kms.NewListAliasesPaginator(kms.NewFromConfig(f.AWS), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, a := range page.Aliases {
			if aws.ToString(a.AliasName) == name {
				return name, nil
			}
		}
	}
	return "", nil
}
