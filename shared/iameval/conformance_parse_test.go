package iameval

import (
	"strings"
	"testing"
)

const grammarPage = "Grammar of the IAM JSON policy language"

// parseCases are documents and what the parser says; an empty answer is a
// policy.
var parseCases = []struct {
	source string
	name   string
	kind   Kind
	text   string
	want   string
}{
	{grammarPage, "one statement without a list", IdentityPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, ""},
	{grammarPage, "lists everywhere", IdentityPolicy, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["*"],"Condition":{"StringEquals":{"s3:prefix":["a","b"]}}}]}`, ""},
	{grammarPage, "blocks in any order", IdentityPolicy, `{"Statement":[{"Resource":"*","Action":"*","Effect":"Deny"}],"Version":"2012-10-17"}`, ""},
	{grammarPage, "unknown top-level element", IdentityPolicy, `{"Version":"2012-10-17","Statements":[]}`, "Statements: is no element of a policy"},
	{grammarPage, "unknown statement element", IdentityPolicy, `{"Statement":{"Sid":"A","Effect":"Allow","Action":"s3:*","Resources":"*"}}`, "statement A: Resources: is no element of a statement"},
	{grammarPage, "case of an element matters", IdentityPolicy, `{"Statement":{"effect":"Allow","Action":"s3:*","Resource":"*"}}`, "effect: is no element"},
	{grammarPage, "Effect twice", IdentityPolicy, `{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*"}}`, `"Effect" stands twice`},
	{grammarPage, "an operator twice", IdentityPolicy, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a:b":"true"},"Bool":{"a:c":"true"}}}}`, `"Bool" stands twice`},
	{grammarPage, "a key in two spellings", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a:b":"true","A:B":"true"}}}`), "stands twice"},
	{grammarPage, "no statement", IdentityPolicy, `{"Version":"2012-10-17"}`, "Statement: a policy has at least one"},
	{grammarPage, "no JSON", IdentityPolicy, `{"Version":`, "ends too early"},
	{grammarPage, "more after the end", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`) + `{}`, "after the end"},
	{grammarPage, "a list is no policy", IdentityPolicy, `[]`, "a policy is a JSON object"},
	{grammarPage, "an empty list", IdentityPolicy, document(`{"Effect":"Allow","Action":[],"Resource":"*"}`), "Action: the list is empty"},
	{grammarPage, "a number for an action", IdentityPolicy, document(`{"Effect":"Allow","Action":1,"Resource":"*"}`), "Action: 1 is not a string"},
	{grammarPage, "null for a resource", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":null}`), "Resource: null is not a string"},
	{grammarPage, "an object for a value", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a:b":{}}}}`), "an object is not a string, number or boolean"},
	{grammarPage, "a condition without values", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a:b":[]}}}`), "could never hold"},
	{grammarPage, "an empty condition block", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{}}`), "Condition: is empty"},
	{grammarPage, "Id in an identity policy", IdentityPolicy, `{"Id":"x","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "Id: no identity policy has one"},
	{grammarPage, "Id in a resource policy", ResourcePolicy, `{"Id":"cd3ad3d9-2776","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}}`, ""},
	{"IAM JSON policy elements: Supported data types", "not UTF-8", IdentityPolicy, "{\"Version\":\"\xff\"}", "not valid UTF-8"},
	{"IAM JSON policy elements: Version", "the older version", IdentityPolicy, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, ""},
	{"IAM JSON policy elements: Version", "another version", IdentityPolicy, `{"Version":"2012-10-18","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, `Version: "2012-10-18" is not`},
	{"IAM JSON policy elements: Effect", "missing", IdentityPolicy, document(`{"Action":"s3:*","Resource":"*"}`), "statement #1: Effect is missing"},
	{"IAM JSON policy elements: Effect", "case matters", IdentityPolicy, document(`{"Effect":"allow","Action":"s3:*","Resource":"*"}`), `Effect: "allow" is not Allow or Deny`},
	{"IAM JSON policy elements: Sid", "twice", IdentityPolicy, document(`{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}`, `{"Sid":"A","Effect":"Deny","Action":"s3:*","Resource":"*"}`), "another statement has the same Sid"},
	{"IAM JSON policy elements: Sid", "with a space, IAM", IdentityPolicy, document(`{"Sid":"A b","Effect":"Allow","Action":"s3:*","Resource":"*"}`), "letters and digits only"},
	{"AWS KMS Developer Guide, Creating a key policy, Key policy format", "Sid with a space, KMS", KeyPolicy, document(`{"Sid":"Enable IAM policies","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`), ""},
	{"AWS KMS Developer Guide, Creating a key policy, Elements in a key policy", "no Resource", KeyPolicy, document(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*"}`), "Resource is missing"},
	{"IAM JSON policy elements: Action", "neither Action nor NotAction", IdentityPolicy, document(`{"Effect":"Allow","Resource":"*"}`), "Action is missing"},
	{"IAM JSON policy elements: Action", "both", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","NotAction":"iam:*","Resource":"*"}`), "both Action and NotAction"},
	{"IAM JSON policy elements: Action", "no service prefix", IdentityPolicy, document(`{"Effect":"Allow","Action":"GetObject","Resource":"*"}`), "not \"*\" or of the form service:Name"},
	{"IAM JSON policy elements: Action", "strict: a wildcard for the service", IdentityPolicy, document(`{"Effect":"Allow","Action":"s*:Get*","Resource":"*"}`), "of the form service:Name"},
	{"IAM JSON policy elements: Resource", "neither Resource nor NotResource", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*"}`), "Resource is missing"},
	{"IAM JSON policy elements: Resource", "both", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","NotResource":"*"}`), "both Resource and NotResource"},
	{"IAM JSON policy elements: Resource", "no ARN", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"data/*"}`), "is no ARN"},
	{"IAM JSON policy elements: Resource", "an ARN of five parts", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:ec2:*:instance/i-1"}`), "an ARN has six parts"},
	{"IAM JSON policy elements: Resource, Using wildcards in resource ARNs", "a wildcard for the service", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:*:::x"}`), "wildcard for the service"},
	{"IAM policy elements: Variables and tags, Resource element", "a variable before the fifth colon", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:iam::${aws:PrincipalAccount}:user/x"}`), "variable before the fifth colon"},
	{"IAM policy elements: Variables and tags, Resource element", "a variable after it", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"}`), ""},
	{"IAM policy elements: Variables and tags, Condition element", "a variable for a number", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericEquals":{"a:b":"${a:c}"}}}`), "which NumericEquals does not take"},
	{"IAM policy elements: Variables and tags, Condition element", "a variable for an address", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"a:b":"${a:c}"}}}`), "which IpAddress does not take"},
	{"IAM policy elements: Variables and tags", "no closing brace", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username"}`), "no closing brace"},
	{"IAM policy elements: Variables and tags", "not a key", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${username}"}`), "is no policy variable"},
	{"IAM policy elements: Variables and tags, Specifying default values", "a default without end", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username, 'x}"}`), "default of a variable has no end"},
	{"AWS JSON policy elements: Principal", "in an identity policy", IdentityPolicy, document(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`), "no identity policy names any"},
	{"AWS JSON policy elements: Principal", "missing in a resource policy", BucketPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`), "Principal is missing"},
	{"AWS JSON policy elements: Principal", "all types", TrustPolicy, document(`{"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::555555555555:root"],"Service":["ecs.amazonaws.com","elasticloadbalancing.amazonaws.com"],"Federated":"accounts.google.com"},"Action":"sts:AssumeRole"}`), ""},
	{"AWS JSON policy elements: Principal", "part of a name", BucketPolicy, document(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"Action":"s3:*","Resource":"*"}`), "has a wildcard"},
	{"AWS JSON policy elements: Principal", "all sessions", BucketPolicy, document(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/train/*"},"Action":"s3:*","Resource":"*"}`), "has a wildcard"},
	{"AWS JSON policy elements: Principal", "a group", BucketPolicy, document(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:group/g"},"Action":"s3:*","Resource":"*"}`), "is no account, role, user or session"},
	{"AWS JSON policy elements: Principal", "a string that is not *", BucketPolicy, document(`{"Effect":"Allow","Principal":"arn:aws:iam::111122223333:user/ada","Action":"s3:*","Resource":"*"}`), `neither "*" nor a map`},
	{"AWS JSON policy elements: Principal", "unknown type", BucketPolicy, document(`{"Effect":"Allow","Principal":{"Aws":"*"},"Action":"s3:*","Resource":"*"}`), "Aws is no type of principal"},
	{"AWS JSON policy elements: Principal", "strict: a canonical user", BucketPolicy, document(`{"Effect":"Allow","Principal":{"CanonicalUser":"79a59df9"},"Action":"s3:*","Resource":"*"}`), "does not say which account"},
	{"AWS JSON policy elements: Principal", "strict: the ID of a deleted user", TrustPolicy, document(`{"Effect":"Allow","Principal":{"AWS":"AIDAEXAMPLE"},"Action":"sts:AssumeRole"}`), "is no account, role, user or session"},
	{"AWS JSON policy elements: NotPrincipal", "with Allow", BucketPolicy, document(`{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`), "NotPrincipal with Allow"},
	{"AWS JSON policy elements: NotPrincipal", "in a trust policy", TrustPolicy, document(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}`), "no trust policy takes one"},
	{"AWS JSON policy elements: NotPrincipal", "in an endpoint policy", EndpointPolicy, document(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}`), ""},
	{"IAM roles, Role trust policy", "with a Resource", TrustPolicy, document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`), "no trust policy names any"},
	{"IAM roles, Role trust policy", "another service's action", TrustPolicy, document(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}`), "about sts actions only"},
	{operatorsPage, "misspelt", IdentityPolicy, document(`{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEqual":{"a:b":"c"}}}`), `statement A: Condition: StringEqual: a:b: "StringEqual" is no condition operator`},
	{operatorsPage, "strict: another case", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"stringEquals":{"a:b":"c"}}}`), "is no condition operator"},
	{operatorsPage, "unknown set operator", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForSomeValues:StringEquals":{"a:b":"c"}}}`), "is no set operator"},
	{operatorsPage + ", ...IfExists", "NullIfExists", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NullIfExists":{"a:b":"true"}}}`), "is no condition operator"},
	{operatorsPage + ", Null", "not a boolean", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Null":{"a:b":"yes"}}}`), "is not true or false"},
	{operatorsPage + ", Numeric", "not a number", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericLessThan":{"a:b":"1.2.3"}}}`), "is not a number"},
	{operatorsPage + ", Date", "a wildcard", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a:b":"2020-*"}}}`), "is not a date"},
	{operatorsPage + ", Boolean", "not a boolean", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a:b":"1"}}}`), "is not true or false"},
	{operatorsPage + ", Binary", "not base64", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"BinaryEquals":{"a:b":"&"}}}`), "is not base64"},
	{operatorsPage + ", IP address", "not an address", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"a:b":"10.0.0"}}}`), "is not an address or a range"},
	{operatorsPage + ", ARN", "not an ARN", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ArnLike":{"a:b":"arn:aws:s3"}}}`), "an ARN has six parts"},
	{"IAM JSON policy elements: Condition", "a key without a prefix", IdentityPolicy, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"SecureTransport":"true"}}}`), "a key has a service prefix"},
	{"Organizations User Guide, RCP syntax", "RCPFullAWSAccess", ResourceControlPolicy, document(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`), ""},
	{"Organizations User Guide, RCP syntax", "another Allow", ResourceControlPolicy, document(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`), "only RCPFullAWSAccess allows"},
	{"Organizations User Guide, RCP syntax", "a principal", ResourceControlPolicy, document(`{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`), `takes only "*"`},
	{"Organizations User Guide, RCP syntax", "NotAction", ResourceControlPolicy, document(`{"Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*"}`), "has a NotAction"},
	{"Organizations User Guide, RCP syntax", "no Version", ResourceControlPolicy, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`, "has 2012-10-17"},
	{"Organizations User Guide, SCP syntax", "a Principal", ServiceControlPolicy, document(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`), "names any"},
}

func TestUnitConformanceOfParser(t *testing.T) {
	for _, c := range parseCases {
		t.Run(c.source+"/"+c.name, func(t *testing.T) {
			p, err := Parse("test", c.kind, []byte(c.text))
			switch {
			case (err == nil) == (p == nil):
				t.Fatalf("policy %v and error %v; want one of them", p, err)
			case c.want == "" && err != nil:
				t.Errorf("%s\n%v; want a policy", c.text, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s\n%v; want an error with %q", c.text, err, c.want)
			case err != nil && !strings.HasPrefix(err.Error(), string(c.kind)+" test"):
				t.Errorf("%v does not name the policy", err)
			}
		})
	}
}
