package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/ringfence/ringfence/shared/golden"
)

// closed are the types that take one of a few values.
var closed = map[reflect.Type][]any{
	reflect.TypeFor[Target]():         {AWS, Emulator},
	reflect.TypeFor[Lifecycle]():      {Ephemeral, Standard, Protected},
	reflect.TypeFor[Kind]():           {Training, Processing, Notebook, Inference, Agent},
	reflect.TypeFor[Service]():        {SageMaker, EC2, Bedrock, Lambda},
	reflect.TypeFor[Classification](): {classifications[0], classifications[1], classifications[2], classifications[3]},
}

// The JSON schema beside the environment files lets an editor explain and
// check them. It is made from the types and their comments.
func TestUnitSchemaFollowsTheTypes(t *testing.T) {
	reflector := &jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true, // what is required is said by validate, with reasons
		Anonymous:                  true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if values, ok := closed[t]; ok {
				return &jsonschema.Schema{Type: "string", Enum: values}
			}
			return nil
		},
	}
	if err := reflector.AddGoComments("github.com/ringfence/ringfence/shared/config", "./", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	schema := reflector.Reflect(&Environment{})
	for _, definition := range schema.Definitions {
		definition.Description = unwrap(definition.Description)
		for property := definition.Properties.Oldest(); property != nil; property = property.Next() {
			property.Value.Description = unwrap(property.Value.Description)
		}
	}
	schema.ID = ""
	schema.Title = "Ringfence environment"
	golden.CheckJSON(t, environments+"/environment.schema.json", schema)
}

// unwrap joins the lines of a comment.
func unwrap(comment string) string { return strings.ReplaceAll(comment, "\n", " ") }

func TestUnitEnvironmentsNameTheirSchema(t *testing.T) {
	for _, name := range List(environments) {
		if !strings.HasPrefix(read(t, environments+"/"+name+".yaml"), "# yaml-language-server: $schema=environment.schema.json\n") {
			t.Errorf("%s.yaml does not name its schema in the first line", name)
		}
	}
}
