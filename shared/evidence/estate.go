package evidence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Stack is one stack of the estate.
type Stack struct {
	Name      graph.Name   `json:"name"`
	Summary   string       `json:"summary"`
	DependsOn []graph.Name `json:"dependsOn,omitempty"`
	// Present: the stack was deployed to its end, and judged.
	Present bool `json:"present"`
	// Contract is the version of what it promises to other stacks.
	Contract int `json:"contract,omitempty"`
	// Deployed is when its state was last written, RFC 3339 in UTC.
	Deployed string `json:"deployed,omitempty"`
	// Digest is the SHA-256, in hex, over the resources that were judged, secrets
	// left out. It is another one as soon as any property is.
	Digest string `json:"digest,omitempty"`
	// Resources counts the cloud resources.
	Resources int `json:"resources"`
	// Types counts them by type, the most frequent first.
	Types []TypeCount `json:"types,omitempty"`
}

// TypeCount counts the resources of a type, such as aws:s3/bucketV2:BucketV2.
type TypeCount struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

func stacks(in Input) []Stack {
	var out []Stack
	for _, declared := range graph.All() {
		s := Stack{Name: declared.Name, Summary: declared.Summary, DependsOn: declared.DependsOn, Present: in.Snapshot.Has(declared.Name)}
		for _, state := range in.Stacks {
			if state.Stack == s.Name && !state.Deployed.IsZero() {
				s.Deployed = state.Deployed.UTC().Format(time.RFC3339)
			}
		}
		if version, ok := in.Snapshot.Outputs[s.Name]["contractVersion"].(float64); ok {
			s.Contract = int(version)
		}
		if s.Present {
			s.Digest = resourcesDigest(in.Snapshot, s.Name)
		}
		counts := map[string]int{}
		for _, r := range in.Snapshot.Resources {
			if r.Stack == s.Name {
				s.Resources++
				counts[r.Type]++
			}
		}
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			s.Types = append(s.Types, TypeCount{name, counts[name]})
		}
		slices.SortStableFunc(s.Types, func(a, b TypeCount) int { return cmp.Compare(b.Count, a.Count) })
		out = append(out, s)
	}
	return out
}

func resourcesDigest(s *snapshot.Snapshot, stack graph.Name) string {
	sum := sha256.New()
	for _, r := range s.Resources {
		if r.Stack == stack {
			content, err := json.Marshal(r)
			if err != nil {
				panic(err) // it was JSON before
			}
			sum.Write(content)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Drift is how far what stands is from what was deployed.
type Drift struct {
	Stacks []StackDrift `json:"stacks"`
}

// StackDrift is the drift of one stack.
type StackDrift struct {
	Stack graph.Name `json:"stack"`
	// Compared counts the resources that were compared.
	Compared  int               `json:"compared"`
	Resources []DriftedResource `json:"resources"`
}

// DriftedResource is a resource that is not as it was deployed.
type DriftedResource struct {
	URN string `json:"urn"`
	// Label names it for people: the last part of its type, and its name.
	Label string `json:"label"`
	// ID is what AWS knows it by.
	ID      string `json:"id"`
	Deleted bool   `json:"deleted,omitempty"`
	// Properties are the declared properties that differ; empty for one that is
	// deleted, or that differs in a secret.
	Properties []DriftedProperty `json:"properties,omitempty"`
}

// DriftedProperty is a property that is not as it was deployed, with both values as
// JSON in one line.
type DriftedProperty struct {
	Path string `json:"path"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// Compared counts the resources that were compared.
func (d *Drift) Compared() (n int) {
	for _, s := range d.Stacks {
		n += s.Compared
	}
	return n
}

// Count counts the resources that are not as they were deployed.
func (d *Drift) Count() (n int) {
	for _, s := range d.Stacks {
		n += len(s.Resources)
	}
	return n
}
