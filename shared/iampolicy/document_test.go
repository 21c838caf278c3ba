package iampolicy

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// text renders a document whose inputs are all constants.
func text(t *testing.T, d Document) (string, error) {
	t.Helper()
	type result struct {
		text string
		err  error
	}
	if err := d.check(); err != nil {
		return "", err
	}
	done := make(chan result, 1)
	d.JSON().ApplyT(func(s string) string {
		done <- result{text: s}
		return s
	})
	r := <-done
	return r.text, r.err
}

func TestUnitDocumentIsAlwaysTheSameBytes(t *testing.T) {
	bucket := pulumi.String("arn:aws:s3:::b").ToStringOutput()
	document := Document{Statements: []Statement{
		{
			Sid:        "ReadOwnPrefix",
			Effect:     Allow,
			Actions:    []string{"s3:GetObject"},
			Resources:  pulumi.StringArray{pulumi.Sprintf("%s/a/*", bucket), pulumi.Sprintf("%s/b/*", bucket)},
			Conditions: []Condition{Is("StringEquals", "aws:ResourceAccount", "1"), Is("Bool", "aws:SecureTransport", "true")},
		},
		{
			Sid:        "DenyOthers",
			Effect:     Deny,
			Principals: Everyone(),
			NotActions: []string{"s3:GetObject", "s3:PutObject"},
			Resources:  pulumi.StringArray{bucket},
			Conditions: []Condition{When("StringNotEquals", "aws:SourceVpce", pulumi.String("vpce-1"), pulumi.String("vpce-2"))},
		},
	}}
	want := `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"ReadOwnPrefix","Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/a/*","arn:aws:s3:::b/b/*"],` +
		`"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:ResourceAccount":"1"}}},` +
		`{"Sid":"DenyOthers","Effect":"Deny","Principal":{"AWS":"*"},"NotAction":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b",` +
		`"Condition":{"StringNotEquals":{"aws:SourceVpce":["vpce-1","vpce-2"]}}}]}`
	for range 20 {
		got, err := text(t, document)
		if err != nil || got != want {
			t.Fatalf("got %v\n%s\nwant\n%s", err, got, want)
		}
	}
}

func TestUnitInvalidDocumentsAreRefused(t *testing.T) {
	valid := Statement{Sid: "A", Effect: Allow, Actions: []string{"s3:GetObject"}, Resources: Strings("*")}
	change := func(f func(*Statement)) Document {
		s := valid
		f(&s)
		return Document{Statements: []Statement{s}}
	}
	tests := []struct {
		name string
		doc  Document
		want string
	}{
		{"no statement", Document{}, "no statement"},
		{"no effect", change(func(s *Statement) { s.Effect = "" }), "must be Allow or Deny"},
		{"no action", change(func(s *Statement) { s.Actions = nil }), "needs either Actions or NotActions"},
		{"both kinds of action", change(func(s *Statement) { s.NotActions = []string{"s3:x"} }), "needs either"},
		{"allow all but a few", change(func(s *Statement) { s.Actions, s.NotActions = nil, []string{"iam:*"} }), "grants what nobody listed"},
		{"both kinds of resource", change(func(s *Statement) { s.NotResources = Strings("*") }), "both Resources and NotResources"},
		{"no Sid", change(func(s *Statement) { s.Sid = "" }), "must be letters and digits"},
		{"Sid with a space", change(func(s *Statement) { s.Sid = "A b" }), "must be letters and digits"},
		{"same Sid twice", Document{Statements: []Statement{valid, valid}}, "used twice"},
		{"principal without a name", change(func(s *Statement) { s.Principals = AWS() }), "names no principal"},
		{"condition without a value", change(func(s *Statement) { s.Conditions = []Condition{Is("Bool", "aws:SecureTransport")} }), "needs an operator, a key and a value"},
		{"same condition twice", change(func(s *Statement) {
			s.Conditions = []Condition{Is("Bool", "k", "true"), Is("Bool", "k", "false")}
		}), "given twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.doc.check()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestUnitConstantDocumentIsTheSameText(t *testing.T) {
	document := Document{Statements: []Statement{{
		Sid: "A", Effect: Allow, Actions: []string{"s3:GetObject"}, Resources: Strings("*"),
		Conditions: []Condition{Is("StringEquals", "aws:SourceAccount", "1", "2")},
	}}}
	want, _ := text(t, document)
	if got, err := document.Constant(); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err := (Document{}).Constant(); err == nil {
		t.Error("a document without a statement was written")
	}
	document.Statements[0].Resources[0] = pulumi.String("*").ToStringOutput()
	if got, err := document.Constant(); err == nil {
		t.Errorf("a value that is not known yet became %s", got)
	}
}
