package iameval

const (
	denyallowPage = "How AWS enforcement code logic evaluates requests to allow or deny access"
	github        = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
	carlosBucket  = "arn:aws:s3:::Production/x"
	linkedRole    = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
)

var (
	session   = RoleSession(train, "run-1")
	federated = FederatedUser(ada, "ada-web")
)

var logicTables = []logicTable{
	{denyallowPage + ", Deny evaluation", []logicCase{
		{"nothing allows", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{}, "implicit deny: no allow in any identity policy (there is none)"},
		{"another action allowed", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowPut}, "implicit deny: no allow in identity policy own"},
		{"allowed", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet}, "allow by statement Get of identity policy own"},
		{"a deny overrides an allow", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, identityToo: denyGet}, "explicit deny by statement NoGet of identity policy own"},
		{"a deny in the boundary", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, boundary: denyGet}, "explicit deny by statement NoGet of permissions boundary cap"},
		{"a deny in the session policy", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, session: denyGet}, "explicit deny by statement NoGet of session policy session"},
		{"a deny in the bucket policy", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: bucketFor("Deny", `"*"`)}, "explicit deny by statement Bucket of bucket policy data"},
		{"a deny in the endpoint policy", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, endpoint: bucketFor("Deny", `"*"`)}, "explicit deny by statement Bucket of endpoint policy s3"},
		{"a deny in a service control policy", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, scp: []string{denyGet}}, "explicit deny by statement NoGet of service control policy root"},
		{"a deny in a resource control policy", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, rcp: []string{rcpDeny}}, "explicit deny by statement NoGet of resource control policy root"},
		{"a deny where nothing allows", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: denyGet}, "explicit deny by statement NoGet of identity policy own"},
		{"two denies are both named", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: denyGet, boundary: denyGet}, "explicit deny by statement NoGet of identity policy own and statement NoGet of permissions boundary cap"},
	}},
	{denyallowPage + ", Resource-based policies: a policy for an IAM user", []logicCase{
		{"the user's ARN grants alone", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ada))}, "allow by statement Bucket of bucket policy data"},
		{"not limited by a boundary", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowPut, bucket: bucketFor("Allow", aws(ada))}, "allow by statement Bucket of bucket policy data"},
		{"another user's ARN", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws("arn:aws:iam::111122223333:user/Ada"))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"the account delegates only", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ownRoot))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"the account by its number, too", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ownAccount))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"everyone: no other permissions are required", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneGet}, "allow by statement Anyone of bucket policy data"},
		{"everyone, not limited by a boundary", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowPut, bucket: anyoneGet}, "allow by statement Anyone of bucket policy data"},
		{"either side is enough", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: bucketFor("Allow", aws(bob))}, "allow by statement Get of identity policy own"},
		{"a deny on the account covers its users", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: bucketFor("Deny", aws(ownRoot))}, "explicit deny by statement Bucket of bucket policy data"},
	}},
	{denyallowPage + ", Resource-based policies: a policy for an IAM role or a role session", []logicCase{
		{"the role's ARN grants without identity policies", session, "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(train))}, "allow by statement Bucket of bucket policy data"},
		{"the role's ARN is limited by the boundary", session, "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowPut, bucket: bucketFor("Allow", aws(train))}, "implicit deny: no allow in permissions boundary cap"},
		{"the role's ARN is limited by the session policy", session, "s3:GetObject", object, ownAccount, nil, inForce{session: allowPut, bucket: bucketFor("Allow", aws(train))}, "implicit deny: no allow in session policy session"},
		{"the role's ARN, both limits open", session, "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowGet, session: allowGet, bucket: bucketFor("Allow", aws(train))}, "allow by statement Bucket of bucket policy data"},
		{"the session's ARN is limited by nothing", session, "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowPut, session: allowPut, bucket: bucketFor("Allow", aws(trainSession))}, "allow by statement Bucket of bucket policy data"},
		{"another session's ARN", RoleSession(train, "run-2"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(trainSession))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"everyone with aws:PrincipalArn is limited by nothing", session, "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowPut, bucket: `{"Sid":"ByArn","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + train + `"}}}`}, "allow by statement ByArn of bucket policy data"},
		{"aws:PrincipalArn is the role, not the session", session, "s3:GetObject", object, ownAccount, nil, inForce{bucket: `{"Sid":"ByArn","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + trainSession + `"}}}`}, "implicit deny: no allow in any identity policy (there is none)"},
		{"identity policy alone", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet}, "allow by statement Get of identity policy own"},
		{"a session without a name", Role(train), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(trainSession))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"a role with a path: the session has none", RoleSession("arn:aws:iam::111122223333:role/ml/train", "run-1"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(trainSession))}, "allow by statement Bucket of bucket policy data"},
	}},
	{denyallowPage + ", Resource-based policies: a policy for an IAM federated user session", []logicCase{
		{"the federated user's ARN is limited by nothing", federated, "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws("arn:aws:sts::111122223333:federated-user/ada-web"))}, "allow by statement Bucket of bucket policy data"},
		{"the user's ARN is limited by the session policy", federated, "s3:GetObject", object, ownAccount, nil, inForce{session: allowPut, bucket: bucketFor("Allow", aws(ada))}, "implicit deny: no allow in session policy session"},
		{"the user's ARN is limited by the boundary", federated, "s3:GetObject", object, ownAccount, nil, inForce{boundary: allowPut, session: allowGet, bucket: bucketFor("Allow", aws(ada))}, "implicit deny: no allow in permissions boundary cap"},
		{"the user's ARN, limits open", federated, "s3:GetObject", object, ownAccount, nil, inForce{session: allowGet, bucket: bucketFor("Allow", aws(ada))}, "allow by statement Bucket of bucket policy data"},
	}},
	{denyallowPage + ", Identity-based policies, IAM permissions boundaries, Session policies", []logicCase{
		{"boundary and identity", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: everything, boundary: allowGet}, "allow by statement All of identity policy own"},
		{"the boundary does not allow", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: everything, boundary: allowPut}, "implicit deny: no allow in permissions boundary cap"},
		{"a boundary gives nothing by itself", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{boundary: everything}, "implicit deny: no allow in any identity policy (there is none)"},
		{"neither", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowPut, boundary: allowPut}, "implicit deny: no allow in identity policy own and permissions boundary cap"},
		{"the session policy does not allow", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: everything, session: allowPut}, "implicit deny: no allow in session policy session"},
		{"a session policy gives nothing by itself", session, "s3:GetObject", object, ownAccount, nil, inForce{session: everything}, "implicit deny: no allow in any identity policy (there is none)"},
		{"all three", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: everything, boundary: everything, session: allowGet}, "allow by statement All of identity policy own"},
		{"a role session without session policy", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: everything}, "allow by statement All of identity policy own"},
		{"a federated user without session policy has nothing", federated, "s3:GetObject", object, ownAccount, nil, inForce{identity: everything}, "implicit deny: no allow in any session policy (there is none)"},
		{"a federated user with one", federated, "s3:GetObject", object, ownAccount, nil, inForce{identity: everything, session: allowGet}, "allow by statement All of identity policy own"},
	}},
	{denyallowPage + ", Organizations SCPs; Organizations User Guide, SCP evaluation", []logicCase{
		{"each level allows", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, scp: []string{everything, allowGet, everything}}, "allow by statement Get of identity policy own"},
		{"one level does not", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, scp: []string{everything, allowPut, everything}}, "implicit deny: no allow in service control policy unit"},
		{"a service control policy gives nothing", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{scp: []string{everything}}, "implicit deny: no allow in any identity policy (there is none)"},
		{"limits what a bucket policy grants", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ada)), scp: []string{allowPut}}, "implicit deny: no allow in service control policy root"},
		{"limits the root user", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{scp: []string{denyGet}}, "explicit deny by statement NoGet of service control policy root"},
		{"limits the root user, implicitly", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{scp: []string{allowPut}}, "implicit deny: no allow in service control policy root"},
		{"not a service-linked role", Role(linkedRole), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, scp: []string{denyGet}}, "allow by statement Get of identity policy own"},
		{"not an AWS service", Service("logging.s3.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", `{"Service":"logging.s3.amazonaws.com"}`), scp: []string{denyGet}}, "allow by statement Bucket of bucket policy data"},
	}},
	{denyallowPage + ", Organizations RCPs; Organizations User Guide, RCP effects on permissions", []logicCase{
		{"RCPFullAWSAccess", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, rcp: []string{rcpFull, rcpFull}}, "allow by statement Get of identity policy own"},
		{"a level without it", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, rcp: []string{rcpFull, `{"Sid":"NoPut","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}`}}, "implicit deny: no allow in resource control policy unit"},
		{"binds principals outside the organization", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: anyoneGet, rcp: []string{rcpDeny}}, "explicit deny by statement NoGet of resource control policy root"},
		{"binds anonymous callers", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneGet, rcp: []string{rcpDeny}}, "explicit deny by statement NoGet of resource control policy root"},
		{"binds the root user", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{rcp: []string{rcpDeny}}, "explicit deny by statement NoGet of resource control policy root"},
		{"not a service-linked role", Role(linkedRole), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, rcp: []string{rcpDeny}}, "allow by statement Get of identity policy own"},
		{"gives nothing", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{rcp: []string{rcpFull}}, "implicit deny: no allow in any resource policy (there is none)"},
	}},
	{"Cross-account policy evaluation logic", []logicCase{
		{"Carlos, both sides", User("arn:aws:iam::111111111111:user/carlossalazar"), "s3:GetObject", carlosBucket, "222222222222", nil, inForce{identity: allowGet, bucket: `{"Sid":"Carlos","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/carlossalazar"},"Action":["s3:GetObject*","s3:PutObject*"],"Resource":"arn:aws:s3:::Production/*"}`}, "allow by statement Get of identity policy own and statement Carlos of bucket policy data"},
		{"identity side only", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet}, "implicit deny: no allow in any resource policy (there is none)"},
		{"resource side only", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(bob))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"the bucket names another", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: bucketFor("Allow", aws(ada))}, "implicit deny: no allow in bucket policy data"},
		{"neither side", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowPut, bucket: bucketFor("Allow", aws(ada))}, "implicit deny: no allow in bucket policy data and identity policy own"},
		{"the entire account", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: bucketFor("Allow", aws(otherAccount))}, "allow by statement Get of identity policy own and statement Bucket of bucket policy data"},
		{"everyone still needs identity permissions", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneGet}, "implicit deny: no allow in any identity policy (there is none)"},
		{"the boundary limits", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, boundary: allowPut, bucket: bucketFor("Allow", aws(bob))}, "implicit deny: no allow in permissions boundary cap"},
		{"the session's ARN does not replace the identity side", RoleSession("arn:aws:iam::444455556666:role/r", "s"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws("arn:aws:sts::444455556666:assumed-role/r/s"))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"a role, both sides", Role("arn:aws:iam::444455556666:role/r"), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: bucketFor("Allow", aws("arn:aws:iam::444455556666:role/r"))}, "allow by statement Get of identity policy own and statement Bucket of bucket policy data"},
		{"the root user of the other account", Root(otherAccount), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(otherAccount))}, "allow by statement Bucket of bucket policy data"},
		{"the root user, not named", Root(otherAccount), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ada))}, "implicit deny: no allow in bucket policy data"},
		{"a deny on either side", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: denyGet, bucket: anyoneGet}, "explicit deny by statement NoGet of identity policy own"},
	}},
	{"IAM policy elements: Variables and tags, Policy variables with no value", []logicCase{
		{"in NotResource of a Deny, no resource is spared", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, identityToo: `{"Sid":"Others","Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::data/${aws:PrincipalTag/team}*"}`}, "explicit deny by statement Others of identity policy own"},
	}},
	{"Policies and permissions in IAM, Policies and the root user", []logicCase{
		{"full access in its own account", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{}, "allow: the root user has full access in its own account"},
		{"a bucket policy may deny", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Deny", `"*"`)}, "explicit deny by statement Bucket of bucket policy data"},
	}},
	{"AWS JSON policy elements: Principal, AWS service principals; All principals", []logicCase{
		{"the service", Service("cloudtrail.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", `{"Service":"cloudtrail.amazonaws.com"}`)}, "allow by statement Bucket of bucket policy data"},
		{"another service", Service("config.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", `{"Service":["cloudtrail.amazonaws.com","logging.s3.amazonaws.com"]}`)}, "implicit deny: no allow in bucket policy data"},
		{"an account is no service", Service("cloudtrail.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ownRoot))}, "implicit deny: no allow in bucket policy data"},
		{"a user is no service", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", `{"Service":"cloudtrail.amazonaws.com"}`)}, "implicit deny: no allow in any identity policy (there is none)"},
		{"for a source in the account", Service("sns.amazonaws.com"), "sqs:SendMessage", "arn:aws:sqs:us-east-2:111122223333:q", "", Context{"aws:SourceAccount": {ownAccount}}, inForce{topic: `{"Sid":"Send","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}`}, "allow by statement Send of resource policy topic"},
		{"for a source elsewhere", Service("sns.amazonaws.com"), "sqs:SendMessage", "arn:aws:sqs:us-east-2:111122223333:q", "", Context{"aws:SourceAccount": {otherAccount}}, inForce{topic: `{"Sid":"Send","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}`}, "implicit deny: no allow in resource policy topic"},
		{"anonymous by *", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneGet}, "allow by statement Anyone of bucket policy data"},
		{`anonymous by {"AWS":"*"}`, Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws("*"))}, "allow by statement Bucket of bucket policy data"},
		{"anonymous is of no account", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Allow", aws(ownAccount))}, "implicit deny: no allow in bucket policy data"},
		{"strict: * denies services too", Service("cloudtrail.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: bucketFor("Deny", aws("*"))}, "explicit deny by statement Bucket of bucket policy data"},
	}},
	{"AWS global condition context keys", []logicCase{
		{"aws:PrincipalAccount of an anonymous caller", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: `{"Sid":"Anon","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"anonymous"}}}`}, "allow by statement Anon of bucket policy data"},
		{"aws:PrincipalIsAWSService is absent for anonymous callers", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: `{"Sid":"Anon","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Null":{"aws:PrincipalIsAWSService":"true"}}}`}, "allow by statement Anon of bucket policy data"},
		{"aws:PrincipalServiceName", Service("cloudtrail.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: `{"Sid":"ByName","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalServiceName":"cloudtrail.amazonaws.com"}}}`}, "allow by statement ByName of bucket policy data"},
		{"aws:PrincipalIsAWSService is true for a service", Service("cloudtrail.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneIf("Bool", "aws:PrincipalIsAWSService", "true")}, "allow by statement If of bucket policy data"},
		{"aws:PrincipalIsAWSService is false for a user", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneIf("Bool", "aws:PrincipalIsAWSService", "false")}, "allow by statement If of bucket policy data"},
		{"aws:PrincipalArn of a federated user is the session", federated, "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneIf("ArnEquals", "aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/ada-web")}, "allow by statement If of bucket policy data"},
		{"aws:PrincipalArn of a service is absent", Service("cloudtrail.amazonaws.com"), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneIf("Null", "aws:PrincipalArn", "true")}, "allow by statement If of bucket policy data"},
		{"aws:userid of the root user is the account", Root(otherAccount), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneIf("StringEquals", "aws:userid", otherAccount)}, "allow by statement If of bucket policy data"},
		{"aws:userid of an anonymous caller", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: anyoneIf("StringEquals", "aws:userid", "anonymous")}, "allow by statement If of bucket policy data"},
		{"aws:ResourceAccount", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: `{"Sid":"Own","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}}`}, "allow by statement Own of identity policy own"},
		{"aws:username is absent for roles", session, "s3:GetObject", "arn:aws:s3:::data/train", ownAccount, nil, inForce{identity: `{"Sid":"Own","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::data/${aws:username}"}`}, "implicit deny: no allow in identity policy own"},
	}},
	{"AWS JSON policy elements: NotPrincipal", []logicCase{
		{"Bob and his account are listed", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: notPrincipal(bob, "arn:aws:iam::444455556666:root")}, "implicit deny: no allow in bucket policy data"},
		{"another user of the account", User("arn:aws:iam::444455556666:user/Eve"), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: notPrincipal(bob, "arn:aws:iam::444455556666:root")}, "explicit deny by statement Not of bucket policy data"},
		{"strict: Bob without his account", User(bob), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: notPrincipal(bob, bob)}, "explicit deny by statement Not of bucket policy data"},
		{"session, role and account", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: notPrincipal(trainSession, train, ownRoot)}, "allow by statement Get of identity policy own"},
		{"strict: without the session", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: notPrincipal(train, ownRoot)}, "explicit deny by statement Not of bucket policy data"},
		{"without the role", session, "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, bucket: notPrincipal(trainSession, ownRoot)}, "explicit deny by statement Not of bucket policy data"},
		{"a principal with a boundary is always denied", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, boundary: everything, bucket: notPrincipal(ada, ownRoot)}, "explicit deny by statement Not of bucket policy data"},
		{"anonymous", Anonymous(), "s3:GetObject", object, ownAccount, nil, inForce{bucket: notPrincipal(ada, ownRoot)}, "explicit deny by statement Not of bucket policy data"},
	}},
	{"AWS KMS Developer Guide, Key policies in AWS KMS; Default key policy", []logicCase{
		{"IAM policies without the key policy have no effect", User(ada), "kms:Decrypt", key, "", nil, inForce{identity: useKey, key: keyFor(aws(train))}, "implicit deny: no allow in key policy k1"},
		{"the account enables IAM policies", User(ada), "kms:Decrypt", key, "", nil, inForce{identity: useKey, key: keyFor(aws(ownRoot))}, "allow by statement Use of identity policy own and statement Key of key policy k1"},
		{"the account gives no principal permission", User(ada), "kms:Decrypt", key, "", nil, inForce{key: keyFor(aws(ownRoot))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"only for the actions it names", User(ada), "kms:Decrypt", key, "", nil, inForce{identity: useKey, key: `{"Sid":"Admin","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:DescribeKey","Resource":"*"}`}, "implicit deny: no allow in key policy k1"},
		{"the user's ARN needs no IAM policy", User(ada), "kms:Decrypt", key, "", nil, inForce{key: keyFor(aws(ada))}, "allow by statement Key of key policy k1"},
		{"the role's ARN needs no IAM policy", session, "kms:Decrypt", key, "", nil, inForce{key: keyFor(aws(train))}, "allow by statement Key of key policy k1"},
		{"an IAM deny is still effective", User(ada), "kms:Decrypt", key, "", nil, inForce{identity: `{"Sid":"No","Effect":"Deny","Action":"kms:*","Resource":"*"}`, key: keyFor(aws(ada))}, "explicit deny by statement No of identity policy own"},
		{"the root user without the key policy", Root(ownAccount), "kms:Decrypt", key, "", nil, inForce{key: keyFor(aws(ada))}, "implicit deny: no allow in key policy k1"},
		{"the root user with it", Root(ownAccount), "kms:Decrypt", key, "", nil, inForce{key: keyFor(aws(ownRoot))}, "allow by statement Key of key policy k1"},
		{"another account: both", User(bob), "kms:Decrypt", key, "", nil, inForce{identity: useKey, key: keyFor(aws(otherAccount))}, "allow by statement Use of identity policy own and statement Key of key policy k1"},
		{"another account: the key policy alone", User(bob), "kms:Decrypt", key, "", nil, inForce{key: keyFor(aws(otherAccount))}, "implicit deny: no allow in any identity policy (there is none)"},
		{"another account: enabling IAM here is not for it", User(bob), "kms:Decrypt", key, "", nil, inForce{identity: useKey, key: keyFor(aws(ownRoot))}, "implicit deny: no allow in key policy k1"},
		{"kms:CallerAccount", session, "kms:Decrypt", key, "", nil, inForce{key: `{"Sid":"Caller","Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"111122223333"}}}`}, "allow by statement Caller of key policy k1"},
		{"a service", Service("logs.eu-central-1.amazonaws.com"), "kms:Decrypt", key, "", nil, inForce{key: keyFor(`{"Service":"logs.eu-central-1.amazonaws.com"}`)}, "allow by statement Key of key policy k1"},
		{"an action without a key", User(ada), "kms:CreateKey", "*", "", nil, inForce{identity: everything}, "allow by statement All of identity policy own"},
	}},
	{"How IAM roles differ from resource-based policies; Role trust policies", []logicCase{
		{"the user's ARN", User(ada), "sts:AssumeRole", train, "", nil, inForce{trust: trustFor(aws(ada), "sts:AssumeRole")}, "allow by statement Trust of trust policy train"},
		{"the account and the user's permission", User(ada), "sts:AssumeRole", train, "", nil, inForce{identity: assume, trust: trustFor(aws(ownRoot), "sts:AssumeRole")}, "allow by statement Assume of identity policy own and statement Trust of trust policy train"},
		{"the account without the user's permission", User(ada), "sts:AssumeRole", train, "", nil, inForce{trust: trustFor(aws(ownRoot), "sts:AssumeRole")}, "implicit deny: no allow in any identity policy (there is none)"},
		{"the user's permission without trust", User(ada), "sts:AssumeRole", train, "", nil, inForce{identity: assume, trust: trustFor(`{"Service":"ec2.amazonaws.com"}`, "sts:AssumeRole")}, "implicit deny: no allow in trust policy train"},
		{"a service", Service("sagemaker.amazonaws.com"), "sts:AssumeRole", train, "", nil, inForce{trust: trustFor(`{"Service":"sagemaker.amazonaws.com"}`, "sts:AssumeRole")}, "allow by statement Trust of trust policy train"},
		{"another account: both", User(bob), "sts:AssumeRole", train, "", nil, inForce{identity: assume, trust: trustFor(aws(otherAccount), "sts:AssumeRole")}, "allow by statement Assume of identity policy own and statement Trust of trust policy train"},
		{"another account: trust alone", User(bob), "sts:AssumeRole", train, "", nil, inForce{trust: trustFor(aws(otherAccount), "sts:AssumeRole")}, "implicit deny: no allow in any identity policy (there is none)"},
		{"web identity", Federated(github), "sts:AssumeRoleWithWebIdentity", train, "", nil, inForce{trust: trustFor(`{"Federated":"`+github+`"}`, "sts:AssumeRoleWithWebIdentity")}, "allow by statement Trust of trust policy train"},
		{"web identity of another provider", Federated("accounts.google.com"), "sts:AssumeRoleWithWebIdentity", train, "", nil, inForce{trust: trustFor(`{"Federated":"`+github+`"}`, "sts:AssumeRoleWithWebIdentity")}, "implicit deny: no allow in trust policy train"},
		{"web identity by the wrong action", Federated(github), "sts:AssumeRoleWithWebIdentity", train, "", nil, inForce{trust: trustFor(`{"Federated":"`+github+`"}`, "sts:AssumeRole")}, "implicit deny: no allow in trust policy train"},
		{"the root user cannot assume a role", Root(ownAccount), "sts:AssumeRole", train, "", nil, inForce{trust: trustFor(aws(ownRoot), "sts:AssumeRole")}, "implicit deny: an account root user cannot assume a role"},
		{"a role does not trust itself", session, "sts:AssumeRole", train, "", nil, inForce{identity: assume, trust: trustFor(`{"Service":"ec2.amazonaws.com"}`, "sts:AssumeRole")}, "implicit deny: no allow in trust policy train"},
	}},
	{"AWS PrivateLink Guide, Control access to VPC endpoints using endpoint policies", []logicCase{
		{"the default policy", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, endpoint: rcpFull}, "allow by statement Get of identity policy own"},
		{"an endpoint policy that does not allow", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, endpoint: bucketFor("Allow", aws(bob))}, "implicit deny: no allow in endpoint policy s3"},
		{"does not replace identity policies", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{endpoint: rcpFull}, "implicit deny: no allow in any identity policy (there is none)"},
		{"limits the root user", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{endpoint: bucketFor("Allow", aws(ada))}, "implicit deny: no allow in endpoint policy s3"},
		{"gateway endpoint: an account is its root user only", User(ada), "s3:GetObject", object, ownAccount, nil, inForce{identity: allowGet, endpoint: bucketFor("Allow", aws(ownRoot))}, "implicit deny: no allow in endpoint policy s3"},
		{"gateway endpoint: that root user", Root(ownAccount), "s3:GetObject", object, ownAccount, nil, inForce{endpoint: bucketFor("Allow", aws(ownRoot))}, "allow: the root user has full access in its own account"},
		{"interface endpoint: an account is all its principals", User(ada), "sqs:SendMessage", "arn:aws:sqs:us-east-2:111122223333:q", "", nil, inForce{identity: everything, endpoint: `{"Sid":"Own","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sqs:*","Resource":"*"}`}, "allow by statement All of identity policy own"},
	}},
}

// notPrincipal denies everyone but those listed.
func notPrincipal(first string, more ...string) string {
	list := `"` + first + `"`
	for _, arn := range more {
		list += `,"` + arn + `"`
	}
	return `{"Sid":"Not","Effect":"Deny","NotPrincipal":{"AWS":[` + list + `]},"Action":"s3:*","Resource":"*"}`
}

// anyoneIf allows everyone under a condition.
func anyoneIf(operator, key, value string) string {
	return `{"Sid":"If","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"` + operator + `":{"` + key + `":"` + value + `"}}}`
}
