package iameval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// deepest is how far a policy may nest: document, statements, statement,
// condition block, operator, key, values, and one to spare.
const deepest = 8

// member is one name and value of a JSON object, in the order written.
type member struct {
	name  string
	value any
}

// readJSON reads a JSON text into members, []any, string, json.Number, bool and
// nil. Unlike encoding/json it refuses a name that stands twice in one object.
//
// Sources: "Grammar of the IAM JSON policy language", Policy grammar notes
// ("Individual elements must not contain multiple instances of the same key");
// "IAM JSON policy elements: Supported data types" ("all policies must be in
// UTF-8").
func readJSON(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("the text is not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := readValue(decoder, deepest)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the JSON text ends too early")
	}
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more text after the end of the policy")
	}
	return value, nil
}

func readValue(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	if depth == 0 {
		return nil, errors.New("the JSON is nested deeper than any policy")
	}
	switch token {
	case json.Delim('{'):
		return readObject(decoder, depth)
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := readValue(decoder, depth-1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := decoder.Token()
		return list, err
	}
	if s, ok := token.(string); ok {
		return s, checkText(s)
	}
	return token, nil
}

func readObject(decoder *json.Decoder, depth int) (any, error) {
	object := []member{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("a name is expected, found %v", token)
		}
		if err := checkText(name); err != nil {
			return nil, err
		}
		for _, m := range object {
			if m.name == name {
				return nil, fmt.Errorf("%q stands twice in one object; the second would replace the first", name)
			}
		}
		value, err := readValue(decoder, depth-1)
		if err != nil {
			return nil, err
		}
		object = append(object, member{name, value})
	}
	_, err := decoder.Token()
	return object, err
}

// checkText refuses half of a surrogate pair, which encoding/json would turn
// into the replacement character without a word.
func checkText(s string) error {
	if strings.ContainsRune(s, utf8.RuneError) {
		return fmt.Errorf("%q has a character that is not valid Unicode", s)
	}
	return nil
}

// stringList reads a scalar string or a list of strings, at least one.
func stringList(value any) ([]string, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if len(list) == 0 {
		return nil, errors.New("the list is empty; leave the element out or name at least one value")
	}
	out := make([]string, len(list))
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%s is not a string", describe(v))
		}
		out[i] = s
	}
	return out, nil
}

// valueList reads condition values: strings, numbers and booleans, one or a
// list. "Quotation marks are optional for numeric and Boolean values."
//
// Source: "Grammar of the IAM JSON policy language", The policy language and
// JSON.
func valueList(value any) ([]string, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if len(list) == 0 {
		return nil, errors.New("the list of values is empty, so the condition could never hold")
	}
	out := make([]string, len(list))
	for i, v := range list {
		switch v := v.(type) {
		case string:
			out[i] = v
		case json.Number:
			out[i] = v.String()
		case bool:
			out[i] = fmt.Sprint(v)
		default:
			return nil, fmt.Errorf("%s is not a string, number or boolean", describe(v))
		}
	}
	return out, nil
}

// describe names a JSON value for an error.
func describe(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case []member:
		return "an object"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("%q", v)
	default:
		return fmt.Sprint(v)
	}
}
