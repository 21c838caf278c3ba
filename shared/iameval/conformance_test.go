package iameval

import (
	"fmt"
	"strings"
	"testing"
)

// The conformance tables: what AWS documents, as cases. Each table names the
// document and section it comes from; "strict" in a case's name marks one that
// AWS leaves open and the package decides.
const (
	ownAccount   = "111122223333"
	otherAccount = "444455556666"
	ada          = "arn:aws:iam::111122223333:user/ada"
	bob          = "arn:aws:iam::444455556666:user/Bob"
	train        = "arn:aws:iam::111122223333:role/train"
	trainSession = "arn:aws:sts::111122223333:assumed-role/train/run-1"
	ownRoot      = "arn:aws:iam::111122223333:root"
	object       = "arn:aws:s3:::data/a.csv"
	key          = "arn:aws:kms:eu-central-1:111122223333:key/k1"
)

// statementText writes a statement: "Allow s3:GetObject on *", then further JSON
// members.
func statementText(t testing.TB, short string, members ...string) string {
	t.Helper()
	words := strings.Fields(short)
	if len(words) != 2 && (len(words) != 4 || words[2] != "on") {
		t.Fatalf("%q is not of the form Effect Action [on Resource]", short)
	}
	text := fmt.Sprintf(`"Effect":%q,"Action":%q`, words[0], words[1])
	if len(words) == 4 {
		text += fmt.Sprintf(`,"Resource":%q`, words[3])
	}
	return "{" + strings.Join(append([]string{text}, members...), ",") + "}"
}

// document writes a policy of the current version.
func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func parse(t testing.TB, name string, kind Kind, text string) *Policy {
	t.Helper()
	p, err := Parse(name, kind, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// conditionCase asks whether a condition holds in a context.
type conditionCase struct {
	name      string
	condition string
	context   Context
	holds     bool
}

type conditionTable struct {
	source string
	cases  []conditionCase
}

func (c conditionCase) run(t *testing.T) {
	allow := statementText(t, "Allow s3:GetObject on *", `"Condition":`+c.condition)
	d, err := Evaluate(
		Request{Principal: User(ada), Action: "s3:GetObject", Resource: object, ResourceAccount: ownAccount, Context: c.context},
		Environment{Identity: []*Policy{parse(t, "test", IdentityPolicy, document(allow))}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if (d.Verdict == Allow) != c.holds {
		t.Errorf("%s\nin %v: holds is %t, want %t", c.condition, c.context, !c.holds, c.holds)
	}
}

func TestUnitConformanceOfConditions(t *testing.T) {
	for _, table := range conditionTables {
		t.Run(table.source, func(t *testing.T) {
			for _, c := range table.cases {
				t.Run(c.name, c.run)
			}
		})
	}
}

// TestUnitConformanceIsBroad keeps the tables from shrinking.
func TestUnitConformanceIsBroad(t *testing.T) {
	n := len(parseCases)
	for _, table := range conditionTables {
		n += len(table.cases)
	}
	for _, table := range matchTables {
		n += len(table.cases)
	}
	for _, table := range logicTables {
		n += len(table.cases)
	}
	t.Logf("%d documented cases", n)
	if n < 150 {
		t.Errorf("%d documented cases, want at least 150", n)
	}
}
