package iameval

import (
	"bytes"
	"encoding/json"
)

// Effect is what a statement does when it applies.
type Effect string

// The effects. Their case matters ("IAM JSON policy elements: Effect").
const (
	EffectAllow Effect = "Allow"
	EffectDeny  Effect = "Deny"
)

// The versions of the policy language ("IAM JSON policy elements: Version").
// A document without Version is of the older one, which has no policy
// variables.
const (
	Version2012 = "2012-10-17"
	Version2008 = "2008-10-17"
)

// Document is a policy document as it was written. It is plain data: change a
// copy and give it to New to see what the change does.
type Document struct {
	// Version is Version2012, Version2008 or empty.
	Version    string
	ID         string
	Statements []Statement
}

// Statement is one statement. A list that was written as a scalar has one
// member.
type Statement struct {
	Sid           string
	Effect        Effect
	Principals    *Principals
	NotPrincipals *Principals
	Actions       []string
	NotActions    []string
	Resources     []string
	NotResources  []string
	Conditions    []Condition
}

// Principals is a Principal or NotPrincipal element. "Principal": "*" and
// "Principal": {"AWS": "*"} are the same.
type Principals struct {
	AWS       []string
	Service   []string
	Federated []string
}

// Condition is one key under one operator.
type Condition struct {
	// Operator is as written, such as ForAnyValue:StringLikeIfExists.
	Operator string
	Key      string
	Values   []string
}

// Clone copies the document, so that the copy may be changed.
func (d Document) Clone() Document {
	d.Statements = append([]Statement(nil), d.Statements...)
	for i := range d.Statements {
		d.Statements[i] = d.Statements[i].clone()
	}
	return d
}

func (s Statement) clone() Statement {
	s.Principals, s.NotPrincipals = s.Principals.clone(), s.NotPrincipals.clone()
	for _, list := range []*[]string{&s.Actions, &s.NotActions, &s.Resources, &s.NotResources} {
		*list = append([]string(nil), *list...)
	}
	s.Conditions = append([]Condition(nil), s.Conditions...)
	for i := range s.Conditions {
		s.Conditions[i].Values = append([]string(nil), s.Conditions[i].Values...)
	}
	return s
}

func (p *Principals) clone() *Principals {
	if p == nil {
		return nil
	}
	return &Principals{
		AWS:       append([]string(nil), p.AWS...),
		Service:   append([]string(nil), p.Service...),
		Federated: append([]string(nil), p.Federated...),
	}
}

// MarshalJSON writes the document in one form: members in a fixed order, lists
// of one as scalars, all condition values as strings.
func (d Document) MarshalJSON() ([]byte, error) {
	out := jsonObject{}
	out.add("Version", d.Version, d.Version != "")
	out.add("Id", d.ID, d.ID != "")
	out.add("Statement", d.Statements, true)
	return out.MarshalJSON()
}

// MarshalJSON writes the statement.
func (s Statement) MarshalJSON() ([]byte, error) {
	out := jsonObject{}
	out.add("Sid", s.Sid, s.Sid != "")
	out.add("Effect", s.Effect, true)
	out.add("Principal", s.Principals, s.Principals != nil)
	out.add("NotPrincipal", s.NotPrincipals, s.NotPrincipals != nil)
	out.addList("Action", s.Actions)
	out.addList("NotAction", s.NotActions)
	out.addList("Resource", s.Resources)
	out.addList("NotResource", s.NotResources)
	out.add("Condition", conditionBlock(s.Conditions), len(s.Conditions) > 0)
	return out.MarshalJSON()
}

// MarshalJSON writes the principals by type.
func (p Principals) MarshalJSON() ([]byte, error) {
	out := jsonObject{}
	out.addList("AWS", p.AWS)
	out.addList("Service", p.Service)
	out.addList("Federated", p.Federated)
	return out.MarshalJSON()
}

func conditionBlock(conditions []Condition) *jsonObject {
	block := &jsonObject{}
	for _, c := range conditions {
		keys := block.member(c.Operator)
		keys.addList(c.Key, c.Values)
	}
	return block
}

// jsonObject is a JSON object that keeps the order of its members.
type jsonObject struct {
	names  []string
	values []any
}

func (o *jsonObject) add(name string, value any, present bool) {
	if present {
		o.names, o.values = append(o.names, name), append(o.values, value)
	}
}

func (o *jsonObject) addList(name string, list []string) {
	if len(list) == 1 {
		o.add(name, list[0], true)
		return
	}
	o.add(name, list, len(list) > 0)
}

// member is the object under a name, made if it is not there.
func (o *jsonObject) member(name string) *jsonObject {
	for i, n := range o.names {
		if n == name {
			return o.values[i].(*jsonObject)
		}
	}
	inner := &jsonObject{}
	o.add(name, inner, true)
	return inner
}

// MarshalJSON writes the members in their order.
func (o *jsonObject) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			out.WriteByte(',')
		}
		text, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		out.Write(text)
		out.WriteByte(':')
		if text, err = json.Marshal(o.values[i]); err != nil {
			return nil, err
		}
		out.Write(text)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
