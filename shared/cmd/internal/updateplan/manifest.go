// Package updateplan keeps what a preview has foretold, so that a deployment can
// be held to it.
//
// A plan is a folder: one of Pulumi's own update plans per stack, and a manifest
// that says what they were made of. It is written whole or not at all, and read
// as something that a stranger may have touched: nothing is taken from it before
// all of it is found in order. Secrets in it are encrypted as in the state.
package updateplan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// format is the version of the manifest. A plan of another one is made anew.
const format = 1

// Manifest says what a plan was made of.
type Manifest struct {
	Format int `json:"format"`
	// Pulumi is the version of the engine, whose format the plans have.
	Pulumi string `json:"pulumi"`
	Site
	// Commit is that of the checkout; empty where it is not known.
	Commit string `json:"commit,omitempty"`
	// Stacks are in the order of their deployment.
	Stacks []Stack `json:"stacks"`
}

// Site says which environment a plan is for.
type Site struct {
	Environment string `json:"environment"`
	// Name is the name of the Pulumi stacks.
	Name string `json:"name"`
	// Account is the id of the AWS account, twelve digits.
	Account string `json:"account"`
	// File is the digest of the environment file.
	File string `json:"file"`
}

// Stack is the part of a plan that is about one stack.
type Stack struct {
	Stack graph.Name `json:"stack"`
	// Plan is the digest of the stack's update plan.
	Plan string `json:"plan"`
	// Program is the digest of the program that was previewed.
	Program string `json:"program"`
	// State is the digest of the state that the plan was made from; empty when
	// nothing was deployed.
	State string `json:"state"`
	// Exact: the stack read nothing that only a deployment can tell. Otherwise
	// the plan accepts any value in the places of what was not known.
	Exact bool `json:"exact"`
	// Reads is what the stacks that this one depends on would export.
	Reads []Read `json:"reads,omitempty"`
}

// Read is what a stack would export to another.
type Read struct {
	From graph.Name `json:"from"`
	// Outputs are those that are known, a secret as state.Secret.
	Outputs map[string]any `json:"outputs"`
	// Unknown names the others, sorted.
	Unknown []string `json:"unknown,omitempty"`
}

// Part returns the part of the plan that is about a stack.
func (m Manifest) Part(stack graph.Name) (Stack, bool) {
	at := slices.IndexFunc(m.Stacks, func(s Stack) bool { return s.Stack == stack })
	if at < 0 {
		return Stack{}, false
	}
	return m.Stacks[at], true
}

// Inexact returns the stacks whose plans accept values that were not known.
func (m Manifest) Inexact() []graph.Name {
	var out []graph.Name
	for _, s := range m.Stacks {
		if !s.Exact {
			out = append(out, s.Stack)
		}
	}
	return out
}

// Differences words what is exported otherwise than foretold. Outputs that
// nobody foretold do not count: nobody has read them.
func (r Read) Differences(exported map[string]any) []string {
	var out []string
	for _, key := range sorted(r.Outputs) {
		foretold := r.Outputs[key]
		is, exists := exported[key]
		switch {
		case !exists:
			out = append(out, fmt.Sprintf("%s of stack %s is gone", key, r.From))
		case secret(foretold) || secret(is) || reflect.DeepEqual(normal(foretold), normal(is)):
		default:
			out = append(out, fmt.Sprintf("%s of stack %s is %s, and the plan counts on %s", key, r.From, short(is), short(foretold)))
		}
	}
	return out
}

// secret reports whether a value holds something that cannot be compared.
func secret(v any) bool {
	text, err := json.Marshal(v)
	return err == nil && bytes.Contains(text, []byte(state.Secret))
}

// normal is a value as it is when it comes out of JSON.
func normal(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var out any
	if json.Unmarshal(text, &out) != nil {
		return v
	}
	return out
}

// shortest is how much of a value stands in a message, in characters.
const shortest = 80

func short(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if runes := []rune(string(text)); len(runes) > shortest {
		return string(runes[:shortest]) + "…"
	}
	return string(text)
}
