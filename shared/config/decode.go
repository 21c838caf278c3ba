package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoding fills a struct from a YAML tree and collects every problem instead
// of stopping at the first one, as the YAML library would.
type decoding struct {
	problems []Problem
	// lines holds the line of every key seen.
	lines map[string]int
}

func (d *decoding) decode(node *yaml.Node, into any) {
	d.value(node, reflect.ValueOf(into).Elem(), "")
}

// line finds where a key stands, or else the nearest key above it.
func (d *decoding) line(key string) int {
	for key != "" {
		if line, ok := d.lines[key]; ok {
			return line
		}
		cut := strings.LastIndexAny(key, ".[")
		if cut < 0 {
			break
		}
		key = key[:cut]
	}
	return 0
}

// beyond leaves out the problems with a value that could not be read: it looks as
// if it were missing, and what is wrong with it has been said.
func (d *decoding) beyond(problems []Problem) []Problem {
	return slices.DeleteFunc(problems, func(p Problem) bool {
		return slices.ContainsFunc(d.problems, func(unread Problem) bool {
			below, ok := strings.CutPrefix(p.Key, unread.Key)
			return unread.Key == wholeFile || ok && (below == "" || below[0] == '.' || below[0] == '[')
		})
	})
}

// wholeFile is the key of a problem with no key.
const wholeFile = "the file"

func (d *decoding) fail(node *yaml.Node, key, value, rule string) {
	if key == "" {
		key = wholeFile
	}
	d.problems = append(d.problems, Problem{Line: node.Line, Key: key, Value: value, Rule: rule})
}

func (d *decoding) value(node *yaml.Node, v reflect.Value, key string) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	d.lines[key] = node.Line
	if node.Tag == "!!null" {
		return // "key:" with nothing after it is a key left out
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(node, v.Elem(), key)
	case reflect.Struct:
		d.mapping(node, v, key)
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			d.fail(node, key, node.Value, "must be a list")
			return
		}
		for i, item := range node.Content {
			element := reflect.New(v.Type().Elem()).Elem()
			d.value(item, element, fmt.Sprintf("%s[%d]", key, i))
			v.Set(reflect.Append(v, element))
		}
	default:
		d.scalar(node, v, key)
	}
}

func (d *decoding) scalar(node *yaml.Node, v reflect.Value, key string) {
	if node.Kind != yaml.ScalarNode {
		d.fail(node, key, "", "must be a single value")
		return
	}
	switch v.Kind() {
	case reflect.String:
		// The text as written, so that an account id keeps its leading zeros.
		v.SetString(node.Value)
	case reflect.Int:
		number, err := strconv.Atoi(node.Value)
		if err != nil {
			d.fail(node, key, node.Value, "must be a whole number")
			return
		}
		v.SetInt(int64(number))
	case reflect.Bool:
		if node.Tag != "!!bool" {
			d.fail(node, key, node.Value, "must be true or false")
			return
		}
		v.SetBool(node.Value == "true")
	default:
		panic(fmt.Sprintf("config: field %s has a type that no file can hold: %s", key, v.Type()))
	}
}

func (d *decoding) mapping(node *yaml.Node, v reflect.Value, key string) {
	if node.Kind != yaml.MappingNode {
		d.fail(node, key, node.Value, "must be a mapping of keys to values")
		return
	}
	known := fields(v.Type())
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		name, content := node.Content[i], node.Content[i+1]
		path := strings.TrimPrefix(key+"."+name.Value, ".")
		index, ok := known[name.Value]
		switch {
		case !ok:
			d.fail(name, path, "", "unknown key; the keys here are "+strings.Join(sortedKeys(known), ", "))
		case seen[name.Value]:
			d.fail(name, path, "", "is given twice")
		default:
			d.value(content, v.Field(index), path)
		}
		seen[name.Value] = true
	}
}

// fields maps the YAML keys of a struct to its field indexes.
func fields(t reflect.Type) map[string]int {
	out := map[string]int{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			out[name] = i
		}
	}
	return out
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
