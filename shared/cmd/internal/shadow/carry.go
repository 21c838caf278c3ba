package shadow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/contract"
)

// stackType is the type of the resource whose outputs are those of the stack.
const stackType = "pulumi:pulumi:Stack"

// Carry makes previewed outputs those of the stack in the copy, so that a
// preview of another stack reads what a deployment would leave there.
//
// The value of a secret is not in a preview's outputs. One that the state has
// stays as it is; a new one counts as not known. What the stack itself has read
// stays as it is too: no program reads that.
func (c *Copy) Carry(project, stack string, outputs map[string]any) (Carried, error) {
	known, _, err := c.Backend().Stack(project, stack)
	if err != nil {
		return Carried{}, err
	}
	deployment, err := decode(known.Deployment.Content)
	if err != nil {
		return Carried{}, fmt.Errorf("the copied state of %s: %w", project, err)
	}
	root := rootOf(deployment, project, stack)
	recorded, _ := root["outputs"].(map[string]any)
	next, unknown := carry(outputs, recorded)
	if same(next, recorded) {
		return Carried{}, nil
	}
	root["outputs"] = next
	if known.Deployment.Content, err = json.Marshal(deployment); err != nil {
		return Carried{}, err
	}
	return Carried{Changed: true, Unknown: unknown}, c.Backend().Put(project, stack, known.Deployment)
}

// Carried says what Carry has made of a stack's outputs.
type Carried struct {
	// Changed: they are not what they were. Otherwise nothing was written.
	Changed bool
	// Unknown names those that only a deployment can tell, sorted.
	Unknown []string
}

// same reports whether two sets of outputs are written alike.
func same(a, b map[string]any) bool {
	one, errOne := json.Marshal(a)
	other, errOther := json.Marshal(b)
	return errOne == nil && errOther == nil && bytes.Equal(one, other)
}

// carry turns previewed outputs into those of a state.
func carry(previewed map[string]any, recorded map[string]any) (outputs map[string]any, unknown []string) {
	outputs = map[string]any{}
	if read, noted := recorded[contract.ConsumedKey]; noted {
		outputs[contract.ConsumedKey] = read
	}
	for _, key := range slices.Sorted(maps.Keys(previewed)) {
		value := previewed[key]
		old, has := recorded[key]
		switch {
		case key == contract.ConsumedKey:
		case !mentions(value, state.IsSecret) && !mentions(value, isUnknown):
			outputs[key] = value
		case has && mentions(value, state.IsSecret) && !mentions(value, isUnknown):
			outputs[key] = old
		default:
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		outputs[contract.PendingKey] = unknown
	}
	return outputs, unknown
}

func isUnknown(v any) bool { return v == engine.UnknownValue }

// mentions reports whether a value or any part of it is of some kind.
func mentions(v any, kind func(any) bool) bool {
	if kind(v) {
		return true
	}
	switch v := v.(type) {
	case map[string]any:
		for _, part := range v {
			if mentions(part, kind) {
				return true
			}
		}
	case []any:
		for _, part := range v {
			if mentions(part, kind) {
				return true
			}
		}
	}
	return false
}

// decode reads a state so that nothing in it is lost, large numbers included.
func decode(content []byte) (map[string]any, error) {
	var deployment map[string]any
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if err := decoder.Decode(&deployment); err != nil && len(content) > 0 {
		return nil, err
	}
	if deployment == nil {
		deployment = map[string]any{}
	}
	return deployment, nil
}

// rootOf is the resource that stands for the stack itself. A state that has
// none gets one.
func rootOf(deployment map[string]any, project, stack string) map[string]any {
	if deployment["manifest"] == nil {
		deployment["manifest"] = map[string]any{}
	}
	resources, _ := deployment["resources"].([]any)
	for _, r := range resources {
		if r, ok := r.(map[string]any); ok && r["type"] == stackType {
			return r
		}
	}
	root := map[string]any{
		"urn":  fmt.Sprintf("urn:pulumi:%s::%s::%s::%[2]s-%[1]s", stack, project, stackType),
		"type": stackType, "custom": false,
	}
	deployment["resources"] = append([]any{root}, resources...)
	return root
}
