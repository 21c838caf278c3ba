package controls

import (
	"errors"
	"slices"
	"sync"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// estate is a snapshot with what several controls make of it.
type estate struct {
	*snapshot.Snapshot
	pipeline *Pipeline

	cache *access.Cache
	once  sync.Once
	model *access.Model
}

// policies is the policies of the estate and where they are in force.
func (e *estate) policies() *access.Model {
	e.once.Do(func() { e.model = access.NewCached(e.Snapshot, e.cache) })
	return e.model
}

// document is a policy document under inspection.
type document struct {
	subject
	*access.Document
}

// documents returns the policy documents of the kinds that can be read, and
// reports the others.
func (in *inspection) documents(kinds ...iameval.Kind) []document {
	var out []document
	for _, d := range in.policies().Documents {
		if slices.Contains(kinds, d.Kind) {
			in.checked[d.Resource.Stack]++
			if d, ok := in.readable(d); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

// policyOn returns the policy of a bucket, key, topic, queue or endpoint, and
// reports when it has none or one that cannot be read.
func (s subject) policyOn() (document, bool) {
	d := s.in.policies().On(s.Resource)
	if d == nil {
		s.fail("policy", "a policy", "none")
		return document{}, false
	}
	return s.in.readable(d)
}

func (in *inspection) readable(d *access.Document) (document, bool) {
	s := subject{in, d.Resource}
	switch {
	case errors.Is(d.Err, access.ErrUnknown):
		s.cannotTell(d.Property, "a policy that can be judged")
	case d.Err != nil:
		s.fail(d.Property, "a policy that AWS would take", d.Err.Error())
	default:
		return document{s, d}, true
	}
	return document{}, false
}

// eachStatement calls f for every statement of the document with its place in
// it, such as policy.Statement[2].
func (d document) eachStatement(f func(place string, s iameval.Statement)) {
	for _, s := range d.Statements() {
		f(d.place(s), s)
	}
}

// place names a statement by its Sid.
func (d document) place(s iameval.Statement) string { return d.Property + "[" + s.Sid + "]" }
