package environmentfile

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const stateKey = "state"

// keys are those of the state, in the order in which they are written.
var keys = []string{"backend", "secretsProvider"}

// edit writes the missing values into the text. Where it does not know the form
// of what is there, it leaves the text as it is.
func edit(content []byte, root *yaml.Node, missing map[string]string) []byte {
	t := newText(content)
	key, value := find(root, stateKey)
	switch {
	case key == nil:
		t.insert(t.afterValue(root, "owner"), append([]string{
			"", "# Where Pulumi keeps the state, and the key of its secrets.", "state:",
		}, block("  ", missing)...)...)
	case value.Kind == yaml.ScalarNode && value.Tag == "!!null",
		value.Kind == yaml.MappingNode && len(value.Content) == 0:
		line := t.lines[key.Line-1]
		t.lines[key.Line-1] = "state:" + comment(line)
		t.insert(key.Line, block("  ", missing)...)
	case value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle != 0:
		t.editFlow(value, missing)
	case value.Kind == yaml.MappingNode:
		t.editBlock(value, missing)
	}
	return t.bytes()
}

// editBlock writes values into a state of one line per key.
func (t *text) editBlock(state *yaml.Node, missing map[string]string) {
	indent := strings.Repeat(" ", state.Content[0].Column-1)
	// From the last line to the first, so that line numbers stay true.
	for _, name := range slices.Backward(keys) {
		value, wanted := missing[name]
		if !wanted {
			continue
		}
		if key, _ := find(state, name); key != nil {
			t.lines[key.Line-1] = indent + name + ": " + value + comment(t.lines[key.Line-1])
		} else if name == keys[0] {
			t.insert(state.Content[0].Line-1, indent+name+": "+value)
		} else {
			t.insert(last(state).Line, indent+name+": "+value)
		}
	}
}

// editFlow writes values into a state such as { backend: … }, on one line.
func (t *text) editFlow(state *yaml.Node, missing map[string]string) {
	line := t.lines[state.Line-1]
	from, to := strings.Index(line, "{"), strings.LastIndex(line, "}")
	if from < 0 || to < from || strings.ContainsAny(line[from:to], "#") {
		return
	}
	var fields []string
	for _, name := range keys {
		value, wanted := missing[name]
		if _, is := find(state, name); is != nil && !wanted {
			value = is.Value
		}
		fields = append(fields, name+`: "`+value+`"`)
	}
	t.lines[state.Line-1] = line[:from] + "{ " + strings.Join(fields, ", ") + " }" + line[to+1:]
}

// block are the missing values as lines.
func block(indent string, missing map[string]string) []string {
	var lines []string
	for _, name := range keys {
		if value, ok := missing[name]; ok {
			lines = append(lines, indent+name+": "+value)
		}
	}
	return lines
}

// comment is the comment at the end of a line, with the space before it.
func comment(line string) string {
	if at := strings.Index(line, " #"); at >= 0 {
		return " " + strings.TrimLeft(line[at:], " ")
	}
	return ""
}

// find returns a key of a mapping and its value.
func find(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// last is the node that ends a value.
func last(n *yaml.Node) *yaml.Node {
	for len(n.Content) > 0 {
		n = n.Content[len(n.Content)-1]
	}
	return n
}

// text is a file in lines.
type text struct {
	lines []string
	// ending is how its lines end.
	ending string
}

func newText(content []byte) *text {
	t := &text{ending: "\n"}
	if strings.Contains(string(content), "\r\n") {
		t.ending = "\r\n"
	}
	t.lines = strings.Split(strings.TrimSuffix(string(content), t.ending), t.ending)
	return t
}

func (t *text) bytes() []byte { return []byte(strings.Join(t.lines, t.ending) + t.ending) }

// insert puts lines after that number of lines.
func (t *text) insert(after int, lines ...string) { t.lines = slices.Insert(t.lines, after, lines...) }

// afterValue is the number of lines to the end of a key's value, or of all
// where the key is not there.
func (t *text) afterValue(root *yaml.Node, name string) int {
	if _, value := find(root, name); value != nil {
		return last(value).Line
	}
	return len(t.lines)
}
