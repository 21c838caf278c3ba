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
	// Held are the resources that AWS holds.
	Held []Held
}

// Held is a resource of a state that AWS holds.
type Held struct {
	// Type is Pulumi's, such as aws:iam/role:Role.
	Type string
	// ID is the one by which the provider knows it, ARN is empty where it has none.
	ID, ARN string
}

// Contents reads what a state describes.
func (d Deployment) Contents() (Contents, error) {
	var content struct {
		Resources []struct {
			Type    string         `json:"type"`
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
		arn, hasARN := r.Outputs["arn"].(string)
		c.Held = append(c.Held, Held{Type: r.Type, ID: r.ID, ARN: arn})
		if c.IDs = append(c.IDs, r.ID); hasARN {
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
