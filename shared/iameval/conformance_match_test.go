package iameval

import "testing"

// matchCase asks whether a statement is about a request: as an Allow of the
// policy given, does it allow?
type matchCase struct {
	name     string
	element  string // JSON members of the statement
	action   string
	resource string
	context  Context
	applies  bool
}

type matchTable struct {
	source  string
	version string
	cases   []matchCase
}

var matchTables = []matchTable{
	{"IAM JSON policy elements: Action", Version2012, []matchCase{
		{"the action", `"Action":"s3:GetObject","Resource":"*"`, "s3:GetObject", object, nil, true},
		{"another action", `"Action":"s3:GetObject","Resource":"*"`, "s3:PutObject", object, nil, false},
		{"case does not matter, name", `"Action":"iam:ListAccessKeys","Resource":"*"`, "iam:listaccesskeys", ada, nil, true},
		{"case does not matter, prefix", `"Action":"IAM:listaccesskeys","Resource":"*"`, "iam:ListAccessKeys", ada, nil, true},
		{"all of a service", `"Action":"s3:*","Resource":"*"`, "s3:GetObject", object, nil, true},
		{"not of another", `"Action":"s3:*","Resource":"*"`, "s3express:CreateSession", object, nil, false},
		{"wildcards in the name", `"Action":"iam:*AccessKey*","Resource":"*"`, "iam:ListAccessKeys", ada, nil, true},
		{"wildcards in the name, other", `"Action":"iam:*AccessKey*","Resource":"*"`, "iam:GetUser", ada, nil, false},
		{"? in the name", `"Action":"s3:?etObject","Resource":"*"`, "s3:GetObject", object, nil, true},
		{"everything", `"Action":"*","Resource":"*"`, "sqs:SendMessage", "*", nil, true},
		{"one of a list", `"Action":["sqs:SendMessage","s3:GetObject"],"Resource":"*"`, "s3:GetObject", object, nil, true},
	}},
	{"IAM JSON policy elements: NotAction", Version2012, []matchCase{
		{"every action but the listed", `"NotAction":"iam:*","Resource":"*"`, "s3:GetObject", object, nil, true},
		{"the listed", `"NotAction":"iam:*","Resource":"*"`, "iam:GetUser", ada, nil, false},
		{"scope by Resource", `"NotAction":"s3:DeleteBucket","Resource":"arn:aws:s3:::*"`, "s3:GetObject", object, nil, true},
		{"scope by Resource, listed", `"NotAction":"s3:DeleteBucket","Resource":"arn:aws:s3:::*"`, "s3:DeleteBucket", "arn:aws:s3:::data", nil, false},
		{"ListAllMyBuckets requires the * resource", `"NotAction":"s3:DeleteBucket","Resource":"arn:aws:s3:::*"`, "s3:ListAllMyBuckets", "*", nil, false},
		{"other services are not applicable", `"NotAction":"s3:DeleteBucket","Resource":"arn:aws:s3:::*"`, "sqs:SendMessage", "arn:aws:sqs:us-east-2:111122223333:q", nil, false},
		{"one of several listed", `"NotAction":["iam:*","s3:Get*"],"Resource":"*"`, "s3:GetObject", object, nil, false},
	}},
	{"IAM JSON policy elements: Resource", Version2012, []matchCase{
		{"the queue", `"Action":"*","Resource":"arn:aws:sqs:us-east-2:111122223333:queue1"`, "sqs:SendMessage", "arn:aws:sqs:us-east-2:111122223333:queue1", nil, true},
		{"users under a path", `"Action":"*","Resource":"arn:aws:iam::111122223333:user/accounting/*"`, "iam:GetUser", "arn:aws:iam::111122223333:user/accounting/bob", nil, true},
		{"objects of a bucket", `"Action":"*","Resource":"arn:aws:s3:::data/*"`, "s3:GetObject", object, nil, true},
		{"but not the bucket", `"Action":"*","Resource":"arn:aws:s3:::data/*"`, "s3:ListBucket", "arn:aws:s3:::data", nil, false},
		{"and not another bucket that begins so", `"Action":"*","Resource":"arn:aws:s3:::data/*"`, "s3:GetObject", "arn:aws:s3:::data2/a", nil, false},
		{"* over slashes: 1/test/object.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/1/test/object.jpg", nil, true},
		{"* over slashes: 1/2/test/3/object.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/1/2/test/3/object.jpg", nil, true},
		{"* over slashes: 1///test///object.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/1///test///object.jpg", nil, true},
		{"* is none too: //test/object.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b//test/object.jpg", nil, true},
		{"* is none too: 1/test/", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/1/test/", nil, true},
		{"no match: 1-test/object.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/1-test/object.jpg", nil, false},
		{"no match: test/object.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/test/object.jpg", nil, false},
		{"no match: 1/2/test.jpg", `"Action":"*","Resource":"arn:aws:s3:::b/*/test/*"`, "s3:GetObject", "arn:aws:s3:::b/1/2/test.jpg", nil, false},
		{"one of two tables", `"Action":"*","Resource":["arn:aws:dynamodb:us-east-2:111122223333:table/books_table","arn:aws:dynamodb:us-east-2:111122223333:table/magazines_table"]`, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-2:111122223333:table/magazines_table", nil, true},
		{"a wildcard stays in its segment", `"Action":"*","Resource":"arn:aws:logs:*:*:x"`, "logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:x", nil, false},
		{"case-sensitive", `"Action":"*","Resource":"arn:aws:s3:::data/A.csv"`, "s3:GetObject", object, nil, false},
		{"a user's own resource", `"Action":"*","Resource":"arn:aws:dynamodb:us-east-2:111122223333:table/${aws:username}"`, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-2:111122223333:table/ada", nil, true},
		{"not another's", `"Action":"*","Resource":"arn:aws:dynamodb:us-east-2:111122223333:table/${aws:username}"`, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-2:111122223333:table/bob", nil, false},
	}},
	{"IAM JSON policy elements: NotResource", Version2012, []matchCase{
		{"every resource but the listed", `"Action":"s3:*","NotResource":["arn:aws:s3:::HRBucket/Payroll","arn:aws:s3:::HRBucket/Payroll/*"]`, "s3:GetObject", "arn:aws:s3:::HRBucket/Other", nil, true},
		{"the listed", `"Action":"s3:*","NotResource":["arn:aws:s3:::HRBucket/Payroll","arn:aws:s3:::HRBucket/Payroll/*"]`, "s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/x", nil, false},
		{"S3 only, as the action says", `"Action":"s3:*","NotResource":["arn:aws:s3:::HRBucket/Payroll"]`, "ec2:RunInstances", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", nil, false},
		{"NotResource *: nothing", `"Action":"s3:*","NotResource":"*"`, "s3:GetObject", object, nil, false},
	}},
	{"IAM policy elements: Variables and tags, Policy variables with no value", Version2012, []matchCase{
		{"in Resource: no resource", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:PrincipalTag/team}*"`, "s3:GetObject", object, nil, false},
		{"in Resource, with a value", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:PrincipalTag/team}*"`, "s3:GetObject", object, Context{"aws:PrincipalTag/team": {"a"}}, true},
		{"strict: in NotResource of an Allow, the statement does not apply", `"Action":"*","NotResource":"arn:aws:s3:::data/${aws:PrincipalTag/team}*"`, "s3:GetObject", object, nil, false},
		{"in NotResource, with another value", `"Action":"*","NotResource":"arn:aws:s3:::data/${aws:PrincipalTag/team}*"`, "s3:GetObject", object, Context{"aws:PrincipalTag/team": {"b"}}, true},
		{"in Resource, with a default", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:PrincipalTag/team, 'a.csv'}"`, "s3:GetObject", object, nil, true},
		{"strict: an empty tag is no value", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:PrincipalTag/team}a.csv"`, "s3:GetObject", object, Context{"aws:PrincipalTag/team": {""}}, false},
	}},
	{"IAM JSON policy elements: Version, 2008-10-17 has no policy variables", Version2008, []matchCase{
		{"a variable is plain text", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:username}"`, "s3:GetObject", "arn:aws:s3:::data/${aws:username}", nil, true},
		{"and has no value", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:username}"`, "s3:GetObject", "arn:aws:s3:::data/ada", nil, false},
		{"in a condition too", `"Action":"*","Resource":"*","Condition":{"StringEquals":{"s3:prefix":"${aws:username}"}}`, "s3:ListBucket", "arn:aws:s3:::data", Context{"s3:prefix": {"ada"}}, false},
		{"${*} is a wildcard in braces", `"Action":"*","Resource":"arn:aws:s3:::data/${*}"`, "s3:GetObject", "arn:aws:s3:::data/${abc}", nil, true},
	}},
	{"IAM JSON policy elements: Version, none is the older version", "", []matchCase{
		{"a variable is plain text", `"Action":"*","Resource":"arn:aws:s3:::data/${aws:username}"`, "s3:GetObject", "arn:aws:s3:::data/ada", nil, false},
	}},
}

func (c matchCase) run(t *testing.T, version string) {
	text := `{"Statement":[{"Effect":"Allow",` + c.element + `}]}`
	if version != "" {
		text = `{"Version":"` + version + `",` + text[1:]
	}
	d, err := Evaluate(
		Request{Principal: User(ada), Action: c.action, Resource: c.resource, ResourceAccount: ownAccount, Context: c.context},
		Environment{Identity: []*Policy{parse(t, "test", IdentityPolicy, text)}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if (d.Verdict == Allow) != c.applies {
		t.Errorf("%s\nto %s of %s: applies is %t, want %t", c.element, c.action, c.resource, !c.applies, c.applies)
	}
}

func TestUnitConformanceOfElements(t *testing.T) {
	for _, table := range matchTables {
		t.Run(table.source, func(t *testing.T) {
			for _, c := range table.cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, table.version) })
			}
		})
	}
}
