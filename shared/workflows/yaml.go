package workflows

import (
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pairs are the keys of a mapping with their values, in the file's order.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// child is the value of a key, or nil.
func child(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// text is a scalar as written, and empty for everything else.
func text(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// words are the items of a list; GitHub takes a single word as well.
func words(n *yaml.Node) []string {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		out := make([]string, len(n.Content))
		for i, item := range n.Content {
			out[i] = text(item)
		}
		return out
	case text(n) == "":
		return nil
	}
	return []string{n.Value}
}

func entries(n *yaml.Node) []Entry {
	var out []Entry
	for k, v := range pairs(n) {
		out = append(out, Entry{Key: k.Value, Value: text(v), Line: v.Line})
	}
	return out
}

// scalars are all values below n, each with the key it belongs to.
func scalars(n *yaml.Node, key string) []Entry {
	switch n.Kind {
	case yaml.ScalarNode:
		return []Entry{{Key: key, Value: n.Value, Line: n.Line}}
	case yaml.MappingNode:
		var out []Entry
		for k, v := range pairs(n) {
			out = append(out, scalars(v, k.Value)...)
		}
		return out
	}
	var out []Entry
	for _, item := range n.Content {
		out = append(out, scalars(item, key)...)
	}
	return out
}

// anchored finds an anchor or an alias.
func anchored(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return n
	}
	for _, c := range n.Content {
		if found := anchored(c); found != nil {
			return found
		}
	}
	return nil
}

// bare is an expression without the ${{ }} that GitHub lets one leave out in
// conditions.
func bare(expression string) string {
	e := strings.TrimSpace(expression)
	if inner, found := strings.CutPrefix(e, "${{"); found {
		if inner, found = strings.CutSuffix(inner, "}}"); found && !strings.Contains(inner, "${{") {
			return strings.TrimSpace(inner)
		}
	}
	return e
}
