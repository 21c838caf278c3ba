package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/mapping"
)

// leastSimilarity is how alike two names must be for a renamed property.
const leastSimilarity = 0.25

// fitter notes where the properties of one type differ from the bridge's default.
type fitter struct{ entry mapping.Entry }

// fit returns the entry for the Terraform type with this schema and the token with these
// properties.
func fit(token string, schema shim.SchemaMap, p properties) mapping.Entry {
	f := fitter{mapping.Entry{Token: token}}
	f.object("", "", schema, p)
	return f.entry
}

// object fits the fields of an object. path leads to it in Terraform's names, property in
// Pulumi's.
func (f *fitter) object(path, property string, schema shim.SchemaMap, p properties) {
	left := maps.Clone(p)
	var unnamed []string
	for _, name := range sortedNames(schema) {
		one, many := pulumiNames(name, schema)
		switch {
		case fits(schema.Get(name), p[many]) && (many == one || p[many].kind == list):
			f.field(path, property, name, many, schema, p)
			delete(left, many)
		case fits(schema.Get(name), p[one]):
			f.field(path, property, name, one, schema, p)
			delete(left, one)
		case path != "" || !ownProperty(name):
			unnamed = append(unnamed, name)
		}
	}
	for len(unnamed) > 0 {
		name, renamed := closest(unnamed, schema, left)
		if renamed == "" {
			return
		}
		f.field(path, property, name, renamed, schema, p)
		delete(left, renamed)
		unnamed = slices.DeleteFunc(unnamed, func(n string) bool { return n == name })
	}
}

// field fits the Terraform field name, which Pulumi calls pulumiName.
func (f *fitter) field(path, property, name, pulumiName string, schema shim.SchemaMap, p properties) {
	s, t := schema.Get(name), p[pulumiName]
	path, property = join(path, name), join(property, pulumiName)
	single := isList(s) && t.kind != list
	if isList(s) && single != (s.MaxItems() == 1) {
		if single {
			f.entry.One = append(f.entry.One, path)
		} else {
			f.entry.Many = append(f.entry.Many, path)
		}
	}
	if one, many := pulumiNames(name, schema); pulumiName != one && (single || !isList(s)) ||
		pulumiName != many && isList(s) && !single {
		if f.entry.Names == nil {
			f.entry.Names = map[string]string{}
		}
		f.entry.Names[path] = pulumiName
	}
	if single {
		f.element(path, property, s.Elem(), t)
		return
	}
	f.value(path, property, s, t)
}

// value fits a value that Terraform describes by s and the SDK by t.
func (f *fitter) value(path, property string, s shim.Schema, t *goType) {
	switch {
	case isList(s) && t.kind == list:
		f.element(path, property+"[*]", s.Elem(), t.element)
	case s.Type() == shim.TypeMap && t.kind == dictionary:
		f.element(path, property+"[*]", s.Elem(), t.element)
	case s.Type() == shim.TypeMap && t.kind == object:
		f.element(path, property, s.Elem(), t)
	case s.Type() == shim.TypeString:
		f.text(property, t)
	}
}

func (f *fitter) element(path, property string, element any, t *goType) {
	switch e := element.(type) {
	case shim.Resource:
		if t.kind == object {
			f.object(path, property, e.Schema(), t.fields())
		}
	case shim.Schema:
		f.value(path, property, e, t)
	}
}

// text notes what the SDK makes of a string of Terraform, other than a string.
func (f *fitter) text(property string, t *goType) {
	e := &f.entry
	switch {
	case t.kind == open:
		e.Open = append(e.Open, property)
	case t.name == "bool":
		e.Bools = append(e.Bools, property)
	case t.name == "int", t.name == "float64":
		e.Numbers = append(e.Numbers, property)
	case isAsset(t):
		e.Files = append(e.Files, property)
	}
}

// closest returns the field and the property that are most alike by name, among those where a
// value of the one can be a value of the other.
func closest(fields []string, schema shim.SchemaMap, p properties) (field, property string) {
	best := leastSimilarity
	for _, name := range fields {
		for _, candidate := range slices.Sorted(maps.Keys(p)) {
			t := p[candidate]
			if !fits(schema.Get(name), t) || isAsset(t) != (name == "filename") {
				continue
			}
			alike := similarity(strings.ReplaceAll(name, "_", ""), strings.ToLower(candidate))
			if isAsset(t) {
				alike = 1 // An asset is never named like the path that Terraform takes for it.
			}
			if alike > best {
				best, field, property = alike, name, candidate
			}
		}
	}
	return field, property
}

// fits tells whether what Terraform describes by s can be what the SDK declares as t.
func fits(s shim.Schema, t *goType) bool {
	switch {
	case t == nil:
		return false
	case isList(s):
		if t.kind == list {
			t = t.element
		}
		_, blocks := s.Elem().(shim.Resource)
		return !blocks || t.kind == object
	case s.Type() == shim.TypeMap:
		return t.kind == object || t.kind == dictionary
	default:
		return t.kind == scalar || t.kind == open
	}
}

// isAsset tells the SDK's types for a file, where Terraform takes a path.
func isAsset(t *goType) bool { return t.name == "pulumi.AssetOrArchive" || t.name == "pulumi.Archive" }

func sortedNames(schema shim.SchemaMap) []string {
	var names []string
	for name := range schema.Range {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// pulumiNames returns the bridge's name for a field if it is shown as one value, and if it is
// shown as a list. They differ for lists only.
func pulumiNames(name string, schema shim.SchemaMap) (one, many string) {
	yes, no := true, false
	one = tfbridge.TerraformToPulumiNameV2(name, schema, map[string]*info.Schema{name: {MaxItemsOne: &yes}})
	many = tfbridge.TerraformToPulumiNameV2(name, schema, map[string]*info.Schema{name: {MaxItemsOne: &no}})
	return one, many
}

func isList(s shim.Schema) bool { return s.Type() == shim.TypeList || s.Type() == shim.TypeSet }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
