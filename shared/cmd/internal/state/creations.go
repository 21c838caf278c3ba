package state

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Creation is the creation of a resource whose end the state does not know.
type Creation struct {
	URN  string `json:"urn"`
	Type string `json:"type"`
	// Parent is the URN of the resource that it belongs to, and Provider that of
	// its provider, with "::" and the provider's id behind it.
	Parent   string         `json:"parent"`
	Provider string         `json:"provider"`
	Inputs   map[string]any `json:"inputs"`
}

// ProviderURN is the URN of the provider; empty for the engine's own.
func (c Creation) ProviderURN() string {
	if i := strings.LastIndex(c.Provider, "::"); i >= 0 {
		return c.Provider[:i]
	}
	return ""
}

// Creations are those that were under way when an update was cut off, of which
// the state does not hold the resource by now.
func (d Deployment) Creations() ([]Creation, error) {
	var content struct {
		Pending []struct {
			Type     string   `json:"type"`
			Resource Creation `json:"resource"`
		} `json:"pending_operations"`
	}
	if len(d.Content) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(d.Content, &content); err != nil {
		return nil, fmt.Errorf("not a Pulumi deployment: %w", err)
	}
	held, err := d.URNs()
	if err != nil {
		return nil, err
	}
	var creations []Creation
	for _, p := range content.Pending {
		if p.Type == "creating" && !held[p.Resource.URN] {
			creations = append(creations, p.Resource)
		}
	}
	return creations, nil
}

// URNs are those of all resources in the state.
func (d Deployment) URNs() (map[string]bool, error) {
	nodes, err := d.nodes()
	urns := map[string]bool{}
	for _, n := range nodes {
		urns[n.URN] = true
	}
	return urns, err
}

// Alone returns those of the resources that the state holds and nothing in it
// depends on: the engine deletes no others by themselves.
func (d Deployment) Alone(urns []string) ([]string, error) {
	nodes, err := d.nodes()
	held, needed := map[string]bool{}, map[string]bool{}
	for _, n := range nodes {
		held[n.URN] = true
		for _, urn := range n.needs() {
			needed[urn] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(urns), func(urn string) bool { return !held[urn] || needed[urn] }), err
}

// node is a resource and what it depends on (apitype.ResourceV3).
type node struct {
	URN          string              `json:"urn"`
	Parent       string              `json:"parent"`
	Dependencies []string            `json:"dependencies"`
	Properties   map[string][]string `json:"propertyDependencies"`
	DeletedWith  string              `json:"deletedWith"`
}

// needs are the URNs of all that a resource depends on, in any order.
func (n node) needs() []string {
	urns := append(slices.Clone(n.Dependencies), n.Parent, n.DeletedWith)
	for _, more := range n.Properties {
		urns = append(urns, more...)
	}
	return urns
}

func (d Deployment) nodes() ([]node, error) {
	var content struct {
		Resources []node `json:"resources"`
	}
	if len(d.Content) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(d.Content, &content); err != nil {
		return nil, fmt.Errorf("not a Pulumi deployment: %w", err)
	}
	return content.Resources, nil
}
