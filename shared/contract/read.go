package contract

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PendingKey is an output that lists fields which exist but whose values are
// not known yet: what a preview of the upstream stack leaves in a copy of its
// state for a preview of this one. A deployed stack never has it.
const PendingKey = "contractPending"

// Read returns the contract that stack T exports in the environment of the
// running program. It fails when a field is missing, has another type, or when
// the contract's version is not the one this program was built for.
//
// In a preview, an upstream stack that exists in the backend but has no outputs
// is taken as not deployed yet: every field is unknown and a warning says so.
func Read[T Contract](ctx *pulumi.Context) (T, error) {
	var c T
	upstream := c.Stack()
	name := fmt.Sprintf("%s/%s/%s", ctx.Organization(), upstream.Project(), ctx.Stack())
	ref, err := pulumi.NewStackReference(ctx, string(upstream), &pulumi.StackReferenceArgs{Name: pulumi.String(name)})
	if err != nil {
		return c, fmt.Errorf("read stack %s: %w", name, err)
	}
	get := func(key string) (any, error) {
		details, err := ref.GetOutputDetails(key)
		if err != nil {
			return nil, fmt.Errorf("read output %s of stack %s: %w", key, name, err)
		}
		if details.SecretValue != nil {
			return nil, fmt.Errorf("stack %s: output %s is a secret; contracts hold no secrets", name, key)
		}
		return details.Value, nil
	}
	version, err := get(versionKey)
	if err != nil {
		return c, err
	}
	if version == nil && ctx.DryRun() {
		_ = ctx.Log.Warn(fmt.Sprintf("stack %s has no outputs yet: what depends on them is shown as unknown", name), nil)
		note(ctx, c, nil)
		return unknown(c), nil
	}
	outputs := map[string]any{versionKey: version}
	for _, key := range append(keys(c), PendingKey) {
		if outputs[key], err = get(key); err != nil {
			return c, err
		}
	}
	if c, err = decode(c, name, outputs, ctx.DryRun()); err == nil {
		note(ctx, c, outputs)
	}
	return c, err
}

func keys(c Contract) []string {
	fields := Fields(c)
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Key
	}
	return out
}

// decode checks all fields and reports all that is wrong with them.
func decode[T Contract](c T, name string, outputs map[string]any, preview bool) (T, error) {
	if outputs[versionKey] == nil {
		return c, fmt.Errorf("stack %s is not deployed: it exports no contract; deploy stack %s first", name, c.Stack())
	}
	if got, ok := outputs[versionKey].(float64); !ok || int(got) != c.Version() {
		return c, fmt.Errorf("stack %s exports version %v of its contract and this program reads version %d; deploy stack %s again",
			name, outputs[versionKey], c.Version(), c.Stack())
	}
	var pending []string
	if list, err := plain(outputs[PendingKey], reflect.TypeFor[[]string]()); err == nil {
		pending = list.Interface().([]string)
	}
	v := reflect.ValueOf(&c).Elem()
	var errs []error
	for _, f := range Fields(c) {
		value := outputs[f.Key]
		if value == nil && preview && slices.Contains(pending, f.Key) {
			v.Field(f.index).Set(unknownField(f.Type))
			continue
		}
		decoded, err := plain(value, f.Type)
		if err != nil {
			errs = append(errs, fmt.Errorf("  %s: wanted %s, found %w", f.Key, describe(f.Type), err))
			continue
		}
		v.Field(f.index).Set(known(decoded))
	}
	if len(errs) > 0 {
		return c, fmt.Errorf("stack %s does not export what this program reads:\n%w\ndeploy stack %s with the same version of the code",
			name, errors.Join(errs...), c.Stack())
	}
	return c, nil
}

// plain turns a decoded JSON value into a value of type t.
func plain(value any, t reflect.Type) (reflect.Value, error) {
	wrong := func() (reflect.Value, error) { return reflect.Value{}, errors.New(found(value)) }
	switch t.Kind() {
	case reflect.String:
		if s, ok := value.(string); ok && s != "" {
			return reflect.ValueOf(s), nil
		}
	case reflect.Slice:
		items, ok := value.([]any)
		if !ok {
			return wrong()
		}
		out := make([]string, len(items))
		for i, item := range items {
			s, ok := item.(string)
			if !ok {
				return reflect.Value{}, fmt.Errorf("%s at index %d", found(item), i)
			}
			out[i] = s
		}
		return reflect.ValueOf(out), nil
	case reflect.Map:
		items, ok := value.(map[string]any)
		if !ok {
			return wrong()
		}
		out := make(map[string]string, len(items))
		for k, item := range items {
			s, ok := item.(string)
			if !ok {
				return reflect.Value{}, fmt.Errorf("%s at key %q", found(item), k)
			}
			out[k] = s
		}
		return reflect.ValueOf(out), nil
	}
	return wrong()
}

func describe(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "a list of strings"
	case reflect.Map:
		return "a map of strings"
	default:
		return "a string"
	}
}

func found(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case string:
		if v == "" {
			return "an empty string"
		}
		return "a string"
	case float64:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	default:
		return strings.TrimPrefix(fmt.Sprintf("%T", v), "*")
	}
}

func known(v reflect.Value) reflect.Value {
	switch v := v.Interface().(type) {
	case []string:
		return reflect.ValueOf(pulumi.ToStringArray(v).ToStringArrayOutput())
	case map[string]string:
		return reflect.ValueOf(pulumi.ToStringMap(v).ToStringMapOutput())
	default:
		return reflect.ValueOf(pulumi.String(v.(string)).ToStringOutput())
	}
}

func unknown[T Contract](c T) T {
	v := reflect.ValueOf(&c).Elem()
	for _, f := range Fields(c) {
		v.Field(f.index).Set(unknownField(f.Type))
	}
	return c
}

// unknownField makes an output of the field's type whose value is not known.
func unknownField(t reflect.Type) reflect.Value {
	nothing := pulumi.UnsafeUnknownOutput(nil)
	switch t.Kind() {
	case reflect.Slice:
		return reflect.ValueOf(nothing.ApplyT(func(any) []string { return nil }).(pulumi.StringArrayOutput))
	case reflect.Map:
		return reflect.ValueOf(nothing.ApplyT(func(any) map[string]string { return nil }).(pulumi.StringMapOutput))
	default:
		return reflect.ValueOf(nothing.ApplyT(func(any) string { return "" }).(pulumi.StringOutput))
	}
}
