package bootstrap

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

func sorted(tags map[string]string) []string { return slices.Sorted(maps.Keys(tags)) }

// lacking names the first tag that is not as wanted; others may be there too.
func lacking(wanted, found map[string]string) (key, instead string) {
	for _, key := range sorted(wanted) {
		value, there := found[key]
		switch {
		case !there:
			return key, "tag " + key + " is missing"
		case value != wanted[key]:
			return key, fmt.Sprintf("tag %s is %q", key, value)
		}
	}
	return "", ""
}

// differing says how a policy differs from the wanted one; empty when it does
// not. AWS gives a policy back in other words: a list of one as a plain value,
// lists in another order.
func differing(wanted, found string) string {
	must, is := statements(wanted), statements(found)
	var words []string
	for _, sid := range slices.Sorted(maps.Keys(must)) {
		if got, there := is[sid]; !there {
			words = append(words, "lacks "+sid)
		} else if !reflect.DeepEqual(must[sid], got) {
			words = append(words, "has another "+sid)
		}
	}
	for _, sid := range slices.Sorted(maps.Keys(is)) {
		if _, ours := must[sid]; !ours {
			words = append(words, "also has "+sid)
		}
	}
	return strings.Join(words, ", ")
}

// statements are those of a policy by Sid, in one form.
func statements(policy string) map[string]any {
	var document struct{ Statement any }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return map[string]any{"(not a policy)": nil}
	}
	list, ok := document.Statement.([]any)
	if !ok {
		list = []any{document.Statement}
	}
	out := map[string]any{}
	for i, statement := range list {
		sid := fmt.Sprintf("statement %d", i+1)
		if fields, ok := statement.(map[string]any); ok {
			if name, ok := fields["Sid"].(string); ok && name != "" && out[name] == nil {
				sid = name
			}
			// The short form of everyone.
			if fields["Principal"] == "*" {
				fields["Principal"] = map[string]any{"AWS": "*"}
			}
		}
		out[sid] = plain(statement)
	}
	return out
}

// plain makes a sorted list of every value.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			out[key] = plain(value)
		}
		return out
	case []any:
		out := make([]string, len(v))
		for i := range v {
			out[i] = fmt.Sprint(v[i])
		}
		slices.Sort(out)
		return out
	default:
		return []string{fmt.Sprint(v)}
	}
}
