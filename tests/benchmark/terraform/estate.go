// Package terraform writes the estate as Terraform root modules, one for each
// stack.
//
// Its rule: nothing of the estate is written down here. Resources, inputs,
// policies and outputs are those that the programs say they would register, and
// types and property names are translated by the mapping of the stand-in AWS
// plugin. So the modules cannot drift from the programs.
package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
)

// ProviderVersion is the version of the AWS provider under both sides.
const ProviderVersion = "5.100.0"

// mappingFile translates between Pulumi and Terraform, from the root.
const mappingFile = "shared/toolchain/awsplugin/mapping/mapping.json"

// Recording is what the program of a stack would register, as its argument
// "record" prints it with -inputs.
type Recording struct {
	Resources []Resource     `json:"resources"`
	Outputs   map[string]any `json:"outputs"`
}

// Resource is a recorded resource.
type Resource struct {
	// Type is the Pulumi token and Name the Pulumi name.
	Type string `json:"type"`
	Name string `json:"name"`
	// Inputs are the arguments of the resource, policies in their JSON text.
	Inputs map[string]any `json:"properties"`
}

// Estate is the recorded estate with all that its translation takes.
type Estate struct {
	names      names.Names
	recordings map[graph.Name]Recording
	kinds      map[string]kind // by Pulumi token
}

// kind is a Terraform type and what its property names are in Pulumi where
// that does not follow from a rule.
type kind struct {
	name  string
	names map[string]string // path in Terraform → name in Pulumi
}

// New takes the recordings of all stacks of an environment, and reads the mapping
// from the checkout at root.
func New(root string, n names.Names, recordings map[graph.Name]Recording) (*Estate, error) {
	var mapping struct {
		Resources map[string]struct {
			Token string
			Names map[string]string
		}
	}
	file := filepath.Join(root, filepath.FromSlash(mappingFile))
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &mapping); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	e := &Estate{names: n, recordings: recordings, kinds: map[string]kind{}}
	for name, entry := range mapping.Resources {
		e.kinds[entry.Token] = kind{name: name, names: entry.Names}
	}
	return e, nil
}

// Kind returns the Terraform type that a Pulumi token stands for.
func (e *Estate) Kind(token string) (string, error) {
	k, ok := e.kinds[token]
	if !ok {
		return "", fmt.Errorf("%s: no Terraform type has the token %s", mappingFile, token)
	}
	return k.name, nil
}

// Write writes the root module of every stack to a folder of its name in dir.
func (e *Estate) Write(dir string) error {
	for _, stack := range graph.Names() {
		m, err := e.module(stack)
		if err != nil {
			return fmt.Errorf("stack %s: %w", stack, err)
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(m); err != nil {
			return err
		}
		folder := filepath.Join(dir, string(stack))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "main.tf.json"), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// resources translates the recorded resources of a stack. Their texts are still
// those of the recording.
func (e *Estate) resources(stack graph.Name) ([]*resource, error) {
	var out []*resource
	for _, r := range e.recordings[stack].Resources {
		k, ok := e.kinds[r.Type]
		if !ok {
			return nil, fmt.Errorf("resource %s: no Terraform type has the token %s in %s", r.Name, r.Type, mappingFile)
		}
		body := k.properties("", r.Inputs)
		for key, value := range body {
			if text, ok := value.(string); ok && strings.HasPrefix(text, `{"Version"`) {
				body[key] = document(text)
			}
		}
		out = append(out, &resource{kind: k.name, name: r.Name, handle: handle(r), body: body})
	}
	return out, nil
}

// handle is what AWS calls a resource: the name it was given or, where there is
// none, its Pulumi name, after which recordings call what AWS numbers.
func handle(r Resource) string {
	for _, key := range []string{"bucket", "name"} {
		if name, ok := r.Inputs[key].(string); ok {
			return name
		}
	}
	return r.Name
}

// document is the JSON text of a policy.
type document string
