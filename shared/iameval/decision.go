package iameval

import (
	"fmt"
	"strings"
)

// Verdict is what AWS would answer.
type Verdict string

// The verdicts.
//
// Source: "The difference between explicit and implicit denies".
const (
	Allow        Verdict = "allow"
	ExplicitDeny Verdict = "explicit deny"
	ImplicitDeny Verdict = "implicit deny"
)

// Decision is a verdict and what it rests on.
type Decision struct {
	Verdict Verdict
	// By names statements. Of an explicit deny, each Deny that applied. Of an
	// allow, first those that grant, then those of boundary, session, endpoint
	// and organization policies that let the grant through.
	By []StatementRef
	// Lacked names, for an implicit deny, the policy types that needed an allow
	// and had none; with an allow in each of them the answer would be allow.
	Lacked []Lack
	// Rule is set where a rule of AWS decided, and no policy.
	Rule string
	// granted is how many of By grant.
	granted int
}

// StatementRef names a statement of a policy in force.
type StatementRef struct {
	Kind   Kind
	Policy string
	// Statement is its Sid, or its place, such as #2.
	Statement string
}

// String reads like "statement DenyPlainHTTP of bucket policy data".
func (r StatementRef) String() string {
	return fmt.Sprintf("statement %s of %s %s", r.Statement, r.Kind, r.Policy)
}

// Lack is a policy type that lacked an allow.
type Lack struct {
	Kind Kind
	// Policies names the policies of the kind that were in force, if any.
	Policies []string
}

// String reads like "identity policy churn-training".
func (l Lack) String() string {
	if len(l.Policies) == 0 {
		return fmt.Sprintf("any %s (there is none)", l.Kind)
	}
	return fmt.Sprintf("%s %s", l.Kind, strings.Join(l.Policies, ", "))
}

// String says the verdict and what it rests on, such as "explicit deny by
// statement DenyPlainHTTP of bucket policy data".
func (d Decision) String() string {
	text := string(d.Verdict)
	switch {
	case d.Rule != "":
		text += ": " + d.Rule
	case d.Verdict == ImplicitDeny:
		text += ": no allow in " + join(d.Lacked)
	case d.Verdict == ExplicitDeny:
		text += " by " + join(d.By)
	default:
		text += " by " + join(d.By[:d.granted])
	}
	return text
}

func join[T fmt.Stringer](list []T) string {
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = item.String()
	}
	return strings.Join(texts, " and ")
}
