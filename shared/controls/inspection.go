package controls

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// inspection is the work of one control on a snapshot.
type inspection struct {
	*estate
	control  *Control
	checked  map[graph.Name]int
	findings []Finding
	unknown  []Finding
	// verdicts counts what the evaluator was asked.
	verdicts int
}

// subject is a resource under inspection.
type subject struct {
	in *inspection
	*snapshot.Resource
}

// each returns the resources of the types, and counts them as looked at.
func (in *inspection) each(types ...string) []subject {
	var out []subject
	for _, r := range in.OfType(types...) {
		in.checked[r.Stack]++
		out = append(out, subject{in, r})
	}
	return out
}

// required returns the resources of a type in a stack, and reports that there
// is none.
func (in *inspection) required(stack graph.Name, resourceType string) []subject {
	if !in.Has(stack) {
		return nil
	}
	in.checked[stack]++
	var out []subject
	for _, r := range in.OfType(resourceType) {
		if r.Stack == stack {
			_ = r.Get("id") // that it is there is what is looked at
			out = append(out, subject{in, r})
		}
	}
	if len(out) == 0 {
		in.missing(stack, resourceType)
	}
	return out
}

// forbid reports every resource of the types.
func (in *inspection) forbid(stack graph.Name, types ...string) {
	if in.Has(stack) {
		in.checked[stack]++
	}
	for _, r := range in.each(types...) {
		r.fail("", "none in the estate", "one")
	}
}

// missing reports that a stack has not what it should.
func (in *inspection) missing(stack graph.Name, what string) {
	in.findings = append(in.findings, Finding{
		Control: in.control.ID, Severity: in.control.Severity, Stack: stack,
		Wanted: what, Found: "none", Remedy: in.control.Remedy,
	})
}

// alongside returns the one resource of a type that names this one in a
// property, as a bucket's versioning names the bucket, and reports that there is
// none.
func (s subject) alongside(resourceType, property string) (subject, bool) {
	undecided := false
	for _, r := range s.in.OfType(resourceType) {
		if r.Refers(property, s.Resource) {
			return subject{s.in, r}, true
		}
		undecided = undecided || r.Stack == s.Stack && !snapshot.Known(r.Get(property)) && len(r.References[property]) == 0
	}
	if undecided {
		s.cannotTell("", resourceType)
	} else {
		s.fail("", resourceType, "none")
	}
	return subject{}, false
}

// want reports a property that is not as ok demands; ok gets nil for one that is
// absent. A property that is not known yet is reported as such.
func (s subject) want(property, wanted string, ok func(value any) bool) bool {
	value := s.Get(property)
	switch {
	case !snapshot.Known(value):
		s.cannotTell(property, wanted)
	case !ok(value):
		s.fail(property, wanted, show(value))
	default:
		return true
	}
	return false
}

// is wants a property to have one value.
func (s subject) is(property string, value any) bool {
	return s.want(property, show(value), func(v any) bool { return equal(v, value) })
}

// isOneOf wants a property to have one of the values.
func (s subject) isOneOf(property string, values ...any) bool {
	var words []string
	for _, v := range values {
		if word := show(v); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return s.want(property, strings.Join(words, " or "), func(v any) bool {
		return slices.ContainsFunc(values, func(value any) bool { return equal(v, value) })
	})
}

// isOff wants a property to be absent or false.
func (s subject) isOff(property string) bool {
	return s.want(property, "false", func(v any) bool { return v == nil || v == false })
}

// isEmpty wants a property to be absent, or an empty text, list or mapping.
func (s subject) isEmpty(property string) bool {
	return s.want(property, "nothing", func(v any) bool { return empty(v) })
}

// isSet wants a property to be there; one that is not known yet will be.
func (s subject) isSet(property, wanted string) bool {
	if empty(s.Get(property)) {
		s.fail(property, wanted, show(s.Get(property)))
		return false
	}
	return true
}

// isAtLeast and isAtMost want a number.
func (s subject) isAtLeast(property string, least float64) bool {
	return s.want(property, fmt.Sprintf("at least %v", least), func(v any) bool { n, ok := number(v); return ok && n >= least })
}

func (s subject) isAtMost(property string, most float64) bool {
	return s.want(property, fmt.Sprintf("at most %v", most), func(v any) bool { n, ok := number(v); return ok && n <= most })
}

// refersTo wants a property to name one of the targets.
func (s subject) refersTo(property, wanted string, targets ...*snapshot.Resource) bool {
	for _, target := range targets {
		if s.Refers(property, target) {
			return true
		}
	}
	if !snapshot.Known(s.Get(property)) {
		s.cannotTell(property, wanted)
	} else {
		s.fail(property, wanted, show(s.Get(property)))
	}
	return false
}

// fail reports that the control does not hold here.
func (s subject) fail(property, wanted, found string) {
	s.in.findings = append(s.in.findings, s.finding(property, wanted, found))
}

// cannotTell reports that it cannot be told yet whether the control holds here.
func (s subject) cannotTell(property, wanted string) {
	s.in.unknown = append(s.in.unknown, s.finding(property, wanted, "not known yet"))
}

func (s subject) finding(property, wanted, found string) Finding {
	return Finding{
		Control: s.in.control.ID, Severity: s.in.control.Severity,
		Stack: s.Stack, Resource: s.Resource.String(), URN: s.URN,
		Property: property, Wanted: wanted, Found: found, Remedy: s.in.control.Remedy,
	}
}

// equal compares a property with a wanted value; numbers come as float64 or as
// Go's own.
func equal(v, wanted any) bool {
	a, isNumber := number(v)
	b, wantsNumber := number(wanted)
	if isNumber && wantsNumber {
		return a == b
	}
	return v == wanted
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// show writes a value for a finding, cut where it is long.
func show(v any) string {
	if v == nil {
		return "nothing"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	const most = 120
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}
