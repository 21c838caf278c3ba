package snapshot

import "strconv"

// Get returns the value at a path such as rules[0].applyServerSideEncryptionByDefault.sseAlgorithm,
// nil where there is none, and Unknown where it or what holds it is not known
// yet. The path "id" is the resource's ID.
func (r *Resource) Get(path string) any {
	if r.watch != nil {
		r.watch(r, path)
	}
	if path == "id" && r.ID != "" {
		return r.ID
	}
	return get(r.Properties, path)
}

// get takes a path step by step and allocates nothing: the controls ask for some
// hundred thousand values of one estate.
func get(value any, path string) any {
	for path != "" {
		var step string
		if step, path = cut(path); step == "" {
			continue
		}
		if value == Unknown {
			return Unknown
		}
		if '0' <= step[0] && step[0] <= '9' {
			index, err := strconv.Atoi(step)
			list, ok := value.([]any)
			if err != nil || !ok || index >= len(list) {
				return nil
			}
			value = list[index]
			continue
		}
		mapping, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = mapping[step]
	}
	return value
}

// cut takes the first step off a path; it is empty between "]" and ".".
func cut(path string) (step, rest string) {
	for i := range len(path) {
		if c := path[i]; c == '.' || c == '[' || c == ']' {
			return path[:i], path[i+1:]
		}
	}
	return path, ""
}

// List returns the texts of a value that is one text or a list of them; what is
// no text is left out.
func List(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			if text, ok := item.(string); ok {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}

// Known reports whether a value holds nothing that is Unknown.
func Known(value any) bool {
	switch v := value.(type) {
	case string:
		return v != Unknown
	case []any:
		for _, item := range v {
			if !Known(item) {
				return false
			}
		}
	case map[string]any:
		for _, item := range v {
			if !Known(item) {
				return false
			}
		}
	}
	return true
}
