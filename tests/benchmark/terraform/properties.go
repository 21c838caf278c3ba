package terraform

import (
	"strings"
	"unicode"
)

// complete lists the attributes of objects that Terraform takes as values and
// not as blocks: it wants them written even where they are empty.
var complete = map[string][]string{
	"aws_network_acl.egress":  {"icmp_code", "icmp_type", "ipv6_cidr_block"},
	"aws_network_acl.ingress": {"icmp_code", "icmp_type", "ipv6_cidr_block"},
}

// singular are the lists of plain values that Pulumi calls after many and
// Terraform after one. Its mapping does not say, because the rule is its own.
var singular = map[string]string{
	"aws_iam_openid_connect_provider.client_id_lists":  "client_id_list",
	"aws_iam_openid_connect_provider.thumbprint_lists": "thumbprint_list",
}

// properties translates the property names of an object at a path.
func (k kind) properties(path string, inputs map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range inputs {
		property := k.property(path, name, value)
		at := join(path, property)
		switch v := value.(type) {
		case map[string]any:
			if name == "tags" { // keys of the user's own
				out[property] = v
			} else {
				out[property] = k.properties(at, v)
			}
		case []any:
			out[property] = k.elements(at, v)
		default:
			out[property] = v
		}
	}
	return out
}

func (k kind) elements(path string, list []any) []any {
	out := make([]any, len(list))
	for i, element := range list {
		out[i] = element
		if object, ok := element.(map[string]any); ok {
			translated := k.properties(path, object)
			for _, attribute := range complete[join(k.name, path)] {
				if _, written := translated[attribute]; !written {
					translated[attribute] = nil
				}
			}
			out[i] = translated
		}
	}
	return out
}

// property is the Terraform name of a property. Where the mapping has none, it
// is the same words with underscores, and a list of blocks is called after one
// of them.
func (k kind) property(path, name string, value any) string {
	for at, mapped := range k.names {
		parent, last := split(at)
		if mapped == name && parent == path {
			return last
		}
	}
	snake := underscored(name)
	if one, ok := singular[join(k.name, join(path, snake))]; ok {
		return one
	}
	if list, ok := value.([]any); ok && len(list) > 0 {
		if _, blocks := list[0].(map[string]any); blocks {
			return strings.TrimSuffix(snake, "s")
		}
	}
	return snake
}

// underscored writes someName as some_name.
func underscored(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func split(path string) (parent, last string) {
	i := strings.LastIndex(path, ".")
	return path[:max(i, 0)], path[i+1:]
}
