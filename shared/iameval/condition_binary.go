package iameval

import (
	"encoding/base64"
	"fmt"
)

type byteMatcher struct{ values []string }

// equalBytes "compares the value of the specified key byte for byte against a
// base-64 encoded representation of the binary value in the policy". The
// request's value is the bytes themselves.
//
// Source: "IAM JSON policy elements: Condition operators", Binary condition
// operators.
func equalBytes(texts []template) (matcher, error) {
	m := byteMatcher{}
	for _, text := range texts {
		b, err := base64.StdEncoding.Strict().DecodeString(text.source)
		if err != nil {
			return nil, fmt.Errorf("%q is not base64", text.source)
		}
		m.values = append(m.values, string(b))
	}
	return m, nil
}

func (m byteMatcher) matches(value string, _ values) (bool, error) {
	return has(m.values, value), nil
}
