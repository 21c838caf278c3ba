package shadow

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/controls"
)

// Drift is how far one resource is from what was deployed.
type Drift struct {
	URN  string `json:"urn"`
	Type string `json:"type"`
	// Label names the resource for people: the last part of its type, and its name.
	Label string `json:"label"`
	// ID is the provider's id of the resource.
	ID string `json:"id"`
	// Deleted: the resource does not stand any more.
	Deleted bool `json:"deleted,omitempty"`
	// Properties lists what differs, sorted by path. Empty, although the
	// resource is not deleted: only what is secret or written in another way.
	Properties []Difference `json:"properties,omitempty"`
	// Breaks lists what does not hold any more because of it, the gravest
	// control first.
	Breaks []controls.Finding `json:"breaks,omitempty"`
	// By says who made the change; nil where nobody knows.
	By *Actor `json:"by,omitempty"`
}

// Actor is who changed something, as CloudTrail has recorded it.
type Actor struct {
	Name string `json:"name"`
	// Event is what they called, such as DeleteBucketPolicy.
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
}

// Difference is one property that is not what it was. Of two lists, Was and Is
// hold the elements that only one of them has.
type Difference struct {
	// Path leads into objects, lists and JSON documents, such as
	// policy.Statement[0].Action.
	Path string `json:"path"`
	Was  any    `json:"was"`
	Is   any    `json:"is"`
}

// Compare says what a refresh has found: how the resources of the refreshed
// state differ from those of the recorded one, sorted by URN. It also counts
// those that it looked at.
//
// Found is the result of the refresh: the provider decides which resources
// differ and in which properties. A state alone does not tell, because a
// provider writes the same thing in several ways, and AWS is free to change
// what nobody declares. Secrets are not compared.
func Compare(recorded, refreshed state.Deployment, found []engine.ResourceChange) (drifts []Drift, compared int, err error) {
	was, err := resources(recorded)
	if err != nil {
		return nil, 0, fmt.Errorf("the recorded state: %w", err)
	}
	is, err := resources(refreshed)
	if err != nil {
		return nil, 0, fmt.Errorf("the refreshed state: %w", err)
	}
	for _, change := range found {
		old, known := was[change.URN]
		if !known {
			continue
		}
		drift := Drift{URN: change.URN, Type: string(old.Type), Label: change.Label, ID: string(old.ID)}
		if now, stands := is[change.URN]; stands {
			drift.Properties = changed(old, now, change.Properties)
		} else {
			drift.Deleted = true
		}
		drifts = append(drifts, drift)
	}
	slices.SortFunc(drifts, func(a, b Drift) int { return cmp.Compare(a.URN, b.URN) })
	return drifts, len(was), nil
}

// resources are those of a state that AWS holds: no components, no providers,
// nothing that is only read and nothing that a replacement has yet to delete.
func resources(d state.Deployment) (map[string]apitype.ResourceV3, error) {
	var content apitype.DeploymentV3
	if len(d.Content) > 0 {
		if err := json.Unmarshal(d.Content, &content); err != nil {
			return nil, err
		}
	}
	out := map[string]apitype.ResourceV3{}
	for _, r := range content.Resources {
		if r.Custom && !r.External && !r.Delete && !strings.HasPrefix(string(r.Type), "pulumi:") {
			out[string(r.URN)] = r
		}
	}
	return out, nil
}

// changed compares the properties that these paths lead into.
func changed(was, is apitype.ResourceV3, paths []string) []Difference {
	var out []Difference
	for _, key := range properties(was.Inputs, paths) {
		old, now := state.Masked(was.Outputs[key]), state.Masked(is.Outputs[key])
		out = append(out, differences(key, old, now)...)
	}
	return out
}

// properties are the top-level properties that paths lead into: of those that
// the program declares, or else all.
func properties(declared map[string]any, paths []string) []string {
	var all, own []string
	for _, path := range paths {
		key := path[:strings.IndexAny(path+".", ".[")]
		all = append(all, key)
		if _, ok := declared[key]; ok {
			own = append(own, key)
		}
	}
	if len(own) > 0 {
		all = own
	}
	slices.Sort(all)
	return slices.Compact(all)
}
