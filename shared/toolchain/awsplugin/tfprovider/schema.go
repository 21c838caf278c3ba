package tfprovider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
)

// giant is a data source with one attribute whose type takes longer to parse than the types of
// all others together. It is left out.
const giant = "aws_quicksight_analysis"

// GetProviderSchema returns the schema without descriptions, which nobody reads at run time.
func (s *Server) GetProviderSchema(
	ctx context.Context, _ *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	if r := s.stored.read(); r != nil {
		return r, nil
	}
	r, err := s.client.GetSchema(ctx, &tfplugin5.GetProviderSchema_Request{})
	if err != nil {
		return nil, err
	}
	delete(r.DataSourceSchemas, giant)
	if len(r.Diagnostics) == 0 {
		s.stored.save(r)
	}
	return schemaResponse(r), nil
}

func schemaResponse(r *tfplugin5.GetProviderSchema_Response) *tfprotov6.GetProviderSchemaResponse {
	reader := schemaReader{types: map[string]tftypes.Type{}}
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:          reader.schema(r.Provider),
		ResourceSchemas:   reader.schemas(r.ResourceSchemas),
		DataSourceSchemas: reader.schemas(r.DataSourceSchemas),
		Diagnostics:       diagnostics(r.Diagnostics),
	}
}

// schemaReader translates schemas. It parses each type once: a provider's thousands of
// attributes have few types between them.
type schemaReader struct{ types map[string]tftypes.Type }

func (s schemaReader) schemas(list map[string]*tfplugin5.Schema) map[string]*tfprotov6.Schema {
	translated := make(map[string]*tfprotov6.Schema, len(list))
	for name, schema := range list {
		translated[name] = s.schema(schema)
	}
	return translated
}

func (s schemaReader) schema(schema *tfplugin5.Schema) *tfprotov6.Schema {
	return &tfprotov6.Schema{Version: schema.Version, Block: s.block(schema.Block)}
}

// block leaves out the descriptions: nobody reads them at run time.
func (s schemaReader) block(b *tfplugin5.Schema_Block) *tfprotov6.SchemaBlock {
	return &tfprotov6.SchemaBlock{
		Version:    b.Version,
		Attributes: each(b.Attributes, s.attribute),
		BlockTypes: each(b.BlockTypes, s.nestedBlock),
		Deprecated: b.Deprecated,
	}
}

func (s schemaReader) nestedBlock(b *tfplugin5.Schema_NestedBlock) *tfprotov6.SchemaNestedBlock {
	return &tfprotov6.SchemaNestedBlock{
		TypeName: b.TypeName,
		Block:    s.block(b.Block),
		Nesting:  tfprotov6.SchemaNestedBlockNestingMode(b.Nesting),
		MinItems: b.MinItems,
		MaxItems: b.MaxItems,
	}
}

func (s schemaReader) attribute(a *tfplugin5.Schema_Attribute) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{
		Name:       a.Name,
		Type:       s.parse(a.Type),
		Required:   a.Required,
		Optional:   a.Optional,
		Computed:   a.Computed,
		Sensitive:  a.Sensitive,
		Deprecated: a.Deprecated,
	}
}

func (s schemaReader) parse(notation []byte) tftypes.Type {
	t, known := s.types[string(notation)]
	if !known {
		var err error
		//nolint:staticcheck // The only public reader of the notation that the wire uses.
		if t, err = tftypes.ParseJSONType(notation); err != nil {
			panic(fmt.Sprintf("schema of the Terraform provider has type %s: %v", notation, err))
		}
		s.types[string(notation)] = t
	}
	return t
}
