package iameval

import (
	"errors"
	"fmt"
	"strings"
)

// condition is one key under one operator, ready to be tested.
type condition struct {
	operator  string // as written
	name      string // the key, as written
	key       string // the key in lower case
	set       quantifier
	ifExists  bool
	negated   bool
	null      []bool // of the Null operator
	test      matcher
	variables []string
}

// quantifier is a set operator.
type quantifier string

const (
	oneValue  quantifier = ""
	allValues quantifier = "ForAllValues"
	anyValue  quantifier = "ForAnyValue"
)

// matcher compares one value of the request with the values of the policy: it
// is true when any of these matches. Negation is not its business.
type matcher interface {
	matches(value string, c values) (bool, error)
}

// compileConditions reads a Condition element.
//
// Source: "IAM JSON policy elements: Condition", Condition key names are not
// case-sensitive: two spellings of one key under one operator are one key twice.
func compileConditions(source []Condition, variables bool) ([]condition, error) {
	var out []condition
	for i, s := range source {
		for _, earlier := range source[:i] {
			if s.Operator == earlier.Operator && strings.EqualFold(s.Key, earlier.Key) {
				return nil, fmt.Errorf("Condition: %s: key %s stands twice; key names are not case-sensitive", s.Operator, s.Key)
			}
		}
		c, err := compileCondition(s, variables)
		if err != nil {
			return nil, fmt.Errorf("Condition: %s: %s: %w", s.Operator, s.Key, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func compileCondition(source Condition, variables bool) (condition, error) {
	c := condition{operator: source.Operator, name: source.Key, key: strings.ToLower(source.Key)}
	if !strings.Contains(source.Key, ":") || strings.ContainsAny(source.Key, "*?${}") {
		return c, errors.New("is no condition key; a key has a service prefix, such as aws:SourceVpce")
	}
	if len(source.Values) == 0 {
		return c, errors.New("has no value, so the condition could never hold")
	}
	name := source.Operator
	if set, rest, ok := strings.Cut(name, ":"); ok {
		c.set, name = quantifier(set), rest
		if c.set != allValues && c.set != anyValue {
			return c, fmt.Errorf("%q is no set operator; the set operators are ForAllValues and ForAnyValue", set)
		}
	}
	if name == "Null" && c.set == oneValue {
		var err error
		c.null, err = readBooleans(source.Values)
		return c, err
	}
	name, c.ifExists = strings.CutSuffix(name, "IfExists")
	op, ok := operators[name]
	if !ok {
		return c, fmt.Errorf("%q is no condition operator; the operators are %s", source.Operator, operatorNames())
	}
	c.negated = op.negated
	templates := make([]template, len(source.Values))
	for i, text := range source.Values {
		t, err := newTemplate(text, variables && op.variables, op.wildcards)
		if err != nil {
			return c, err
		}
		if variables && !op.variables && strings.Contains(text, "${") {
			return c, fmt.Errorf("%q has a policy variable, which %s does not take", text, name)
		}
		templates[i] = t
		c.variables = append(c.variables, t.keys()...)
	}
	var err error
	c.test, err = op.compile(templates)
	return c, err
}

// holds tests the condition.
//
// A key that is not in the request matches nothing: a positive operator is
// false, a negated one true. IfExists makes it true. Of several values in the
// policy one must match, or none for a negated operator (NOR).
//
// ForAllValues is true when each value of the request holds, and when there is
// none; ForAnyValue is true when one value holds. Values that are all empty are
// no values: the "null data set, such as an empty string".
//
// A key that has several values needs a set operator; AWS does not say what
// happens without, so it is an error. A key that is in the request with no value
// at all is there, for IfExists, and matches nothing.
//
// Sources: "IAM JSON policy elements: Condition operators", introduction,
// ...IfExists, Null; "Conditions with multiple context keys or values",
// Evaluation logic for negated matching condition operators; "Single-valued vs.
// multivalued context keys", Set operators for multivalued context keys;
// "Creating a condition with multiple keys or values", Using multiple keys and
// values (null data set).
func (c *condition) holds(request values) (bool, error) {
	found, present := request[c.key]
	if c.null != nil {
		return c.isNull(found), nil
	}
	if !present && c.ifExists {
		return true, nil
	}
	if c.set == oneValue {
		switch len(found) {
		case 0:
			return c.negated, nil
		case 1:
			return c.holdsFor(found[0], request)
		default:
			return false, fmt.Errorf("the key has %d values in the request; use ForAllValues: or ForAnyValue:", len(found))
		}
	}
	if null(found) {
		return c.set == allValues, nil
	}
	// All values are looked at, so that a wrong one is an error wherever it
	// stands.
	all, some := true, false
	for _, value := range found {
		ok, err := c.holdsFor(value, request)
		if err != nil {
			return false, err
		}
		all, some = all && ok, some || ok
	}
	if c.set == allValues {
		return all, nil
	}
	return some, nil
}

func (c *condition) holdsFor(value string, request values) (bool, error) {
	ok, err := c.test.matches(value, request)
	return ok != c.negated, err
}

// isNull tests the Null operator: "true (the key doesn't exist, it is null) or
// false (the key exists and its value is not null)". An empty value is null.
//
// Sources: "IAM JSON policy elements: Condition operators", Condition operator
// to check existence of condition keys; "IAM JSON policy elements: Condition",
// The request context ("it is possible to include an empty string. In this case,
// the value in the request context is null").
func (c *condition) isNull(found []string) bool {
	for _, want := range c.null {
		if want == null(found) {
			return true
		}
	}
	return false
}

func null(found []string) bool {
	for _, value := range found {
		if value != "" {
			return false
		}
	}
	return true
}

// matchesConditions tells whether all conditions of a statement hold: a logical
// AND over operators and keys.
//
// Source: "Conditions with multiple context keys or values", Evaluation logic
// for multiple context keys or values.
func (s *statement) matchesConditions(request values) (bool, error) {
	all := true
	for i := range s.conditions {
		c := &s.conditions[i]
		ok, err := c.holds(request)
		if err != nil {
			return false, fmt.Errorf("%s: %s: %s: %w", s.ref, c.operator, c.name, err)
		}
		all = all && ok
	}
	return all, nil
}
