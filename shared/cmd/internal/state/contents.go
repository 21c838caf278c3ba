package state

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Contents is what a state says of the things that AWS holds.
type Contents struct {
	// Environments are the environment files that the stack was deployed with, as
	// the tags of its resources say, sorted. They are several where a deployment
	// with another file did not come to its end.
	Environments []string
	// IDs are the ids and the ARNs by which AWS knows the resources.
	IDs []string
}

// Contents reads what a state describes.
func (d Deployment) Contents() (Contents, error) {
	var content struct {
		Resources []struct {
			ID      string         `json:"id"`
			Custom  bool           `json:"custom"`
			Outputs map[string]any `json:"outputs"`
		} `json:"resources"`
	}
	if len(d.Content) == 0 {
		return Contents{}, nil
	}
	if err := json.Unmarshal(d.Content, &content); err != nil {
		return Contents{}, fmt.Errorf("not a Pulumi deployment: %w", err)
	}
	var c Contents
	for _, r := range content.Resources {
		if !r.Custom {
			continue
		}
		c.IDs = append(c.IDs, r.ID)
		if arn, ok := r.Outputs["arn"].(string); ok {
			c.IDs = append(c.IDs, arn)
		}
		tags, _ := r.Outputs["tags"].(map[string]any)
		if environment, ok := tags["Environment"].(string); ok && tags["ControlSet"] == "ringfence" {
			c.Environments = append(c.Environments, environment)
		}
	}
	slices.Sort(c.Environments)
	c.Environments = slices.Compact(c.Environments)
	return c, nil
}

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

// Creations are those that were under way when an update was cut off, of which
// the state does not hold the resource by now.
func (d Deployment) Creations() ([]Creation, error) {
	var content struct {
		Resources []struct {
			URN string `json:"urn"`
		} `json:"resources"`
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
	held := map[string]bool{}
	for _, r := range content.Resources {
		held[r.URN] = true
	}
	var creations []Creation
	for _, p := range content.Pending {
		if p.Type == "creating" && !held[p.Resource.URN] {
			creations = append(creations, p.Resource)
		}
	}
	return creations, nil
}
