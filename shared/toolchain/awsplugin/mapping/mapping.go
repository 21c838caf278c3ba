// Package mapping says which Pulumi token stands for which Terraform type of the AWS provider,
// and where their properties differ from what the bridge would guess by itself.
//
// The committed mapping.json is generated from the Go SDK of pulumi-aws and the schema of the
// provider; nobody edits it. A name, shape or type that it does not mention is the bridge's
// default, so each of its lines is a difference that somebody can review.
package mapping

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// The versions that the mapping was generated from: of pulumi-aws, and of the Terraform provider.
const (
	SDKVersion       = "6.83.2"
	TerraformVersion = "5.100.0"
)

//go:embed mapping.json
var committed []byte

// Mapping holds an entry for the provider's configuration, and one for each Terraform resource
// and data source by its Terraform name.
type Mapping struct {
	Config    Entry
	Resources map[string]Entry
	Functions map[string]Entry
}

// Entry maps one Terraform type. Paths in Names, One and Many are Terraform names joined by
// dots; those in the other fields are Pulumi names, with [*] for the elements of a list.
type Entry struct {
	Token string            `json:"token,omitempty"`
	Names map[string]string `json:"names,omitempty"` // path → Pulumi name
	One   []string          `json:"one,omitempty"`   // lists of at most one element, shown as that element
	Many  []string          `json:"many,omitempty"`  // lists of at most one element, shown as lists
	// Open are strings for which the SDK accepts other values, such as a policy document as an object.
	Open []string `json:"open,omitempty"`
	// Bools and Numbers are strings in Terraform, but not in the SDK.
	Bools   []string `json:"bools,omitempty"`
	Numbers []string `json:"numbers,omitempty"`
	// Files are paths in Terraform, but assets or archives in the SDK.
	Files []string `json:"files,omitempty"`
}

// Committed returns the mapping that is part of this package.
func Committed() (Mapping, error) {
	var m Mapping
	if err := json.Unmarshal(committed, &m); err != nil {
		return Mapping{}, fmt.Errorf("mapping.json: %w", err)
	}
	return m, nil
}

// Encode returns m as text with one line for each type, sorted.
func (m Mapping) Encode() ([]byte, error) {
	var text bytes.Buffer
	config, err := json.Marshal(m.Config)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&text, "{\n\"config\": %s", config)
	for _, section := range []struct {
		name    string
		entries map[string]Entry
	}{{"resources", m.Resources}, {"functions", m.Functions}} {
		fmt.Fprintf(&text, ",\n%q: {", section.name)
		separator := "\n"
		for _, name := range slices.Sorted(maps.Keys(section.entries)) {
			line, err := json.Marshal(section.entries[name])
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&text, "%s%q: %s", separator, name, line)
			separator = ",\n"
		}
		text.WriteString("\n}")
	}
	text.WriteString("\n}\n")
	return text.Bytes(), nil
}

// Fields gives the entry's differences the form that the bridge reads.
func (e Entry) Fields(schema shim.SchemaMap) map[string]*info.Schema {
	yes, no := true, false
	fields := map[string]*info.Schema{}
	for path, name := range e.Names {
		field(fields, schema, path).Name = name
	}
	for _, path := range e.One {
		field(fields, schema, path).MaxItemsOne = &yes
	}
	for _, path := range e.Many {
		field(fields, schema, path).MaxItemsOne = &no
	}
	return fields
}

// field returns the entry for path in fields and makes it and its parents where they are
// missing. The bridge wants the fields of a list's elements one level deeper than those of a
// single object.
func field(fields map[string]*info.Schema, schema shim.SchemaMap, path string) *info.Schema {
	name, rest, nested := strings.Cut(path, ".")
	f := fields[name]
	if f == nil {
		f = &info.Schema{}
		fields[name] = f
	}
	if !nested {
		return f
	}
	var element any = schema.Get(name)
	for {
		switch e := element.(type) {
		case shim.Resource:
			if f.Fields == nil {
				f.Fields = map[string]*info.Schema{}
			}
			return field(f.Fields, e.Schema(), rest)
		case shim.Schema:
			if e.Type() == shim.TypeList || e.Type() == shim.TypeSet {
				if f.Elem == nil {
					f.Elem = &info.Schema{}
				}
				f = f.Elem
			}
			element = e.Elem()
		default:
			panic(fmt.Sprintf("mapping path %q leads into a value of no fields", path))
		}
	}
}
