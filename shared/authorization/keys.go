package authorization

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Supports reports whether the action knows a condition key when it is about
// resources of these types; nil stands for all of its types.
//
// Source: Service Authorization Reference, "How to read the tables", Condition
// keys column of the Actions table and of the Resource types table.
func (a *Action) Supports(key string, targets []Target) bool {
	if find(a.keys, key) != nil {
		return true
	}
	if targets == nil {
		targets = a.Targets
	}
	return slices.ContainsFunc(targets, func(t Target) bool { return find(t.keys, key) != nil })
}

// FindKey returns what the reference says of a condition key: as a global one, or
// as one of the services whose actions are given. It is nil where none knows it.
func FindKey(key string, services ...string) *Key {
	if found := find(globalKeys, key); found != nil {
		return found
	}
	prefix, _, _ := strings.Cut(key, ":")
	for _, name := range append(services, prefix) {
		if s := Find(name); s != nil {
			if found := find(s.keys, key); found != nil {
				return found
			}
		}
	}
	return find(tagKeys, key)
}

// IsGlobal reports whether every service sends the key, as far as it has a value.
// Keys about tags are not: a service sends them for the actions that list them.
func IsGlobal(key string) bool { return find(globalKeys, key) != nil }

// find looks for the key in a list. Names of keys have no case ("IAM JSON policy
// elements: Condition"); the ones with a place match whatever fills it.
func find(keys []*Key, name string) *Key {
	name = strings.ToLower(name)
	var found *Key
	for _, k := range keys {
		if k.pattern == name {
			return k
		}
		if matched, err := path.Match(k.pattern, strings.ReplaceAll(name, "/", "|")); err == nil && matched {
			found = k
		}
	}
	return found
}

// places are what a policy fills in: ${TagKey}, and <key> in S3's keys.
var places = regexp.MustCompile(`\$\{[^}]*\}|<[^>]*>`)

// pattern is the key as package path matches it: a place is one character or
// more, slashes too.
func pattern(name string) string {
	name = strings.ToLower(name)
	if !places.MatchString(name) {
		return name
	}
	return strings.ReplaceAll(places.ReplaceAllString(name, "?*"), "/", "|")
}

// ActionsWith are the actions that know a condition key of their own service, in
// order.
func ActionsWith(key string) []string {
	prefix, _, _ := strings.Cut(key, ":")
	s := Find(prefix)
	if s == nil {
		return nil
	}
	var out []string
	for _, a := range s.Actions {
		if a.Supports(key, nil) {
			out = append(out, a.Name)
		}
	}
	slices.Sort(out)
	return out
}
