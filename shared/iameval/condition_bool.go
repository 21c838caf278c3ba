package iameval

import "fmt"

// readBooleans reads the values of Null.
func readBooleans(texts []string) ([]bool, error) {
	out := make([]bool, len(texts))
	for i, text := range texts {
		b, err := readBoolean(text)
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

func readBoolean(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, fmt.Errorf("%q is not true or false", text)
	}
	return text == "true", nil
}

type booleanMatcher struct{ texts []template }

// equalBooleans compares with "true" or "false".
//
// Source: "IAM JSON policy elements: Condition operators", Boolean condition
// operators.
func equalBooleans(texts []template) (matcher, error) {
	for _, text := range texts {
		if !text.constant() {
			continue
		}
		if _, err := readBoolean(text.source); err != nil {
			return nil, err
		}
	}
	return booleanMatcher{texts}, nil
}

func (m booleanMatcher) matches(value string, c values) (bool, error) {
	if value == "" { // null matches nothing
		return false, nil
	}
	if _, err := readBoolean(value); err != nil {
		return false, fmt.Errorf("in the request %w", err)
	}
	return stringMatcher{texts: m.texts}.matches(value, c)
}
