package iameval

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// get is a request that the tests change.
func get(change func(*Request)) Request {
	q := Request{Principal: User(ada), Action: "s3:GetObject", Resource: object, ResourceAccount: ownAccount}
	if change != nil {
		change(&q)
	}
	return q
}

func identityWith(t *testing.T, condition string) []*Policy {
	return list(parse(t, "own", IdentityPolicy, document(`{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":`+condition+`}`)))
}

func TestUnitWhatCannotBeDecidedIsAnError(t *testing.T) {
	bucket := parse(t, "data", BucketPolicy, document(anyoneGet))
	keyPolicy := parse(t, "k1", KeyPolicy, document(keyFor(aws(ownRoot))))
	trust := parse(t, "train", TrustPolicy, document(trustFor(aws(ownRoot), "sts:AssumeRole")))
	own := parse(t, "own", IdentityPolicy, document(everything))
	cap := parse(t, "cap", PermissionsBoundary, document(everything))
	limit := parse(t, "limit", SessionPolicy, document(everything))
	by := func(p Principal) Request { return get(func(q *Request) { q.Principal = p }) }
	in := func(c Context) Request { return get(func(q *Request) { q.Context = c }) }
	for _, c := range []struct {
		name    string
		request Request
		in      Environment
		want    string
	}{
		{"no principal", get(func(q *Request) { q.Principal = Principal{} }), Environment{}, "request: no principal"},
		{"a user that is none", by(User("arn:aws:iam::1:user/x")), Environment{}, "is no ARN of an IAM user"},
		{"a role that is none", by(Role(ada)), Environment{}, "is no ARN of an IAM role"},
		{"a session without a name", by(RoleSession(train, "")), Environment{}, "is no role session name"},
		{"a session of a user", by(RoleSession(ada, "s")), Environment{}, "is no ARN of an IAM role"},
		{"a federated user of a role", by(FederatedUser(train, "s")), Environment{}, "is no ARN of an IAM user"},
		{"a federated user with a bad name", by(FederatedUser(ada, "a/b")), Environment{}, "is no name of a federated user"},
		{"a root of no account", by(Root("1")), Environment{}, "has twelve digits"},
		{"a service that is none", by(Service("CloudTrail")), Environment{}, "is no service principal"},
		{"a provider that is none", by(Federated("x")), Environment{}, "is no identity provider"},
		{"an action without service", get(func(q *Request) { q.Action = "GetObject" }), Environment{}, "is not of the form service:Name"},
		{"an action with a wildcard", get(func(q *Request) { q.Action = "s3:*" }), Environment{}, "is not of the form service:Name"},
		{"a resource that is no ARN", get(func(q *Request) { q.Resource = "data/a.csv" }), Environment{}, "is neither an ARN"},
		{"no account", get(func(q *Request) { q.ResourceAccount = "" }), Environment{}, "does not say its account"},
		{"an account that is none", get(func(q *Request) { q.ResourceAccount = "1" }), Environment{}, "has not twelve digits"},
		{"an account that is not the ARN's", get(func(q *Request) { q.Resource, q.ResourceAccount = key, otherAccount }), Environment{}, "is not in account 444455556666"},
		{"no account for * of a service", get(func(q *Request) {
			q.Principal, q.Resource, q.ResourceAccount = Service("x.amazonaws.com"), "*", ""
		}), Environment{}, "does not say its account"},
		{"a context key in two spellings", in(Context{"aws:SourceIp": {"1.2.3.4"}, "aws:sourceip": {"1.2.3.4"}}), Environment{}, "in two spellings"},
		{"a context key that contradicts the principal", in(Context{"aws:PrincipalArn": {train}}), Environment{}, "the request makes it"},
		{"several values without set operator", in(Context{"aws:TagKeys": {"a", "b"}}), Environment{Identity: identityWith(t, `{"StringEquals":{"aws:TagKeys":"a"}}`)}, "statement A of identity policy own: StringEquals: aws:TagKeys: the key has 2 values"},
		{"several values for a variable", in(Context{"aws:TagKeys": {"a", "b"}, "s3:prefix": {"a"}}), Environment{Identity: identityWith(t, `{"StringEquals":{"s3:prefix":"${aws:TagKeys}"}}`)}, "a multivalued key is no variable"},
		{"a number that is none", in(Context{"s3:max-keys": {"ten"}}), Environment{Identity: identityWith(t, `{"NumericEquals":{"s3:max-keys":"10"}}`)}, `NumericEquals: s3:max-keys: in the request "ten" is not a number`},
		{"a date that is none", in(Context{"aws:CurrentTime": {"today"}}), Environment{Identity: identityWith(t, `{"DateLessThan":{"aws:CurrentTime":"2026"}}`)}, "is not a date"},
		{"a boolean that is none", in(Context{"aws:SecureTransport": {"True"}}), Environment{Identity: identityWith(t, `{"Bool":{"aws:SecureTransport":"true"}}`)}, "is not true or false"},
		{"an address that is none", in(Context{"aws:SourceIp": {"here"}}), Environment{Identity: identityWith(t, `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`)}, "is not an IP address"},
		{"a wrong value after a right one", in(Context{"x:n": {"1", "one"}}), Environment{Identity: identityWith(t, `{"ForAnyValue:NumericEquals":{"x:n":"1"}}`)}, "is not a number"},
		{"a wrong value beside a condition that fails", in(Context{"x:n": {"one"}}), Environment{Identity: identityWith(t, `{"StringEquals":{"x:a":"1"},"NumericEquals":{"x:n":"1"}}`)}, "is not a number"},
		{"a bucket policy as identity policy", get(nil), Environment{Identity: []*Policy{bucket}}, "bucket policy data: stands in the place of identity policy"},
		{"an identity policy as boundary", get(nil), Environment{Boundary: own}, "stands in the place of permissions boundary"},
		{"a policy that is nil", get(nil), Environment{Identity: []*Policy{nil}}, "one identity policy is nil"},
		{"identity policies of a service", by(Service("x.amazonaws.com")), Environment{Identity: []*Policy{own}}, "has no identity policies"},
		{"a boundary of the root user", by(Root(ownAccount)), Environment{Boundary: cap}, "has no identity policies"},
		{"a session policy of a user", get(nil), Environment{Session: []*Policy{limit}}, "is not a session"},
		{"a key without its policy", get(func(q *Request) { q.Action, q.Resource = "kms:Decrypt", key }), Environment{}, "needs its key policy"},
		{"a key with a bucket policy", get(func(q *Request) { q.Action, q.Resource = "kms:Decrypt", key }), Environment{Resource: bucket}, "is decided by its key policy"},
		{"a role without its trust policy", get(func(q *Request) { q.Action, q.Resource = "sts:AssumeRole", train }), Environment{}, "needs its trust policy"},
		{"a key policy for an object", get(nil), Environment{Resource: keyPolicy}, "key policy k1: has no say in s3:getobject"},
		{"a trust policy when a role is read", get(func(q *Request) { q.Action, q.Resource = "iam:GetRole", train }), Environment{Resource: trust}, "has no say in iam:getrole"},
		{"a bucket policy for a queue", get(func(q *Request) { q.Action, q.Resource = "sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q" }), Environment{Resource: bucket}, "has no say in sqs:sendmessage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Evaluate(c.request, c.in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if d.Verdict != "" || d.By != nil || d.Lacked != nil {
				t.Errorf("an error with the verdict %v", d)
			}
		})
	}
}

func TestUnitUnknownKeysAreErrors(t *testing.T) {
	known := Keys("aws:SourceVpce", "aws:ResourceTag/${TagKey}", "aws:username")
	for _, c := range []struct {
		name, element string
		context       Context
		want          string
	}{
		{"known", `"Resource":"*","Condition":{"StringEquals":{"AWS:sourcevpce":"vpce-1"}}`, Context{"aws:SourceVPCE": {"vpce-1"}}, ""},
		{"known with any tag", `"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}`, nil, ""},
		{"a tag without a name", `"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/":"a"}}`, nil, "aws:ResourceTag/ is not known"},
		{"misspelt in a policy", `"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}`, nil, "statement A of identity policy own: condition key aws:SourceVpc is not known"},
		{"misspelt in a variable", `"Resource":"arn:aws:s3:::data/${aws:usrname}"`, nil, "condition key aws:usrname is not known"},
		{"misspelt in a variable of a condition", `"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"${aws:usrname}"}}`, nil, "condition key aws:usrname is not known"},
		{"misspelt in the request", `"Resource":"*"`, Context{"aws:SorceVpce": {"vpce-1"}}, "request: context key aws:SorceVpce is not known"},
		{"even where the action does not match", `"Resource":"arn:aws:s3:::other","Condition":{"Bool":{"aws:x":"true"}}`, nil, "condition key aws:x is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := parse(t, "own", IdentityPolicy, document(`{"Sid":"A","Effect":"Allow","Action":"s3:*",`+c.element+`}`))
			_, err := Evaluate(get(func(q *Request) { q.Context = c.context }), Environment{Identity: list(p), KnownKey: known})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestUnitDecisionNamesWhatItRestsOn(t *testing.T) {
	e := Environment{
		Identity:        list(parse(t, "own", IdentityPolicy, document(allowGet, strings.Replace(allowGet, `"Sid":"Get",`, "", 1)))),
		Boundary:        parse(t, "cap", PermissionsBoundary, document(everything)),
		Endpoint:        parse(t, "s3", EndpointPolicy, document(rcpFull)),
		ServiceControl:  [][]*Policy{list(parse(t, "root", ServiceControlPolicy, document(everything)))},
		ResourceControl: [][]*Policy{list(parse(t, "root", ResourceControlPolicy, document(rcpFull)))},
	}
	d, err := Evaluate(get(nil), e)
	if err != nil {
		t.Fatal(err)
	}
	want := []StatementRef{
		{IdentityPolicy, "own", "#2"}, {IdentityPolicy, "own", "Get"}, {PermissionsBoundary, "cap", "All"},
		{EndpointPolicy, "s3", "Full"}, {ResourceControlPolicy, "root", "Full"}, {ServiceControlPolicy, "root", "All"},
	}
	if !slices.Equal(d.By, want) {
		t.Errorf("got  %v\nwant %v", d.By, want)
	}
	if text := d.String(); text != "allow by statement #2 of identity policy own and statement Get of identity policy own" {
		t.Error(text)
	}
}

func TestUnitDocumentIsACopy(t *testing.T) {
	p := parse(t, "data", BucketPolicy, document(bucketFor("Allow", aws(ada)), departmentStatement()))
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	d := p.Document()
	d.Statements[0].Principals.AWS[0] = "*"
	d.Statements[0].Actions[0] = "*"
	d.Statements[1].Conditions[0].Values[0] = "x"
	if after, _ := json.Marshal(p); string(after) != string(text) {
		t.Errorf("a change of the copy changed the policy: %s", after)
	}
	again, err := Parse("data", BucketPolicy, text)
	if err != nil || !reflect.DeepEqual(again.Document(), p.Document()) {
		t.Errorf("%s is read as %+v (%v)", text, again.Document(), err)
	}
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"Bucket","Effect":"Allow","Principal":{"AWS":"` + ada + `"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::data/*"},` + departmentStatement() + `]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func departmentStatement() string {
	return `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:ListBucket","NotResource":"arn:aws:s3:::x","Condition":` + departmentRoleIs("ArnLike") + `}`
}
