package policylint

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// repetition finds what a statement says twice.
func (s *statement) repetition() {
	lists := []struct {
		element string
		values  []string
	}{
		{"Action", s.Actions}, {"NotAction", s.NotActions}, {"Resource", s.Resources}, {"NotResource", s.NotResources},
	}
	for _, list := range lists {
		s.covered(list.element, list.values)
	}
	for _, p := range []*iameval.Principals{s.Principals, s.NotPrincipals} {
		if p != nil {
			s.twice("Principal", slices.Concat(p.AWS, p.Service, p.Federated))
		}
	}
	for _, c := range s.Conditions {
		s.twice("Condition", c.Values)
	}
}

func (s *statement) twice(element string, values []string) {
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			s.find(Duplicate, element, v, "stands twice")
		}
	}
}

// covered finds values that another one, with wildcards, says already.
func (s *statement) covered(element string, values []string) {
	fold := func(text string) string { return text }
	if strings.HasSuffix(element, "Action") {
		fold = strings.ToLower // actions have no case, resources do
	}
	for i, v := range values {
		for j, other := range values {
			switch {
			case i == j:
			case fold(v) == fold(other):
				if j < i {
					s.find(Duplicate, element, v, "stands twice")
				}
			case covers(fold(other), fold(v)):
				s.find(Duplicate, element, v, "is covered by %s beside it", other)
			}
		}
	}
}

// covers reports whether a pattern is about all that another one is about.
func covers(pattern, other string) bool {
	plain := strings.NewReplacer("/", "|", `\`, "|", "[", "|").Replace
	matched, err := path.Match(plain(pattern), plain(other))
	return err == nil && matched && !strings.Contains(other, "?")
}

// repeats finds that an earlier statement says the same.
func (s *statement) repeats(earlier int) {
	a, b := s.Statement, s.document.Statements[earlier]
	a.Sid, b.Sid = "", ""
	if reflect.DeepEqual(a, b) {
		s.find(Duplicate, "", "", "says what statement %s says", iameval.Label(s.document.Statements[earlier].Sid, earlier))
	}
}
