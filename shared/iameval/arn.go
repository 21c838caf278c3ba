package iameval

import (
	"fmt"
	"strings"
)

// arn is an Amazon Resource Name, cut into its six parts.
//
// Source: AWS General Reference, "Amazon Resource Names (ARNs)", ARN format.
type arn struct{ parts [6]string }

func splitARN(text string) (arn, bool) {
	var a arn
	for i := range 5 {
		part, rest, ok := strings.Cut(text, ":")
		if !ok {
			return arn{}, false
		}
		a.parts[i], text = part, rest
	}
	a.parts[5] = text
	return a, a.parts[0] == "arn"
}

func (a arn) service() string  { return a.parts[2] }
func (a arn) account() string  { return a.parts[4] }
func (a arn) resource() string { return a.parts[5] }

// isKey and isRole tell the resources whose own policy must allow.
func (a arn) isKey() bool {
	return a.service() == "kms" && strings.HasPrefix(a.resource(), "key/")
}

func (a arn) isRole() bool {
	return a.service() == "iam" && strings.HasPrefix(a.resource(), "role/")
}

// isAccount tells an account ID: twelve digits.
func isAccount(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return len(text) == 12
}

// arnPattern is an ARN with wildcards and variables.
type arnPattern struct {
	text  template
	fixed *arnGlob // set when there is no variable
}

// arnGlob is an ARN with wildcards, cut into its six parts.
type arnGlob [6]glob

func arnPatternOf(t template) (arnPattern, error) {
	p := arnPattern{text: t}
	if t.constant() {
		whole, _, _ := t.expand(nil)
		parts, ok := splitGlob(whole)
		if !ok {
			return arnPattern{}, fmt.Errorf("%q is no ARN; an ARN has six parts, such as arn:aws:s3:::name", t.source)
		}
		p.fixed = &parts
	}
	return p, nil
}

// splitGlob cuts a pattern at its first five colons. A wildcard is in one part
// and stays there.
func splitGlob(g glob) (parts arnGlob, ok bool) {
	n := 0
	for i := 0; i < len(g) && n < 5; i++ {
		if g[i] == ':' {
			parts[n], g, i = g[:i], g[i+1:], -1
			n++
		}
	}
	parts[5] = g
	return parts, n == 5
}

// expand puts in the values of the variables. It is false when one has no value,
// or when the outcome is no ARN.
func (p arnPattern) expand(c values) (*arnGlob, bool, error) {
	if p.fixed != nil {
		return p.fixed, true, nil
	}
	whole, ok, err := p.text.expand(c)
	if err != nil || !ok {
		return nil, false, err
	}
	parts, ok := splitGlob(whole)
	return &parts, ok, nil
}

// matches compares part by part, case-sensitive: a wildcard does not reach over
// the five first colons, but it does reach over slashes.
//
// Sources: "IAM JSON policy elements: Condition operators", ARN condition
// operators ("Each of the six colon-delimited components of the ARN is checked
// separately"); "IAM JSON policy elements: Resource", Using wildcards in
// resource ARNs ("The asterisk can expand to replace everything within a
// segment, including characters like a forward slash").
func (parts *arnGlob) matches(a arn) bool {
	for i, g := range parts {
		if !g.matches(a.parts[i]) {
			return false
		}
	}
	return true
}
