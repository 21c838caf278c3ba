package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// identities are the values by which a recording knows what AWS computes, and
// the attributes that hold them. <name> is the Pulumi name: shared/record calls
// after it what AWS numbers. <handle> is the name that the resource was given.
var identities = map[string][]struct{ value, attribute string }{
	"aws_cloudtrail":            {{"arn:<p>:cloudtrail:<r>:<a>:trail/<handle>", "arn"}},
	"aws_cloudwatch_event_rule": {{"arn:<p>:events:<r>:<a>:rule/<handle>", "arn"}},
	"aws_cloudwatch_log_group":  {{"arn:<p>:logs:<r>:<a>:log-group:<handle>", "arn"}},
	"aws_iam_instance_profile":  {{"arn:<p>:iam::<a>:instance-profile/<handle>", "arn"}},
	"aws_iam_policy":            {{"arn:<p>:iam::<a>:policy/<handle>", "arn"}},
	"aws_iam_role":              {{"arn:<p>:iam::<a>:role/<handle>", "arn"}},
	"aws_kms_key":               {{"arn:<p>:kms:<r>:<a>:key/<name>", "arn"}},
	"aws_network_acl":           {{"acl-<name>", "id"}},
	"aws_route_table":           {{"rtb-<name>", "id"}},
	"aws_s3_bucket":             {{"arn:<p>:s3:::<handle>", "arn"}},
	// A bucket's name is handed on once its policy is in place.
	"aws_s3_bucket_policy": {{"<handle>", "id"}},
	"aws_security_group":   {{"sg-<name>", "id"}},
	"aws_sqs_queue": {
		{"arn:<p>:sqs:<r>:<a>:<handle>", "arn"},
		{"https://sqs.<r>.amazonaws.com/<a>/<handle>", "url"},
	},
	"aws_sns_topic":    {{"arn:<p>:sns:<r>:<a>:<handle>", "arn"}},
	"aws_subnet":       {{"subnet-<name>", "id"}},
	"aws_vpc":          {{"vpc-<name>", "id"}, {"acl-default", "default_network_acl_id"}},
	"aws_vpc_endpoint": {{"vpce-<name>", "id"}, {"pl-<name>", "prefix_list_id"}},
}

// links are properties that hold the bare name of a resource, a word too plain
// to be looked for in other texts.
var links = map[string]struct{ kind, attribute string }{
	"bucket":         {"aws_s3_bucket", "id"},
	"log_group_name": {"aws_cloudwatch_log_group", "name"},
	"role":           {"aws_iam_role", "name"},
	"target_key_id":  {"aws_kms_key", "key_id"},
}

// mark is a value of the recording that an expression stands for.
type mark struct {
	value string
	// expression yields the value in Terraform.
	expression string
	// owner is the resource of the same module that has it; nil for what comes
	// from an upstream module.
	owner *resource
	// computed: the value is made up, so it must not be left in a text.
	computed bool
}

// marks returns the marks of a resource.
func (e *Estate) marks(r *resource) []mark {
	fill := strings.NewReplacer("<p>", e.names.Partition(), "<r>", e.names.Region, "<a>", e.names.Account,
		"<name>", r.name, "<handle>", r.handle)
	var out []mark
	for _, identity := range identities[r.kind] {
		out = append(out, mark{
			value:      fill.Replace(identity.value),
			expression: r.address() + "." + identity.attribute,
			owner:      r,
			computed:   !strings.Contains(identity.value, "<handle>"),
		})
	}
	return out
}

// imports returns the marks of what an upstream module puts out.
func imports(expression string, value any) []mark {
	var out []mark
	switch v := value.(type) {
	case string:
		out = append(out, mark{value: v, expression: expression})
	case []any:
		for i, element := range v {
			out = append(out, imports(fmt.Sprintf("%s[%d]", expression, i), element)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, imports(fmt.Sprintf("%s[%q]", expression, key), v[key])...)
		}
	}
	return out
}

// rewrite puts references in the place of marks. A mark that the caller turns
// down stays as it is.
func rewrite(text string, marks []mark, take func(mark) (bool, error)) (string, error) {
	var out strings.Builder
	plain := 0 // where the text begins that is not written yet
	for at := 0; at < len(text); {
		m, found := longest(text, at, marks)
		if !found {
			at++
			continue
		}
		taken, err := take(m)
		if err != nil {
			return "", err
		}
		if taken {
			out.WriteString(literal(text[plain:at]) + "${" + m.expression + "}")
			plain = at + len(m.value)
		}
		at += len(m.value)
	}
	out.WriteString(literal(text[plain:]))
	return out.String(), nil
}

// longest returns the longest mark that stands at a place of a text as a whole
// word: subnet-a is not found in subnet-ab, nor vpc-x in the-vpc-x.
func longest(text string, at int, marks []mark) (found mark, ok bool) {
	if at > 0 && inWord(text[at-1]) {
		return mark{}, false
	}
	for _, m := range marks {
		end := at + len(m.value)
		if strings.HasPrefix(text[at:], m.value) && (end == len(text) || !inWord(text[end])) && len(m.value) > len(found.value) {
			found, ok = m, true
		}
	}
	return found, ok
}

func inWord(c byte) bool {
	return c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// literal keeps Terraform from reading a template in a text.
func literal(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(text)
}

// linked returns the resource of a kind that AWS knows under a name.
func linked(resources []*resource, kind, handle string) *resource {
	i := slices.IndexFunc(resources, func(r *resource) bool { return r.kind == kind && r.handle == handle })
	if i < 0 {
		return nil
	}
	return resources[i]
}
