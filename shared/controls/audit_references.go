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

// whole is the property that a path begins with: references are kept for these.
func whole(property string) string {
	if i := strings.IndexAny(property, ".["); i > 0 {
		return property[:i]
	}
	return property
}
