package controls

import (
	"fmt"
	"slices"
	"strings"
)

// eventMatches reports whether an event pattern matches an event, and is an error
// where the pattern has an operator that is not known here (Amazon EventBridge
// User Guide, "Creating Amazon EventBridge event patterns" and "Comparison
// operators for use in event patterns").
func eventMatches(pattern, event map[string]any) (bool, error) {
	matches := true
	for key, wanted := range pattern {
		ok, err := fieldMatches(key, wanted, event)
		if err != nil {
			return false, err
		}
		matches = matches && ok // every field is read, so that none hides an error
	}
	return matches, nil
}

func fieldMatches(key string, wanted any, event map[string]any) (bool, error) {
	switch w := wanted.(type) {
	case map[string]any:
		below, _ := event[key].(map[string]any)
		return eventMatches(w, below)
	case []any:
		any := false
		for _, item := range w {
			ok, err := itemMatches(key, item, event)
			if err != nil {
				return false, err
			}
			any = any || ok
		}
		return any, nil
	}
	return false, fmt.Errorf("%s: a pattern has lists and objects only", key)
}

// itemMatches decides one item of a list: an alternative of $or, a plain value or
// an operator.
func itemMatches(key string, item any, event map[string]any) (bool, error) {
	operator, isObject := item.(map[string]any)
	value, present := event[key]
	switch {
	case key == "$or" && isObject:
		return eventMatches(operator, event)
	case !isObject:
		return present && value == item, nil
	case len(operator) != 1:
		return false, fmt.Errorf("%s: an operator has one name", key)
	}
	text, _ := value.(string)
	for name, operand := range operator {
		word, _ := operand.(string)
		switch name {
		case "prefix":
			return present && strings.HasPrefix(text, word), nil
		case "suffix":
			return present && strings.HasSuffix(text, word), nil
		case "equals-ignore-case":
			return present && strings.EqualFold(text, word), nil
		case "exists":
			return present == (operand == true), nil
		case "anything-but":
			list, isList := operand.([]any)
			if !isList {
				list = []any{operand}
			}
			return present && !slices.Contains(list, value), nil
		}
		return false, fmt.Errorf("%s: the operator %s is not known here", key, name)
	}
	return false, nil
}
