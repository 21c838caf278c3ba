package iameval

import (
	"fmt"
	"strings"
)

// resourcePattern is an entry of Resource or NotResource.
type resourcePattern struct {
	every bool // "*"
	arn   arnPattern
}

// compileResource reads "*" or an ARN with wildcards and variables.
//
// Sources: "IAM JSON policy elements: Resource" (an ARN; no wildcard in the
// service segment); "IAM policy elements: Variables and tags", Resource element
// (a variable only after the fifth colon).
func compileResource(text string, variables bool) (resourcePattern, error) {
	if text != "" && strings.Trim(text, "*") == "" {
		return resourcePattern{every: true}, nil
	}
	t, err := newTemplate(text, variables, true)
	if err != nil {
		return resourcePattern{}, fmt.Errorf("Resource: %w", err)
	}
	pattern, err := arnPatternOf(t)
	if err != nil {
		return resourcePattern{}, fmt.Errorf("Resource: %w", err)
	}
	head := glob{}
	if len(pattern.text.parts) > 0 {
		head = pattern.text.parts[0].fixed
	}
	parts, ok := splitGlob(head)
	switch {
	case !ok:
		return resourcePattern{}, fmt.Errorf("Resource: %q has a variable before the fifth colon; only the last part of an ARN may have one", text)
	case string(parts[0]) != "arn":
		return resourcePattern{}, fmt.Errorf(`Resource: %q is not "*" and does not begin with arn:`, text)
	}
	for _, r := range parts[2] {
		if r == anyRun || r == anyOne {
			return resourcePattern{}, fmt.Errorf("Resource: %q has a wildcard for the service; name it", text)
		}
	}
	return resourcePattern{arn: pattern}, nil
}

// resource is the resource of a request: an ARN, or "*" where the action is not
// about one resource.
type resource struct {
	every bool
	arn   arn
}

func readResource(text string) (resource, error) {
	if text == "*" {
		return resource{every: true}, nil
	}
	a, ok := splitARN(text)
	if !ok {
		return resource{}, fmt.Errorf(`request: resource %q is neither an ARN of six parts nor "*"`, text)
	}
	return resource{arn: a}, nil
}

// matchesResource tells whether a statement is about the resource. NotResource
// is about every resource but the listed ones. A trust policy has no resource:
// it is about its role.
//
// An action that is not about one resource is matched by "*" only: "This does
// not allow users to use the ListAllMyBuckets S3 API operation, because that
// action requires the "*" resource". AWS is of two minds here, an example in
// "Policy evaluation for requests within a single account" has ListAllMyBuckets
// allowed on arn:aws:s3:::*; a caller who means that asks for this resource.
//
// A variable without a value matches no resource. In NotResource that could be
// read as "any resource"; the strict answer is that a Deny then applies, and an
// Allow does not.
//
// Sources: "IAM JSON policy elements: Resource", NotResource, and NotAction,
// NotAction with Allow; "IAM policy elements: Variables and tags", Policy
// variables with no value.
func (s *statement) matchesResource(r resource, c values) (bool, error) {
	if len(s.resources) == 0 {
		return true, nil
	}
	listed := false
	for _, p := range s.resources {
		matched, resolved, err := p.matches(r, c)
		if err != nil {
			return false, err
		}
		listed = listed || matched || !resolved && s.notResource && !s.deny
	}
	return listed != s.notResource, nil
}

// matches compares a pattern with the resource; resolved is false if a variable
// has no value.
func (p resourcePattern) matches(r resource, c values) (matched, resolved bool, err error) {
	if p.every {
		return true, true, nil
	}
	parts, resolved, err := p.arn.expand(c)
	if err != nil || !resolved || r.every {
		return false, resolved, err
	}
	return parts.matches(r.arn), true, nil
}
