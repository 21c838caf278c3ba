package policylint

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
)

// operator is a condition operator, taken apart.
type operator struct {
	set      string // ForAllValues, ForAnyValue or nothing
	name     string
	ifExists bool
}

func readOperator(text string) operator {
	set, name, found := strings.Cut(text, ":")
	if !found {
		set, name = "", text
	}
	name, ifExists := strings.CutSuffix(name, "IfExists")
	return operator{set, name, ifExists}
}

func (o operator) negated() bool { return strings.Contains(o.name, "Not") }

// holdsWithout reports whether the condition holds when the key is absent.
//
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators", and
// "Set operators for multivalued context keys".
func (o operator) holdsWithout(c iameval.Condition) bool {
	switch {
	case o.name == "Null":
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, "true") })
	case o.ifExists, o.set == "ForAllValues":
		return true
	}
	return o.negated() && o.set == ""
}

// kinds are the operators for the types of keys, by how their names begin. An ARN
// is a text, and a date may be a number of seconds.
//
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
var kinds = map[authorization.Type][]string{
	authorization.ARN:       {"Arn", "String"},
	authorization.Bool:      {"Bool"},
	authorization.Date:      {"Date", "Numeric"},
	authorization.IPAddress: {"IpAddress", "NotIpAddress"},
	authorization.Numeric:   {"Numeric"},
	authorization.String:    {"String"},
}

// comparable holds the operator to the type of the key.
func (s *statement) comparable(c iameval.Condition, o operator, key *authorization.Key) bool {
	fits := slices.ContainsFunc(kinds[key.Type], func(prefix string) bool { return strings.HasPrefix(o.name, prefix) })
	if !fits {
		s.find(OperatorType, "Condition", c.Key, "is of type %s, and %s is not for it", key.Type, c.Operator)
	}
	return fits
}

// number holds the operator to the number of values that a request has.
func (s *statement) number(c iameval.Condition, o operator, key *authorization.Key) {
	switch {
	case key.Multivalued && o.set == "":
		s.find(MissingSetOperator, "Condition", c.Key, "has many values in a request, and %s takes one", c.Operator)
	case !key.Multivalued && o.set != "":
		s.find(NeedlessSetOperator, "Condition", c.Key, "has one value in a request, and %s is for many", c.Operator)
	case o.set == "ForAllValues" && s.Effect == iameval.EffectAllow && !s.wantsPresent(c.Key):
		s.find(OpenForAllValues, "Condition", c.Key, "%s allows a request without the key", c.Operator)
	}
}
