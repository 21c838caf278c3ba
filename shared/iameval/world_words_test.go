package iameval

// The words of which random policies and contexts are made.
var (
	anyActions    = []string{"*", "s3:*", "s3:Get*", "S3:getobject", "s3:?utObject", "s3:List*", "s3:*Bucket*", "kms:*", "kms:De*", "kms:Decrypt", "sts:Assume*", "sts:AssumeRole", "sqs:SendMessage", "sqs:*Message"}
	trustActions  = []string{"sts:*", "sts:AssumeRole", "STS:assumerole*", "sts:AssumeRoleWithWebIdentity"}
	anyResources  = []string{"*", "*", "*", "arn:aws:s3:::*", "arn:aws:s3:::data", "arn:aws:s3:::data/*", "arn:aws:s3:::data/a/?", "arn:aws:s3:::data/*/x", "arn:aws:s3:::data*", "arn:aws:s3:::data/${aws:username}", "arn:aws:s3:::data/${aws:PrincipalTag/team}/*", "arn:aws:s3:::data/${aws:PrincipalTag/team, 'a'}/x", "arn:aws:s3:::data/red/${*}", "arn:aws:kms:*:111111111111:key/*", "arn:aws:kms:eu-central-1:*:key/k?", "arn:*:sqs:*:*:q", "arn:aws:sqs:eu-central-1:111111111111:q", "arn:aws:iam::*:role/r1", "arn:aws:iam::111111111111:role/*"}
	anyPrincipals = []string{"*", accountA, "arn:aws:iam::111111111111:root", accountB, "arn:aws:iam::111111111111:user/u1", "arn:aws:iam::111111111111:user/team/u2", "arn:aws:iam::111111111111:role/r1", "arn:aws:iam::111111111111:role/ml/r2", "arn:aws:sts::111111111111:assumed-role/r1/s1", "arn:aws:sts::111111111111:federated-user/web", "arn:aws:iam::222222222222:user/u1", "arn:aws:iam::222222222222:role/r1", "arn:aws:sts::222222222222:assumed-role/r1/s1", "arn:aws:sts::111111111111:assumed-role/r2/s9"}

	// everyName lists all names of a principal, for NotPrincipal.
	everyName = [][]string{
		{"arn:aws:sts::111111111111:assumed-role/r1/s1", "arn:aws:iam::111111111111:role/r1", accountA},
		{"arn:aws:sts::222222222222:assumed-role/r1/s1", "arn:aws:iam::222222222222:role/r1", accountB},
		{accountA, "arn:aws:iam::111111111111:user/u1"},
		{accountB, "arn:aws:iam::222222222222:user/u1"},
	}
)

// anyTest is a key, operators that suit it, values for policies, and values that
// requests have.
type anyTest struct {
	key       string
	operators []string
	values    []string
	seen      [][]string
	multi     bool
}

var (
	stringOperators = []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike", "Null"}
	arnOperators    = []string{"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringLike", "Null"}
)

var anyTests = []anyTest{
	{"s3:prefix", stringOperators, []string{"", "a/*", "a/x", "A/?", "*", "${aws:username}/*", "${aws:PrincipalTag/team}*", "${aws:PrincipalTag/team, 'a'}/x", "a${*}b", "${$}x"}, [][]string{nil, {""}, {"a/x"}, {"A/X"}, {"u1/x"}, {"red/"}, {"a*b"}, {"acb"}, {"$x"}}, false},
	{"aws:PrincipalTag/team", stringOperators, []string{"red", "RED", "r*", "?ed", "${aws:username}"}, [][]string{nil, {"red"}, {"Red"}, {"u1"}, {""}, {"*"}}, false},
	{"aws:TagKeys", stringOperators, []string{"a", "B", "a*", "c", ""}, [][]string{nil, {}, {""}, {"a"}, {"a", "b"}, {"ab", "c"}, {"", "b"}}, true},
	{"x:number", []string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "Null"}, []string{"5", "5.0", "-3", "10", "1.25", "0"}, [][]string{nil, {"5"}, {"05.00"}, {"-3.5"}, {"1.2"}, {"10.0"}, {"100"}, {"-0"}, {""}}, false},
	{"x:numbers", []string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"}, []string{"5", "-3", "10"}, [][]string{nil, {}, {"5", "6"}, {"-3"}, {"1", "2", "30"}}, true},
	{"aws:CurrentTime", []string{"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Null"}, []string{"2026-01-01T00:00:00Z", "1767225600", "2026-06-01T12:00:00+02:00"}, [][]string{nil, {"2026-01-01T00:00:00Z"}, {"2026-01-01T01:00:00+01:00"}, {"1780308000"}, {"2027-01-01T00:00:00.5Z"}}, false},
	{"aws:SecureTransport", []string{"Bool", "Null"}, []string{"true", "false"}, [][]string{nil, {"true"}, {"false"}}, false},
	{"x:binary", []string{"BinaryEquals"}, []string{"YWJj", "eHl6"}, [][]string{nil, {"abc"}, {"xyz"}, {"ABC"}}, false},
	{"aws:SourceIp", []string{"IpAddress", "NotIpAddress", "Null"}, []string{"203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0"}, [][]string{nil, {"203.0.113.7"}, {"203.0.113.8"}, {"203.0.112.255"}, {"2001:db8:1::1"}, {"2001:db9::1"}}, false},
	{"aws:SourceArn", arnOperators, []string{"arn:aws:s3:::data", "arn:aws:s3:::*", "arn:aws:sns:*:111111111111:t*", "arn:aws:*:*:*:*"}, [][]string{nil, {"arn:aws:s3:::data"}, {"arn:aws:sns:eu-west-1:111111111111:topic:x"}, {"arn:aws:sns:a:b:111111111111:t"}, {"no-arn"}}, false},
	// Keys that follow from the principal and the resource.
	{"aws:PrincipalArn", arnOperators, []string{"arn:aws:iam::111111111111:role/r1", "arn:aws:iam::*:user/*", "arn:aws:sts::111111111111:*", "arn:aws:iam::222222222222:root"}, nil, false},
	{"aws:PrincipalAccount", stringOperators, []string{accountA, accountB, "anonymous", "1*", "${aws:ResourceAccount}"}, nil, false},
	{"aws:PrincipalIsAWSService", []string{"Bool", "Null"}, []string{"true", "false"}, nil, false},
	{"aws:PrincipalServiceName", stringOperators, []string{"cloudtrail.amazonaws.com", "config.amazonaws.com"}, nil, false},
	{"aws:PrincipalType", stringOperators, []string{"User", "AssumedRole", "Account", "FederatedUser", "Anonymous"}, nil, false},
	{"aws:username", stringOperators, []string{"u1", "u2", "U*"}, nil, false},
	{"AWS:resourceaccount", stringOperators, []string{accountA, accountB}, nil, false},
	{"kms:CallerAccount", stringOperators, []string{accountA, accountB}, nil, false},
}
