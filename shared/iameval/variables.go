package iameval

import (
	"errors"
	"fmt"
	"strings"
)

// template is a text with policy variables.
type template struct {
	source string
	parts  []part
}

// part is a fixed text, or a variable with its default.
type part struct {
	fixed    glob
	key      string // in lower case; empty for a fixed text
	name     string // as written
	fallback *string
}

// newTemplate reads a text. Version 2008-10-17 has no variables: there "${" is
// plain text. Without wildcards, * and ? are plain text too.
//
// ${*}, ${?} and ${$} stand for the characters themselves. A default stands
// after a comma and a space, in single quotes.
//
// Sources: "IAM policy elements: Variables and tags", Using variables in
// policies, Special characters, Specifying default values.
func newTemplate(text string, variables, wildcards bool) (template, error) {
	t := template{source: text}
	fixed := func(s string, wild bool) {
		g := glob(s)
		if wild {
			g = newGlob(s)
		}
		if n := len(t.parts); n > 0 && t.parts[n-1].key == "" {
			t.parts[n-1].fixed = append(t.parts[n-1].fixed, g...)
			return
		}
		t.parts = append(t.parts, part{fixed: g})
	}
	for rest := text; rest != ""; {
		start := strings.Index(rest, "${")
		if !variables || start < 0 {
			fixed(rest, wildcards)
			break
		}
		fixed(rest[:start], wildcards)
		variable, size, err := readVariable(rest[start:])
		if err != nil {
			return template{}, fmt.Errorf("%q: %w", text, err)
		}
		if variable.key == "" {
			fixed(string(variable.fixed), false)
		} else {
			t.parts = append(t.parts, variable)
		}
		rest = rest[start+size:]
	}
	return t, nil
}

// readVariable reads one variable at the start of a text, and says how long it
// is.
func readVariable(text string) (part, int, error) {
	body := text[len("${"):]
	end := strings.Index(body, "}")
	if quote := strings.Index(body, ", '"); quote >= 0 && quote < end {
		closing := strings.Index(body[quote+3:], "'}")
		if closing < 0 {
			return part{}, 0, errors.New("the default of a variable has no end; write ${key, 'default'}")
		}
		end = quote + 3 + closing + 1
	}
	if end < 0 {
		return part{}, 0, errors.New("a variable has no closing brace")
	}
	size := len("${") + end + len("}")
	name := body[:end]
	if name == "*" || name == "?" || name == "$" {
		return part{fixed: glob(name)}, size, nil
	}
	var fallback *string
	if key, value, ok := strings.Cut(name, ", '"); ok {
		value = strings.TrimSuffix(value, "'")
		name, fallback = key, &value
	}
	if !strings.Contains(name, ":") || strings.ContainsAny(name, "${}',*?") {
		return part{}, 0, fmt.Errorf("${%s} is no policy variable; write a condition key, such as ${aws:username}", body[:end])
	}
	return part{key: strings.ToLower(name), name: name, fallback: fallback}, size, nil
}

// keys are the variables' names, as written.
func (t template) keys() []string {
	var out []string
	for _, p := range t.parts {
		if p.key != "" {
			out = append(out, p.name)
		}
	}
	return out
}

func (t template) constant() bool { return len(t.keys()) == 0 }

// expand puts in the values of the variables. It is false when a variable has
// neither a value nor a default: such a text equals nothing and is like
// nothing. An empty value is no value.
//
// AWS does not say whether a * in a value is a wildcard; here it is not, so that
// whoever may choose a tag's value does not choose what a policy covers.
//
// Sources: "IAM policy elements: Variables and tags", Policy variables with no
// value; "Single-valued vs. multivalued context keys" ("You cannot use a
// multivalued context key as a policy variable").
func (t template) expand(c values) (glob, bool, error) {
	if len(t.parts) == 0 {
		return nil, true, nil
	}
	if len(t.parts) == 1 && t.parts[0].key == "" {
		return t.parts[0].fixed, true, nil
	}
	var out glob
	for _, p := range t.parts {
		if p.key == "" {
			out = append(out, p.fixed...)
			continue
		}
		found := c[p.key]
		switch {
		case len(found) > 1:
			return nil, false, fmt.Errorf("variable ${%s} has %d values in the request; a multivalued key is no variable", p.name, len(found))
		case len(found) == 1 && found[0] != "":
			out = append(out, glob(found[0])...)
		case p.fallback != nil:
			out = append(out, glob(*p.fallback)...)
		default:
			return nil, false, nil
		}
	}
	return out, true, nil
}
