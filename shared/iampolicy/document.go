// Package iampolicy writes IAM policy documents from Go values.
//
// A document is a plain struct whose ARNs and condition values may be Pulumi
// inputs; it becomes JSON in one place, Document.JSON, always in the same
// bytes. What IAM would refuse, or what would silently mean something else, is
// an error there: no statement, no action, no effect, two statements with one
// Sid, a condition without a value.
package iampolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Effect is what a statement does. The zero value is an error, so that a
// forgotten effect never allows.
type Effect string

// The effects.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Document is a policy document. Its zero value is not a valid policy.
type Document struct {
	Statements []Statement
}

// Statement is one statement. Sid, Effect and Actions are required.
type Statement struct {
	// Sid names the statement: letters and digits, unique in the document.
	Sid    string
	Effect Effect
	// Principals says whom the statement is about, in trust and resource
	// policies. Left out in identity policies.
	Principals Principals
	// Actions lists actions, such as s3:GetObject.
	Actions []string
	// NotActions turns the list around: every action but these.
	NotActions []string
	// Resources lists ARNs. Left out in trust policies.
	Resources pulumi.StringArray
	// NotResources turns the list around: every resource but these.
	NotResources pulumi.StringArray
	// Conditions must all hold.
	Conditions []Condition
}

// Condition is one test of one key: it holds when any value matches (for the
// negated operators: when none does).
type Condition struct {
	// Operator is a condition operator, such as StringEquals.
	Operator string
	// Key is a condition key, such as aws:SourceAccount.
	Key    string
	Values pulumi.StringArray
}

// When is a condition with one or more values.
func When(operator, key string, values ...pulumi.StringInput) Condition {
	return Condition{Operator: operator, Key: key, Values: values}
}

// Is is a condition with constant values.
func Is(operator, key string, values ...string) Condition {
	return Condition{Operator: operator, Key: key, Values: Strings(values...)}
}

// Strings turns constants into inputs.
func Strings(values ...string) pulumi.StringArray {
	out := make(pulumi.StringArray, len(values))
	for i, v := range values {
		out[i] = pulumi.String(v)
	}
	return out
}

// Principals says whom a statement is about. The zero value is "nobody named".
type Principals struct {
	kind string
	ids  pulumi.StringArray
}

// Services are AWS service principals, such as sagemaker.amazonaws.com.
func Services(names ...string) Principals {
	return Principals{kind: "Service", ids: Strings(names...)}
}

// AWS are IAM principals by ARN.
func AWS(arns ...pulumi.StringInput) Principals { return Principals{kind: "AWS", ids: arns} }

// Federated is an identity provider by ARN, such as an OIDC provider of the
// account.
func Federated(arn pulumi.StringInput) Principals {
	return Principals{kind: "Federated", ids: pulumi.StringArray{arn}}
}

// Everyone is every principal of every account, for deny statements and for
// statements that a condition narrows.
func Everyone() Principals { return AWS(pulumi.String("*")) }

// JSON is the document's one way out. It fails when the document is not valid.
func (d Document) JSON() pulumi.StringOutput {
	if err := d.check(); err != nil {
		return pulumi.String("").ToStringOutput().ApplyT(func(string) (string, error) { return "", err }).(pulumi.StringOutput)
	}
	// Every value that may come from another resource goes into one list, so
	// that there is one Apply, and comes back out in the same order.
	var inputs []any
	d.each(func(a pulumi.StringArray) {
		for _, v := range a {
			inputs = append(inputs, v)
		}
	})
	return pulumi.All(inputs...).ApplyT(func(resolved []any) (string, error) {
		next := func(a pulumi.StringArray) []string {
			out := make([]string, len(a))
			for i := range a {
				out[i] = resolved[i].(string)
			}
			resolved = resolved[len(a):]
			return out
		}
		return d.render(next)
	}).(pulumi.StringOutput)
}

// each visits every list of inputs, in the order in which render reads them.
func (d Document) each(visit func(pulumi.StringArray)) {
	for _, s := range d.Statements {
		visit(s.Principals.ids)
		visit(s.Resources)
		visit(s.NotResources)
		for _, c := range s.Conditions {
			visit(c.Values)
		}
	}
}

type jsonDocument struct {
	Version   string
	Statement []jsonStatement
}

type jsonStatement struct {
	Sid         string
	Effect      Effect
	Principal   map[string]any            `json:",omitempty"`
	Action      any                       `json:",omitempty"`
	NotAction   any                       `json:",omitempty"`
	Resource    any                       `json:",omitempty"`
	NotResource any                       `json:",omitempty"`
	Condition   map[string]map[string]any `json:",omitempty"`
}

func (d Document) render(next func(pulumi.StringArray) []string) (string, error) {
	out := jsonDocument{Version: "2012-10-17"}
	for _, s := range d.Statements {
		js := jsonStatement{Sid: s.Sid, Effect: s.Effect}
		if ids := next(s.Principals.ids); len(ids) > 0 {
			js.Principal = map[string]any{s.Principals.kind: oneOrMany(ids)}
		}
		js.Action, js.NotAction = oneOrMany(s.Actions), oneOrMany(s.NotActions)
		js.Resource, js.NotResource = oneOrMany(next(s.Resources)), oneOrMany(next(s.NotResources))
		for _, c := range s.Conditions {
			if js.Condition == nil {
				js.Condition = map[string]map[string]any{}
			}
			if js.Condition[c.Operator] == nil {
				js.Condition[c.Operator] = map[string]any{}
			}
			js.Condition[c.Operator][c.Key] = oneOrMany(next(c.Values))
		}
		out.Statement = append(out.Statement, js)
	}
	text, err := json.Marshal(out)
	return string(text), err
}

// oneOrMany writes a list of one as a plain value, as IAM does when it gives a
// policy back. An empty list is left out.
func oneOrMany(values []string) any {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	default:
		return values
	}
}

var validSid = regexp.MustCompile(`^[A-Za-z0-9]+$`)

func (d Document) check() error {
	var errs []error
	if len(d.Statements) == 0 {
		errs = append(errs, errors.New("policy has no statement"))
	}
	sids := map[string]bool{}
	for i, s := range d.Statements {
		if !validSid.MatchString(s.Sid) {
			errs = append(errs, fmt.Errorf("policy statement %d: Sid %q must be letters and digits", i, s.Sid))
		}
		if sids[s.Sid] {
			errs = append(errs, fmt.Errorf("policy statement %d: Sid %q is used twice", i, s.Sid))
		}
		sids[s.Sid] = true
		for _, problem := range s.problems() {
			errs = append(errs, fmt.Errorf("policy statement %s: %s", s.Sid, problem))
		}
	}
	return errors.Join(errs...)
}

func (s Statement) problems() []string {
	var out []string
	if s.Effect != Allow && s.Effect != Deny {
		out = append(out, fmt.Sprintf("effect %q must be Allow or Deny", s.Effect))
	}
	if (len(s.Actions) == 0) == (len(s.NotActions) == 0) {
		out = append(out, "needs either Actions or NotActions")
	}
	if len(s.NotActions) > 0 && s.Effect == Allow {
		out = append(out, "an Allow of everything but a few actions grants what nobody listed; list Actions")
	}
	if len(s.Resources) > 0 && len(s.NotResources) > 0 {
		out = append(out, "has both Resources and NotResources")
	}
	if s.Principals.kind != "" && len(s.Principals.ids) == 0 {
		out = append(out, "names no principal")
	}
	seen := map[string]bool{}
	for _, c := range s.Conditions {
		id := c.Operator + " " + c.Key
		if c.Operator == "" || c.Key == "" || len(c.Values) == 0 {
			out = append(out, fmt.Sprintf("condition %q needs an operator, a key and a value", id))
		}
		if seen[id] {
			out = append(out, fmt.Sprintf("condition %q is given twice; the second would replace the first", id))
		}
		seen[id] = true
	}
	return out
}
