package program

import (
	"fmt"
	"maps"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	environment "github.com/ringfence/ringfence/shared/config"
)

// tagEverything gives every taggable resource of the program the tags that
// control DAT-25 asks for. A tag that the resource sets itself wins. Whether a
// resource can be tagged is read from its arguments, so no new resource can be
// forgotten.
func tagEverything(ctx *pulumi.Context, env *environment.Environment) error {
	tags := pulumi.ToStringMap(env.Tags())
	return ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		field, ok := tagsOf(args.Props)
		if !ok {
			return nil
		}
		merged := maps.Clone(tags)
		switch own := field.Interface().(type) {
		case nil:
		case pulumi.StringMap:
			maps.Copy(merged, own)
		default:
			panic(fmt.Sprintf("resource %s: its tags are %T; write them as pulumi.StringMap, so that the required tags can be added", args.Name, own))
		}
		field.Set(reflect.ValueOf(merged))
		return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: args.Opts}
	})
}

// tagsOf finds the Tags field in a resource's arguments.
func tagsOf(props pulumi.Input) (reflect.Value, bool) {
	v := reflect.ValueOf(props)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}, false
	}
	field := v.Elem().FieldByName("Tags")
	if !field.IsValid() || field.Type() != reflect.TypeFor[pulumi.StringMapInput]() {
		return reflect.Value{}, false
	}
	return field, true
}
