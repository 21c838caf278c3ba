package iameval

import (
	"errors"
	"fmt"
	"strconv"
)

// readDocument reads a policy document. It knows the elements of the policy
// language and refuses all others; the spelling of their names is exact.
//
// Source: "Grammar of the IAM JSON policy language", Grammar.
func readDocument(text []byte) (Document, error) {
	value, err := readJSON(text)
	if err != nil {
		return Document{}, err
	}
	object, ok := value.([]member)
	if !ok {
		return Document{}, fmt.Errorf("a policy is a JSON object, not %s", describe(value))
	}
	var d Document
	for _, m := range object {
		switch m.name {
		case "Version":
			d.Version, err = oneString(m.value)
		case "Id":
			d.ID, err = oneString(m.value)
		case "Statement":
			d.Statements, err = readStatements(m.value)
			if err != nil {
				return Document{}, err
			}
		default:
			err = errors.New("is no element of a policy; the elements are Version, Id and Statement")
		}
		if err != nil {
			return Document{}, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return d, nil
}

func oneString(value any) (string, error) {
	s, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%s is not a string", describe(value))
	}
	if s == "" {
		return "", errors.New("is empty; leave it out")
	}
	return s, nil
}

// readStatements reads one statement or a list of statements.
func readStatements(value any) ([]Statement, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	statements := make([]Statement, len(list))
	for i, v := range list {
		object, ok := v.([]member)
		if !ok {
			return nil, &StatementError{Label("", i), fmt.Errorf("a statement is a JSON object, not %s", describe(v))}
		}
		s, err := readStatement(object)
		if err != nil {
			return nil, &StatementError{Label(s.Sid, i), err}
		}
		statements[i] = s
	}
	return statements, nil
}

// StatementError is what is wrong with a statement, which is named as Label does.
type StatementError struct {
	Statement string
	Err       error
}

func (e *StatementError) Error() string { return "statement " + e.Statement + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *StatementError) Unwrap() error { return e.Err }

// Label is how a statement is called: by its Sid, or by its place such as #2.
func Label(sid string, index int) string {
	if sid != "" {
		return sid
	}
	return "#" + strconv.Itoa(index+1)
}

func readStatement(object []member) (Statement, error) {
	var s Statement
	// The Sid first, so that errors can name the statement.
	for _, m := range object {
		if m.name == "Sid" {
			sid, ok := m.value.(string)
			if !ok {
				return s, fmt.Errorf("Sid: %s is not a string", describe(m.value))
			}
			s.Sid = sid
		}
	}
	for _, m := range object {
		if err := s.readElement(m); err != nil {
			return s, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return s, nil
}

func (s *Statement) readElement(m member) (err error) {
	switch m.name {
	case "Sid":
	case "Effect":
		var effect string
		effect, err = oneString(m.value)
		s.Effect = Effect(effect)
	case "Principal":
		s.Principals, err = readPrincipals(m.value)
	case "NotPrincipal":
		s.NotPrincipals, err = readPrincipals(m.value)
	case "Action":
		s.Actions, err = stringList(m.value)
	case "NotAction":
		s.NotActions, err = stringList(m.value)
	case "Resource":
		s.Resources, err = stringList(m.value)
	case "NotResource":
		s.NotResources, err = stringList(m.value)
	case "Condition":
		s.Conditions, err = readConditions(m.value)
	default:
		err = errors.New("is no element of a statement; check the spelling, case matters")
	}
	return err
}

// readPrincipals reads "*" or a map of principal types.
//
// A canonical user ID stands for an account that cannot be told from the ID, so
// it is refused; S3 takes the account's ARN as well.
//
// Source: "AWS JSON policy elements: Principal", Specifying a principal.
func readPrincipals(value any) (*Principals, error) {
	if value == "*" {
		return &Principals{AWS: []string{"*"}}, nil
	}
	object, ok := value.([]member)
	if !ok {
		return nil, fmt.Errorf(`%s is neither "*" nor a map such as {"AWS": ...}`, describe(value))
	}
	if len(object) == 0 {
		return nil, errors.New("names no principal")
	}
	var p Principals
	for _, m := range object {
		list, err := stringList(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		switch m.name {
		case "AWS":
			p.AWS = list
		case "Service":
			p.Service = list
		case "Federated":
			p.Federated = list
		case "CanonicalUser":
			return nil, errors.New("CanonicalUser does not say which account it is; name the account's ARN under AWS")
		default:
			return nil, fmt.Errorf("%s is no type of principal; the types are AWS, Service and Federated", m.name)
		}
	}
	return &p, nil
}

func readConditions(value any) ([]Condition, error) {
	block, ok := value.([]member)
	if !ok {
		return nil, fmt.Errorf("%s is not a map of operators", describe(value))
	}
	if len(block) == 0 {
		return nil, errors.New("is empty; leave it out if the statement has no condition")
	}
	var conditions []Condition
	for _, operator := range block {
		keys, ok := operator.value.([]member)
		if !ok || len(keys) == 0 {
			return nil, fmt.Errorf("%s: %s is not a map of condition keys and values", operator.name, describe(operator.value))
		}
		for _, key := range keys {
			values, err := valueList(key.value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", operator.name, key.name, err)
			}
			conditions = append(conditions, Condition{Operator: operator.name, Key: key.name, Values: values})
		}
	}
	return conditions, nil
}
