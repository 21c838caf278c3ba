package snapshot

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Plain turns the engine's values into plain ones: what is not known yet and
// what is secret becomes Unknown.
func Plain(values resource.PropertyMap) map[string]any {
	out := make(map[string]any, len(values))
	for key, value := range values {
		out[string(key)] = plain(value)
	}
	return out
}

func plain(v resource.PropertyValue) any {
	switch {
	case v.IsComputed(), v.IsSecret(), v.IsOutput() && (!v.OutputValue().Known || v.OutputValue().Secret):
		return Unknown
	case v.IsOutput():
		return plain(v.OutputValue().Element)
	case v.IsArray():
		out := []any{}
		for _, item := range v.ArrayValue() {
			out = append(out, plain(item))
		}
		return out
	case v.IsObject():
		return Plain(v.ObjectValue())
	default:
		return v.V
	}
}

// IsCustom reports whether a type is of a resource that a provider makes, and not
// of one of this project's components.
func IsCustom(resourceType string) bool { return !strings.HasPrefix(resourceType, "ringfence:") }
