package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// ofStack returns the resources of a type in a stack.
func (in *inspection) ofStack(stack graph.Name, resourceType string) []*snapshot.Resource {
	return slices.DeleteFunc(in.OfType(resourceType), func(r *snapshot.Resource) bool { return r.Stack != stack })
}

// pointsTo wants a property to name one of the targets. Where a value is known it
// decides, and not what the program made it of: after a refresh, or in a changed
// snapshot, the two can differ.
func (s subject) pointsTo(property, wanted string, targets ...*snapshot.Resource) bool {
	if slices.ContainsFunc(targets, func(target *snapshot.Resource) bool { return pointsAt(s.Resource, property, target) }) {
		return true
	}
	if value := s.Get(property); !snapshot.Known(value) {
		s.cannotTell(property, wanted)
	} else {
		s.fail(property, wanted, show(value))
	}
	return false
}

// hasOne returns the resource of a type that is meant, and reports that there is
// none, or that the properties by which it would be known are not known yet.
func (s subject) hasOne(wanted, resourceType string, meant func(r *snapshot.Resource) bool, knownBy ...string) (subject, bool) {
	undecided := false
	for _, r := range s.in.OfType(resourceType) {
		if meant(r) {
			return subject{s.in, r}, true
		}
		undecided = undecided || slices.ContainsFunc(knownBy, func(property string) bool {
			return !snapshot.Known(r.Get(property)) && len(r.References[whole(property)]) == 0
		})
	}
	if undecided {
		s.cannotTell("", wanted)
	} else {
		s.fail("", wanted, "none")
	}
	return subject{}, false
}

// pointsAt reports whether a property of a resource names the target.
func pointsAt(r *snapshot.Resource, property string, target *snapshot.Resource) bool {
	values := snapshot.List(r.Get(property))
	for _, key := range []string{"id", "arn", "bucket", "keyId", "name", "url"} {
		identity, _ := target.Get(key).(string)
		if identity == "" || identity == snapshot.Unknown {
			continue
		}
		// CloudTrail wants the ARN of a log group with ":*" behind it.
		if slices.Contains(values, identity) || slices.Contains(values, identity+":*") {
			return true
		}
	}
	undecided := !snapshot.Known(r.Get(property)) || target.ID == ""
	return undecided && slices.Contains(r.References[whole(property)], target.URN)
}

// whole is the property that a path begins with: references are kept for these.
func whole(property string) string {
	if i := strings.IndexAny(property, ".["); i > 0 {
		return property[:i]
	}
	return property
}
