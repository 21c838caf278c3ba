// Package terraform writes the estate as Terraform root modules, one for each
// stack.
//
// Its rule: nothing of the estate is written down here. Resources, inputs,
// policies and outputs are those that the programs' golden files record, and
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

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
)

// Environment is the recorded environment that the modules are written for.
const Environment = "local"

// ProviderVersion is the version of the AWS provider under both sides.
const ProviderVersion = "5.100.0"

// mappingFile translates between Pulumi and Terraform, from the root.
const mappingFile = "shared/toolchain/awsplugin/mapping/mapping.json"

// Estate is the recorded estate with all that its translation takes.
type Estate struct {
	root  string
	names names.Names
	kinds map[string]kind // by Pulumi token
}

// kind is a Terraform type and what its property names are in Pulumi where
// that does not follow from a rule.
type kind struct {
	name  string
	names map[string]string // path in Terraform → name in Pulumi
}

// recorded is a resource of a golden file.
type recorded struct {
	Type   string         `json:"type"`
	Name   string         `json:"name"`
	Inputs map[string]any `json:"inputs"`
}

// Open reads what the translation takes from the checkout at root.
func Open(root string) (*Estate, error) {
	environments := filepath.Join(root, "stacks", "environments")
	env, err := config.Load(environments, Environment, Environment)
	if err != nil {
		return nil, err
	}
	var mapping struct {
		Resources map[string]struct {
			Token string
			Names map[string]string
		}
	}
	if err := readJSON(filepath.Join(root, filepath.FromSlash(mappingFile)), &mapping); err != nil {
		return nil, err
	}
	e := &Estate{root: root, names: names.New(Environment, env.AccountID, env.Region), kinds: map[string]kind{}}
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

// recording is the folder of a stack's golden files.
func (e *Estate) recording(stack graph.Name) string {
	return filepath.Join(e.root, filepath.FromSlash(stack.Dir()), string(stack), "testdata", Environment)
}

// outputs are the recorded outputs of a stack.
func (e *Estate) outputs(stack graph.Name) (map[string]any, error) {
	var outputs map[string]any
	err := readJSON(filepath.Join(e.recording(stack), "outputs.json"), &outputs)
	return outputs, err
}

// resources translates the recorded resources of a stack. Their texts are still
// those of the recording.
func (e *Estate) resources(stack graph.Name) ([]*resource, error) {
	var all []recorded
	if err := readJSON(filepath.Join(e.recording(stack), "resources.json"), &all); err != nil {
		return nil, err
	}
	var out []*resource
	for _, r := range all {
		k, ok := e.kinds[r.Type]
		if !ok {
			return nil, fmt.Errorf("resource %s: no Terraform type has the token %s in %s", r.Name, r.Type, mappingFile)
		}
		body, err := e.withPolicies(stack, k.properties("", r.Inputs))
		if err != nil {
			return nil, fmt.Errorf("resource %s: %w", r.Name, err)
		}
		out = append(out, &resource{kind: k.name, name: r.Name, handle: handle(r), body: body})
	}
	return out, nil
}

// handle is what AWS calls a resource: the name it was given or, where there is
// none, its Pulumi name, after which recordings call what AWS numbers.
func handle(r recorded) string {
	for _, key := range []string{"bucket", "name"} {
		if name, ok := r.Inputs[key].(string); ok {
			return name
		}
	}
	return r.Name
}

// document is the JSON text of a policy.
type document string

// withPolicies puts the recorded documents in the place of their files' names.
func (e *Estate) withPolicies(stack graph.Name, body map[string]any) (map[string]any, error) {
	for key, value := range body {
		file, ok := value.(string)
		if !ok || !strings.HasPrefix(file, "policies/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(e.recording(stack), filepath.FromSlash(file)))
		if err != nil {
			return nil, err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, text); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		body[key] = document(compact.String())
	}
	return body, nil
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
