package policylint

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
)

// conditions holds each condition against the actions that it is meant for.
func (s *statement) conditions() {
	for _, c := range s.Conditions {
		o := readOperator(c.Operator)
		key := s.key(c.Key)
		if key == nil {
			s.find(UnknownKey, "Condition", c.Key, "neither AWS nor the statement's services have this key")
			continue
		}
		if key.Deprecated {
			s.find(DeprecatedKey, "Condition", c.Key, "is deprecated")
			continue
		}
		s.sent(c.Key)
		s.supported(c, o)
		if o.name == "Null" {
			continue // it has no value to compare
		}
		s.number(c, o, key)
		if s.comparable(c, o, key) {
			s.shaped(c, o, key)
		}
	}
	s.variables()
}

// key is what the reference says of a key, or AWS elsewhere.
func (s *statement) key(name string) *authorization.Key {
	if key := authorization.FindKey(name, s.services()...); key != nil {
		return key
	}
	if documented := findElsewhere(name); documented != nil {
		return documented.key
	}
	return nil
}

// sent finds keys that only a service sends, in the policy of a role.
//
// Source: IAM User Guide, "AWS global condition context keys", Availability of
// each: "only if the call to your resource is being made directly by an AWS
// service principal".
func (s *statement) sent(key string) {
	if s.Kind != iameval.IdentityPolicy && s.Kind != iameval.PermissionsBoundary {
		return
	}
	for _, name := range []string{
		"aws:PrincipalServiceName", "aws:PrincipalServiceNamesList",
		"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths",
	} {
		if strings.EqualFold(name, key) {
			s.find(ServiceKey, "Condition", key, "is sent by a service that calls by itself, and never by a role")
		}
	}
}

// supported holds that the actions know the key. Of an entry with wildcards one
// must, and all must where the condition holds without the key.
func (s *statement) supported(c iameval.Condition, o operator) {
	if authorization.IsGlobal(c.Key) {
		return
	}
	holds := o.holdsWithout(c) && !s.wantsPresent(c.Key)
	if s.all() {
		if holds {
			s.find(UnsupportedKey, "Condition", c.Key, "only some actions know the key, and for all the others %s holds", c.Operator)
		}
		return
	}
	var without []string
	for _, e := range s.entries {
		var lack []string
		for _, a := range e.actions {
			if !s.knows(a, c.Key) {
				lack = append(lack, a.Name)
			}
		}
		if len(lack) == len(e.actions) && len(lack) > 0 {
			lack = []string{e.text}
		} else if !holds {
			lack = nil
		}
		without = append(without, lack...)
	}
	if len(without) == 0 {
		return
	}
	what := "so the statement is never about them"
	if holds {
		what = "so for them " + c.Operator + " always holds"
	}
	s.find(UnsupportedKey, "Condition", c.Key, "%s: AWS sends no such key, %s", listed(without), what)
}

// listed names the first of many.
func listed(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 4 {
		names = append(slices.Clone(names[:4]), "…")
	}
	return strings.Join(names, ", ")
}

// knows reports whether an action sends a key about the statement's resources.
func (s *statement) knows(a *authorization.Action, key string) bool {
	if documented := findElsewhere(key); documented != nil && documented.sentBy(a.Name) {
		return true
	}
	var about []authorization.Target
	if len(s.Resources) > 0 {
		if about = targets(a, s.Resources...); len(about) == 0 {
			about = []authorization.Target{}
		}
	}
	return a.Supports(key, about)
}

// wantsPresent reports whether another condition of the statement fails when the
// key is absent.
func (s *statement) wantsPresent(key string) bool {
	return slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool {
		return strings.EqualFold(c.Key, key) && !readOperator(c.Operator).holdsWithout(c)
	})
}

// variables holds that the keys in ${…} exist.
func (s *statement) variables() {
	texts := map[string][]string{"Resource": s.Resources, "NotResource": s.NotResources}
	for _, c := range s.Conditions {
		texts["Condition"] = append(texts["Condition"], c.Values...)
	}
	for _, element := range []string{"Resource", "NotResource", "Condition"} {
		for _, text := range texts[element] {
			for _, name := range variable.FindAllString(text, -1) {
				key, _, _ := strings.Cut(strings.Trim(name, "${}"), ",")
				if strings.Contains(key, ":") && s.key(key) == nil {
					s.find(UnknownKey, element, name, "neither AWS nor the statement's services have this key")
				}
			}
		}
	}
}
