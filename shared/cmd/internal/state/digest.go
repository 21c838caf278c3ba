package state

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Digest tells one state from another. It is empty for a state without
// resources. When the state was written does not count, nor the order in which
// the engine came to write its resources; of a secret it only counts when it was
// changed, because it is encrypted anew each time.
func (d Deployment) Digest() (string, error) {
	var content struct {
		Resources []map[string]any `json:"resources"`
		Pending   []any            `json:"pending_operations"`
	}
	if len(d.Content) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(d.Content))
		decoder.UseNumber()
		if err := decoder.Decode(&content); err != nil {
			return "", err
		}
	}
	if len(content.Resources) == 0 {
		return "", nil
	}
	var resources []string
	for _, r := range content.Resources {
		sortDependencies(r)
		text, err := json.Marshal(Masked(r))
		if err != nil {
			return "", err
		}
		resources = append(resources, string(text))
	}
	slices.Sort(resources)
	text, err := json.Marshal([]any{resources, content.Pending})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// sortDependencies brings what are sets of URNs into an order.
func sortDependencies(resource map[string]any) {
	sets := []any{resource["dependencies"]}
	if properties, ok := resource["propertyDependencies"].(map[string]any); ok {
		for _, set := range properties {
			sets = append(sets, set)
		}
	}
	for _, set := range sets {
		if urns, ok := set.([]any); ok {
			slices.SortFunc(urns, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
}
