package contract

import (
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// versionKey is the output that carries Contract.Version.
const versionKey = "contractVersion"

// plainTypes maps the type of a contract field to the plain type it carries.
var plainTypes = map[reflect.Type]reflect.Type{
	reflect.TypeFor[pulumi.StringOutput]():      reflect.TypeFor[string](),
	reflect.TypeFor[pulumi.StringArrayOutput](): reflect.TypeFor[[]string](),
	reflect.TypeFor[pulumi.StringMapOutput]():   reflect.TypeFor[map[string]string](),
}

// Field describes one field of a contract.
type Field struct {
	// Key is the name of the stack output.
	Key string
	// Type is what it carries: string, []string or map[string]string.
	Type reflect.Type

	index int
}

// Fields describes the fields of a contract, in their declared order.
func Fields(c Contract) []Field {
	t := reflect.TypeOf(c)
	out := make([]Field, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		plain, ok := plainTypes[f.Type]
		if !ok || f.Tag.Get("contract") == "" {
			panic(fmt.Sprintf("contract %s: field %s needs a contract tag and one of the types string, string list, string map", t.Name(), f.Name))
		}
		out = append(out, Field{Key: f.Tag.Get("contract"), Type: plain, index: i})
	}
	return out
}

// Outputs are the stack outputs that carry the contract, by key. A field that
// was never set is an error: a consumer would wait for it in vain.
func Outputs(c Contract) (map[string]pulumi.Output, error) {
	v := reflect.ValueOf(c)
	out := map[string]pulumi.Output{versionKey: pulumi.Int(c.Version()).ToIntOutput()}
	for _, f := range Fields(c) {
		if v.Field(f.index).IsZero() {
			return nil, fmt.Errorf("contract of stack %s: field %s was never set", c.Stack(), f.Key)
		}
		out[f.Key] = v.Field(f.index).Interface().(pulumi.Output)
	}
	return out, nil
}

// Export makes the contract the outputs of the running program.
func Export(ctx *pulumi.Context, c Contract) error {
	outputs, err := Outputs(c)
	if err != nil {
		return err
	}
	for key, output := range outputs {
		ctx.Export(key, output)
	}
	return nil
}
