package iameval

import (
	"slices"
	"strings"
)

// operator is a condition operator without set operator and IfExists.
type operator struct {
	negated   bool
	variables bool // policy variables in the policy's values
	wildcards bool
	compile   func([]template) (matcher, error)
}

// operators are all that AWS documents, spelt exactly so; Null stands apart.
//
// Source: "IAM JSON policy elements: Condition operators", each section's table
// and its lines Policy variables and Wildcards. For Bool one page says that
// variables are supported ("Condition operators", Boolean) and another that they
// are not ("Variables and tags", Condition element); they are taken, as a
// variable without a value matches nothing.
var operators = map[string]operator{
	"StringEquals":              {variables: true, compile: equalStrings},
	"StringNotEquals":           {variables: true, compile: equalStrings, negated: true},
	"StringEqualsIgnoreCase":    {variables: true, compile: equalFolded},
	"StringNotEqualsIgnoreCase": {variables: true, compile: equalFolded, negated: true},
	"StringLike":                {variables: true, wildcards: true, compile: likeStrings},
	"StringNotLike":             {variables: true, wildcards: true, compile: likeStrings, negated: true},

	"NumericEquals":            {compile: compareNumbers(func(order int) bool { return order == 0 })},
	"NumericNotEquals":         {compile: compareNumbers(func(order int) bool { return order == 0 }), negated: true},
	"NumericLessThan":          {compile: compareNumbers(func(order int) bool { return order < 0 })},
	"NumericLessThanEquals":    {compile: compareNumbers(func(order int) bool { return order <= 0 })},
	"NumericGreaterThan":       {compile: compareNumbers(func(order int) bool { return order > 0 })},
	"NumericGreaterThanEquals": {compile: compareNumbers(func(order int) bool { return order >= 0 })},

	"DateEquals":            {compile: compareDates(func(order int) bool { return order == 0 })},
	"DateNotEquals":         {compile: compareDates(func(order int) bool { return order == 0 }), negated: true},
	"DateLessThan":          {compile: compareDates(func(order int) bool { return order < 0 })},
	"DateLessThanEquals":    {compile: compareDates(func(order int) bool { return order <= 0 })},
	"DateGreaterThan":       {compile: compareDates(func(order int) bool { return order > 0 })},
	"DateGreaterThanEquals": {compile: compareDates(func(order int) bool { return order >= 0 })},

	"Bool":         {variables: true, compile: equalBooleans},
	"BinaryEquals": {compile: equalBytes},
	"IpAddress":    {compile: withinRanges},
	"NotIpAddress": {compile: withinRanges, negated: true},

	"ArnEquals":    {variables: true, wildcards: true, compile: likeARNs},
	"ArnLike":      {variables: true, wildcards: true, compile: likeARNs},
	"ArnNotEquals": {variables: true, wildcards: true, compile: likeARNs, negated: true},
	"ArnNotLike":   {variables: true, wildcards: true, compile: likeARNs, negated: true},
}

// operatorNames lists them for an error.
func operatorNames() string {
	names := []string{"Null"}
	for name := range operators {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ") + "; each but Null may have IfExists after it and ForAllValues: or ForAnyValue: before it"
}
