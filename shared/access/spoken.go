package access

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// spokenOf are the prefixes of the data bucket that the environment file gives a
// role, or that an allowing statement of theirs, or of the bucket, tells from the
// others. What speaks of all prefixes alike tells none from the others: the one
// that stands for them shows it.
func (v *vocabulary) spokenOf(name string, c Caller) []string {
	var spoken []string
	for _, w := range v.model.snapshot.Environment.Workloads {
		if w.Name == name {
			spoken = slices.Concat(spoken, w.Reads, w.Writes)
		}
	}
	bucket := v.targets["data bucket"]
	for _, p := range append(slices.Clone(c.identity), bucket.Policy) {
		if p == nil {
			continue
		}
		for _, pattern := range allowedPlaces(p, bucket.ARN) {
			matched := slices.DeleteFunc(slices.Clone(v.prefixes), func(prefix string) bool { return !pattern.speaksOf(prefix) })
			if len(matched) < len(v.prefixes) {
				spoken = append(spoken, matched...)
			}
		}
	}
	slices.Sort(spoken)
	return slices.Compact(spoken)
}

// placePattern is what a statement says of places in the data bucket.
type placePattern struct {
	// before is what stands before the key in the pattern: the bucket, or nothing.
	before, pattern string
}

// speaksOf reports whether the pattern matches something of a prefix, or is about
// something inside of it.
func (p placePattern) speaksOf(prefix string) bool {
	place := p.before + prefix
	return iameval.Like(p.pattern, place+"object") || iameval.Like(p.pattern, place) || strings.HasPrefix(literal(p.pattern), place)
}

var policyVariable = regexp.MustCompile(`\$\{[^}]*\}`)

// allowedPlaces are the patterns of allowing statements that may be about objects
// of the bucket. A variable may be anything.
func allowedPlaces(p *iameval.Policy, bucket string) []placePattern {
	var out []placePattern
	for _, s := range p.Document().Statements {
		if s.Effect != iameval.EffectAllow {
			continue
		}
		for _, resource := range slices.Concat(s.Resources, s.NotResources) {
			pattern := policyVariable.ReplaceAllString(resource, "*")
			if known := literal(pattern); strings.HasPrefix(known, bucket+"/") || strings.HasPrefix(bucket+"/", known) {
				out = append(out, placePattern{bucket + "/", pattern})
			}
		}
		for _, c := range s.Conditions {
			if strings.EqualFold(c.Key, "s3:prefix") {
				for _, value := range c.Values {
					out = append(out, placePattern{"", policyVariable.ReplaceAllString(value, "*")})
				}
			}
		}
	}
	return out
}

// literal is a pattern up to its first wildcard.
func literal(pattern string) string {
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}
