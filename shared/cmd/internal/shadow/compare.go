package shadow

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// differences compares two values of a property, secrets masked.
func differences(path string, was, is any) []Difference {
	if was == state.Secret || is == state.Secret {
		return nil
	}
	was, is = plain(was), plain(is)
	if reflect.DeepEqual(was, is) || empty(was) && empty(is) {
		return nil
	}
	switch old := was.(type) {
	case map[string]any:
		if now, ok := is.(map[string]any); ok {
			return inObjects(path, old, now)
		}
	case []any:
		if now, ok := is.([]any); ok {
			return inLists(path, old, now)
		}
	}
	return []Difference{{Path: path, Was: was, Is: is}}
}

// plain reads a text that is a JSON object, such as a policy, as what it says.
func plain(v any) any {
	text, ok := v.(string)
	if !ok || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return v
	}
	var document map[string]any
	if json.Unmarshal([]byte(text), &document) != nil {
		return v
	}
	return document
}

// empty reports whether a value says nothing. Providers tell an empty value from
// one that is not set in some answers only.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func inObjects(path string, was, is map[string]any) []Difference {
	all := maps.Clone(was)
	maps.Copy(all, is)
	var out []Difference
	for _, key := range keys(all) {
		out = append(out, differences(join(path, key), was[key], is[key])...)
	}
	return out
}

func inLists(path string, was, is []any) []Difference {
	gone, added := without(was, is), without(is, was)
	switch {
	case len(gone) == 1 && len(added) == 1 && len(was) == len(is):
		at := slices.IndexFunc(was, func(v any) bool { return reflect.DeepEqual(v, gone[0]) })
		return differences(fmt.Sprintf("%s[%d]", path, at), gone[0], added[0])
	case len(gone) == 0 && len(added) == 0:
		gone, added = was, is // the same elements, in another order or number
	}
	return []Difference{{Path: path, Was: gone, Is: added}}
}

// without is what of one list is not in another.
func without(list, other []any) []any {
	left := []any{}
	for _, v := range list {
		if !slices.ContainsFunc(other, func(w any) bool { return reflect.DeepEqual(v, w) }) {
			left = append(left, v)
		}
	}
	return left
}

// join leads into an object.
func join(path, key string) string {
	if strings.ContainsAny(key, ".[]\"") {
		return fmt.Sprintf("%s[%q]", path, key)
	}
	return path + "." + key
}

func keys(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }

// Compact writes a value of a property in one line.
func Compact(v any) string {
	if v == nil {
		return "not set"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
