package iameval

import "strings"

// stringMatcher compares with literal texts or with patterns.
type stringMatcher struct {
	texts []template
	fold  bool
}

// equalStrings: "Exact matching, case sensitive".
func equalStrings(texts []template) (matcher, error) { return stringMatcher{texts: texts}, nil }

// likeStrings: case-sensitive, with * and ? anywhere; unlike in an ARN, a *
// reaches over colons.
func likeStrings(texts []template) (matcher, error) { return stringMatcher{texts: texts}, nil }

// equalFolded: "Exact matching, ignoring case".
func equalFolded(texts []template) (matcher, error) {
	return stringMatcher{texts: texts, fold: true}, nil
}

// Source: "IAM JSON policy elements: Condition operators", String condition
// operators.
func (m stringMatcher) matches(value string, c values) (bool, error) {
	matched := false
	for _, text := range m.texts {
		g, ok, err := text.expand(c)
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		if m.fold {
			matched = matched || strings.EqualFold(string(g), value)
		} else {
			matched = matched || g.matches(value)
		}
	}
	return matched, nil
}
