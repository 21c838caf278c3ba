package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// resource is a resource of a root module.
type resource struct {
	kind, name string
	// handle is the name that AWS knows it under.
	handle string
	body   map[string]any
	// needs are the resources that must be there before.
	needs []*resource
}

// address is how expressions name the resource.
func (r *resource) address() string { return r.kind + "." + r.label() }

// label is the Pulumi name as a Terraform identifier.
func (r *resource) label() string { return strings.ReplaceAll(r.name, ".", "-") }

// reaches reports whether r needs other, however indirectly.
func (r *resource) reaches(other *resource) bool {
	return r == other || slices.ContainsFunc(r.needs, func(n *resource) bool { return n.reaches(other) })
}

// order says what waits for what without holding a reference to it, as in the
// programs. Parts of a bucket wait for parts of the same bucket.
var order = map[string][]string{
	"aws_s3_bucket_policy": {
		"aws_s3_bucket_public_access_block", "aws_s3_bucket_ownership_controls", "aws_s3_bucket_versioning",
	},
	"aws_s3_bucket_lifecycle_configuration": {"aws_s3_bucket_versioning"},
	"aws_default_network_acl":               {"aws_network_acl"},
	"aws_cloudtrail":                        {"aws_iam_role_policy"},
}

// module is a root module in the making.
type module struct {
	resources []*resource
	marks     []mark
	// roles are expressions for the names of upstream roles.
	roles map[string]string
}

// module writes a stack as a root module in Terraform's JSON syntax.
func (e *Estate) module(stack graph.Name) (map[string]any, error) {
	m := &module{roles: map[string]string{}}
	var err error
	if m.resources, err = e.resources(stack); err != nil {
		return nil, err
	}
	for _, r := range m.resources {
		m.marks = append(m.marks, e.marks(r)...)
	}
	upstream := map[string]any{}
	for _, dependency := range graph.DependsOn(stack) {
		upstream[string(dependency)] = e.upstream(m, dependency)
	}
	if err := m.refer(); err != nil {
		return nil, err
	}
	written := map[string]any{}
	for key, value := range e.recordings[stack].Outputs {
		if value, err = m.values(nil, value); err != nil {
			return nil, fmt.Errorf("output %s: %w", key, err)
		}
		written[key] = map[string]any{"value": value}
	}
	text := e.head()
	text["resource"], text["output"] = m.blocks(), written
	if len(upstream) > 0 {
		text["data"] = map[string]any{"terraform_remote_state": upstream}
	}
	return text, nil
}

// head configures the provider as the programs do for the emulator.
func (e *Estate) head() map[string]any {
	return map[string]any{
		"terraform": map[string]any{"required_providers": map[string]any{
			"aws": map[string]any{"source": "hashicorp/aws", "version": ProviderVersion},
		}},
		"provider": map[string]any{"aws": map[string]any{
			"region":                  e.names.Region,
			"allowed_account_ids":     []string{e.names.Account},
			"s3_use_path_style":       true,
			"skip_metadata_api_check": true,
			"max_retries":             3,
		}},
	}
}

// upstream links a module to the state of another one.
func (e *Estate) upstream(m *module, dependency graph.Name) map[string]any {
	found := imports("data.terraform_remote_state."+string(dependency)+".outputs", e.recordings[dependency].Outputs)
	for _, mark := range found {
		if _, role, ok := strings.Cut(mark.value, ":role/"); ok {
			m.roles[role] = fmt.Sprintf(`split("/", %s)[1]`, mark.expression)
		}
	}
	m.marks = append(m.marks, found...)
	return map[string]any{
		"backend": "local",
		"config":  map[string]any{"path": "../" + string(dependency) + "/terraform.tfstate"},
	}
}

// refer turns recorded values into references. Policies come last: where two
// resources name each other, it is a policy that names the other by its ARN,
// which is known beforehand.
func (m *module) refer() error {
	for _, r := range m.resources {
		for _, key := range slices.Sorted(maps.Keys(r.body)) {
			if _, ok := r.body[key].(document); ok {
				continue
			}
			var err error
			if r.body[key], err = m.property(r, key, r.body[key]); err != nil {
				return fmt.Errorf("%s: %s: %w", r.address(), key, err)
			}
		}
	}
	m.wait()
	// What AWS computes cannot stay a text, so it is linked before what is known
	// beforehand: the other way round a circle could leave no room for it.
	if err := m.policies(func(r *resource, text string) (any, error) {
		_, err := rewrite(text, m.marks, func(m mark) (bool, error) {
			if !m.computed {
				return false, nil
			}
			return r.take(m)
		})
		return document(text), err
	}); err != nil {
		return err
	}
	return m.policies(func(r *resource, text string) (any, error) { return rewrite(text, m.marks, r.take) })
}

// policies replaces every policy by what with makes of it.
func (m *module) policies(with func(*resource, string) (any, error)) error {
	for _, r := range m.resources {
		for _, key := range slices.Sorted(maps.Keys(r.body)) {
			policy, ok := r.body[key].(document)
			if !ok {
				continue
			}
			var err error
			if r.body[key], err = with(r, string(policy)); err != nil {
				return fmt.Errorf("%s: %s: %w", r.address(), key, err)
			}
		}
	}
	return nil
}

// property turns the recorded values of a property into references.
func (m *module) property(r *resource, key string, value any) (any, error) {
	text, isText := value.(string)
	link, isLink := links[key]
	if !isText || !isLink {
		return m.values(r, value)
	}
	if r.kind == link.kind {
		return literal(text), nil // its own name
	}
	if other := linked(m.resources, link.kind, text); other != nil {
		r.needs = append(r.needs, other)
		return "${" + other.address() + "." + link.attribute + "}", nil
	}
	if role, ok := m.roles[text]; ok && key == "role" {
		return "${" + role + "}", nil
	}
	return m.values(r, value)
}

// values turns all recorded values within a value into references; r is the
// resource that it belongs to, or nil.
func (m *module) values(r *resource, value any) (any, error) {
	var err error
	switch v := value.(type) {
	case string:
		return rewrite(v, m.marks, r.take)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			if out[i], err = m.values(r, v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if out[key], err = m.values(r, v[key]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return value, nil
}

// take decides whether r refers to what a mark stands for, and remembers it.
func (r *resource) take(m mark) (bool, error) {
	switch {
	case r == nil || m.owner == nil:
		return true, nil
	case !m.owner.reaches(r):
		r.needs = append(r.needs, m.owner)
		return true, nil
	case m.computed:
		return false, fmt.Errorf("names %s, which itself needs %s", m.owner.address(), r.address())
	}
	return false, nil
}

// wait adds the order that no reference shows.
func (m *module) wait() {
	for _, r := range m.resources {
		var before []string
		for _, other := range m.resources {
			sameBucket := !strings.HasPrefix(r.kind, "aws_s3_") || other.handle == r.handle
			if slices.Contains(order[r.kind], other.kind) && sameBucket {
				r.needs = append(r.needs, other)
				before = append(before, other.address())
			}
		}
		if before != nil {
			r.body["depends_on"] = before
		}
	}
}

// blocks are the module's resources by type and label.
func (m *module) blocks() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, r := range m.resources {
		if out[r.kind] == nil {
			out[r.kind] = map[string]any{}
		}
		out[r.kind][r.label()] = r.body
	}
	return out
}
