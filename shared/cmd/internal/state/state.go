// Package state reads what Pulumi knows of a deployed stack.
//
// It only ever reads what others use, with one exception: a lock whose owner, a
// process of this machine, is no longer alive may be released. Secrets are never
// decrypted.
package state

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stack is the last state of one stack.
type Stack struct {
	// Modified is when the state was last written.
	Modified time.Time
	// Resources counts the resources in the state as the engine does: with the
	// stack itself, without the providers that it makes on its own and without
	// what is only read.
	Resources int
	// Pending lists operations that were under way when an update was cut
	// off, such as "creating urn:…".
	Pending []string
	// Unfinished are the URNs of the resources that were created and could not be
	// finished, or of which nobody knows whether they were.
	Unfinished []string
	// Outputs holds the stack's outputs; a secret is shown as Secret.
	Outputs map[string]any
	// Deployment is all of it.
	Deployment Deployment
}

// Deployment is the state of a stack as Pulumi writes it, secrets encrypted, in
// the form of `pulumi stack export` (apitype.UntypedDeployment).
type Deployment struct {
	Version  int      `json:"version"`
	Features []string `json:"features,omitempty"`
	// Content is null for a stack that was never deployed.
	Content json.RawMessage `json:"deployment"`
}

// Modified is when the state was last written.
func (d Deployment) Modified() (time.Time, error) {
	s, err := parse(d)
	return s.Modified, err
}

// Secret stands in the place of every secret output.
const Secret = "[secret]"

// Standing reports whether the stack has any resources.
func (s Stack) Standing() bool { return s.Resources > 0 }

// CutOff reports whether the last update of the stack did not come to an end that
// is known: what it was at may have happened or not.
func (s Stack) CutOff() bool { return len(s.Pending) > 0 || len(s.Unfinished) > 0 }

// Complete reports whether the stack was once deployed to its end: outputs are
// the last thing a program registers.
func (s Stack) Complete() bool { return s.Standing() && len(s.Outputs) > 0 }

// content is the part read here of Pulumi's deployment format, version 3
// (apitype.DeploymentV3).
type content struct {
	Manifest struct {
		Time time.Time `json:"time"`
	} `json:"manifest"`
	Resources []struct {
		URN      string         `json:"urn"`
		Type     string         `json:"type"`
		External bool           `json:"external"`
		Outputs  map[string]any `json:"outputs"`
		Errors   []string       `json:"initErrors"`
	} `json:"resources"`
	Pending []struct {
		Type     string `json:"type"`
		Resource struct {
			URN string `json:"urn"`
		} `json:"resource"`
	} `json:"pending_operations"`
}

// parse reads a deployment.
func parse(deployment Deployment) (Stack, error) {
	s := Stack{Deployment: deployment}
	if len(deployment.Content) == 0 {
		return s, nil
	}
	var d content
	if err := json.Unmarshal(deployment.Content, &d); err != nil {
		return Stack{}, fmt.Errorf("not a Pulumi deployment: %w", err)
	}
	s.Modified = d.Manifest.Time
	held := map[string]bool{}
	for _, r := range d.Resources {
		if r.Type == "pulumi:pulumi:Stack" {
			s.Outputs = r.Outputs
		}
		held[r.URN] = true
		ownProvider := strings.HasPrefix(r.Type, "pulumi:providers:") && strings.Contains(r.URN, "::default")
		if len(r.Errors) > 0 {
			s.Unfinished = append(s.Unfinished, r.URN)
		}
		if !ownProvider && !r.External {
			s.Resources++
		}
	}
	for k, v := range s.Outputs {
		s.Outputs[k] = Masked(v)
	}
	for _, p := range d.Pending {
		urn := p.Resource.URN
		s.Pending = append(s.Pending, p.Type+" "+urn)
		if p.Type == "creating" && held[urn] && !slices.Contains(s.Unfinished, urn) {
			s.Unfinished = append(s.Unfinished, urn) // it was taken into the state since
		}
	}
	return s, nil
}

// The signature of a secret value in a state (resource.SigKey and
// resource.SecretSig of Pulumi's SDK).
const sigKey, secretSig = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"

// IsSecret reports whether a value of a state is a secret.
func IsSecret(v any) bool {
	object, ok := v.(map[string]any)
	return ok && object[sigKey] == secretSig
}

// Masked replaces every secret in a value of a state by Secret, in place.
func Masked(v any) any {
	if IsSecret(v) {
		return Secret
	}
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = Masked(v[k])
		}
	case []any:
		for i := range v {
			v[i] = Masked(v[i])
		}
	}
	return v
}

// ParseExport reads what `pulumi stack export` prints.
func ParseExport(content []byte) (Stack, error) {
	var deployment Deployment
	if err := json.Unmarshal(content, &deployment); err != nil {
		return Stack{}, fmt.Errorf("not an exported Pulumi state: %w", err)
	}
	return parse(deployment)
}
