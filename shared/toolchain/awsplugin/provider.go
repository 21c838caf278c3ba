package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/proto"
	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/mapping"
)

// providerInfo describes the provider behind server to the bridge.
func providerInfo(ctx context.Context, server tfprotov6.ProviderServer) (tfbridge.ProviderInfo, error) {
	mapped, err := mapping.Committed()
	if err != nil {
		return tfbridge.ProviderInfo{}, err
	}
	p := proto.New(ctx, server)
	provider := tfbridge.ProviderInfo{
		P:            p,
		Name:         "aws",
		Version:      mapping.SDKVersion,
		MetadataInfo: &tfbridge.MetadataInfo{Data: tfbridge.ProviderMetadata(nil)},
		Config:       config(mapped.Config, p.Schema()),
		Resources:    map[string]*info.Resource{},
		DataSources:  map[string]*info.DataSource{},
		// The provider checks its configuration again when it gets it; asking twice takes seconds.
		SkipValidateProviderConfigForPluginFramework: true,
	}
	for name, entry := range mapped.Resources {
		r, ok := p.ResourcesMap().GetOk(name)
		if !ok {
			return tfbridge.ProviderInfo{}, missing("resource", name)
		}
		provider.Resources[name] = resource(name, entry, r.Schema())
	}
	for name, entry := range mapped.Functions {
		d, ok := p.DataSourcesMap().GetOk(name)
		if !ok {
			return tfbridge.ProviderInfo{}, missing("data source", name)
		}
		provider.DataSources[name] = &info.DataSource{
			Tok:    tokens.ModuleMember(entry.Token),
			Fields: entry.Fields(d.Schema()),
		}
	}
	return provider, nil
}

func missing(kind, name string) error {
	return fmt.Errorf("the Terraform AWS provider has no %s %s: "+
		"this plugin is made for version %s of it", kind, name, mapping.TerraformVersion)
}

// config adds the defaults that the official plugin has and Terraform has not.
func config(entry mapping.Entry, schema shim.SchemaMap) map[string]*info.Schema {
	fields := entry.Fields(schema)
	fields["skip_region_validation"] = &info.Schema{Default: &info.Default{Value: true}}
	fields["skip_metadata_api_check"] = &info.Schema{Default: &info.Default{Value: true}}
	return fields
}

func resource(name string, entry mapping.Entry, schema shim.SchemaMap) *info.Resource {
	r := &info.Resource{Tok: tokens.Type(entry.Token), Fields: entry.Fields(schema)}
	setAutoName(name, schema, r.Fields)
	setValueHooks(entry, r)
	if _, ok := schema.GetOk("id"); !ok {
		r.ComputeID = computeID(name, schema, r.Fields)
	}
	return r
}

// metadata holds an empty package schema: the Go SDK has the real one built in.
func metadata() pfbridge.ProviderMetadata {
	return pfbridge.ProviderMetadata{
		PackageSchema: []byte(`{"name":"aws","version":"` + mapping.SDKVersion + `"}`),
	}
}
