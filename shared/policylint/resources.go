package policylint

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// resources holds actions and resources against each other. A trust policy has
// none, and a key's policy is about its key, whatever it names.
func (s *statement) resources() {
	element, listed := "Resource", s.Resources
	if len(s.NotResources) > 0 {
		element, listed = "NotResource", s.NotResources
	}
	unknown := func(e entry) bool { return !e.everything() && len(e.actions) == 0 }
	if len(listed) == 0 || slices.ContainsFunc(s.entries, unknown) {
		return // an action that is misspelt may be about anything
	}
	fit := true
	for _, text := range listed {
		s.place(element, text)
		if !everyResource(text) && !slices.ContainsFunc(s.candidates(text), func(a *authorization.Action) bool { return len(targets(a, text)) > 0 }) {
			s.find(ResourceShape, element, text, "none of the statement's actions is about a resource of this form")
			fit = false
		}
	}
	if fit && element == "Resource" && len(s.NotActions) == 0 && !slices.ContainsFunc(listed, everyResource) {
		for _, e := range s.entries {
			s.reaches(e)
		}
	}
}

func everyResource(text string) bool { return strings.Trim(text, "*") == "" }

// candidates are the actions that a resource may be meant for: those of the
// statement, or of the resource's own service where the statement is about all.
func (s *statement) candidates(resource string) []*authorization.Action {
	if s.all() {
		return authorization.Matching(strings.Split(resource, ":")[2] + ":*")
	}
	var out []*authorization.Action
	for _, e := range s.entries {
		out = append(out, e.actions...)
	}
	return out
}

// reaches holds that an entry finds a resource for one of its actions.
func (s *statement) reaches(e entry) {
	if e.everything() {
		return
	}
	for _, a := range e.actions {
		if len(targets(a, s.Resources...)) > 0 {
			return
		}
	}
	if a := e.actions[0]; len(a.Targets) == 0 {
		s.find(NoResource, "Action", e.text, `is about no resource, so it takes "*"`)
	} else {
		s.find(NoResource, "Action", e.text, "is about %s, and the statement names none", strings.Join(typesOf(a.Targets), ", "))
	}
}

func typesOf(targets []authorization.Target) []string {
	var out []string
	for _, t := range targets {
		out = append(out, t.Name)
	}
	return out
}

// targets are the resource types of an action that one of the resources fits.
func targets(a *authorization.Action, resources ...string) []authorization.Target {
	var out []authorization.Target
	for _, t := range a.Targets {
		if slices.ContainsFunc(resources, func(r string) bool { return everyResource(r) || overlap(t.ARN, r) }) {
			out = append(out, t)
		}
	}
	return out
}

// place holds a resource to where it can be: in the partition, and in the bucket
// whose policy this is.
func (s *statement) place(element, text string) {
	if everyResource(text) {
		return
	}
	if partition := strings.Split(text, ":")[1]; partition != s.names.Partition() && partition != "*" {
		s.find(ForeignResource, element, text, "is in the partition %s, and the estate in %s", partition, s.names.Partition())
	}
	bucket, _ := s.Resource.Get("bucket").(string)
	if s.Kind != iameval.BucketPolicy || bucket == "" || bucket == snapshot.Unknown {
		return
	}
	for _, of := range s.snapshot.OfType("aws:s3/bucketV2:BucketV2") {
		if name, _ := of.Get("bucket").(string); s.Resource.Refers("bucket", of) && name != "" && name != snapshot.Unknown {
			bucket = name
		}
	}
	if named, _, _ := strings.Cut(strings.Split(text, ":")[5], "/"); !globs(named, bucket) {
		s.find(ForeignResource, element, text, "the policy is the bucket %s's", bucket)
	}
}
