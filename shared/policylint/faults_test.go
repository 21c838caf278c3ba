package policylint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The resources that carry the policies of this test.
const (
	bucketType     = "aws:s3/bucketV2:BucketV2"
	bucketPolicy   = "aws:s3/bucketPolicy:BucketPolicy"
	endpointType   = "aws:ec2/vpcEndpoint:VpcEndpoint"
	inlinePolicy   = "aws:iam/rolePolicy:RolePolicy"
	keyType        = "aws:kms/key:Key"
	logPolicy      = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
	managedPolicy  = "aws:iam/policy:Policy"
	queuePolicy    = "aws:sqs/queuePolicy:QueuePolicy"
	roleType       = "aws:iam/role:Role"
	topicPolicy    = "aws:sns/topicPolicy:TopicPolicy"
	attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
)

// fault is a policy with one fault in it.
type fault struct {
	what string
	rule *Rule
	// carrier is the type of the resource that carries the document.
	carrier string
	// statements are the document's, or the whole document where they begin with
	// a brace and a Version.
	statements string
}

// document is the policy's text.
func (f fault) document() string {
	if strings.HasPrefix(f.statements, "{!") {
		return "{" + strings.TrimPrefix(f.statements, "{!")
	}
	return `{"Version":"2012-10-17","Statement":[` + f.statements + `]}`
}

// snapshot has the policy, and the bucket that a bucket's policy is for.
func (f fault) snapshot() *snapshot.Snapshot {
	property := "policy"
	switch f.carrier {
	case roleType:
		property = "assumeRolePolicy"
	case logPolicy:
		property = "policyDocument"
	}
	return estate(
		snapshot.Resource{Type: bucketType, Name: "data", URN: "bucket", Properties: map[string]any{"bucket": "data-bucket"}},
		snapshot.Resource{Type: f.carrier, Name: "x", URN: "x", Properties: map[string]any{property: f.document(), "bucket": "data-bucket", "name": "x"}},
	)
}

func estate(resources ...snapshot.Resource) *snapshot.Snapshot {
	for i := range resources {
		resources[i].Stack = graph.Data
	}
	return &snapshot.Snapshot{Names: names.New("test", "123456789012", "eu-central-1"), Stacks: graph.Names(), Resources: resources}
}

// identity is a statement that allows an action, or denies it.
func identity(effect, action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Sid":"S","Effect":%q,"Action":%s,"Resource":%s%s}`, effect, action, resource, condition)
}

const (
	anyJob  = `"arn:aws:sagemaker:eu-central-1:123456789012:training-job/*"`
	objects = `"arn:aws:s3:::data-bucket/*"`
	bucket  = `"arn:aws:s3:::data-bucket"`
)

func trust(principal, action, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Sid":"S","Effect":"Allow","Principal":%s,"Action":%q%s}`, principal, action, condition)
}

func resourcePolicy(principal, action, resource string) string {
	return fmt.Sprintf(`{"Sid":"S","Effect":"Allow","Principal":%s,"Action":%q,"Resource":%s}`, principal, action, resource)
}

// filler is a condition value that makes a document long.
func filler(size int) string { return strings.Repeat("x", size) }

var faults = []fault{
	{"a misspelt action", UnknownAction, managedPolicy, identity("Allow", `"s3:GetObjekt"`, objects, "")},
	{"an action of another name in the console", UnknownAction, managedPolicy, identity("Allow", `"s3:ListObjectsV2"`, objects, "")},
	{"an action with the service's marketing name", UnknownAction, managedPolicy, identity("Deny", `"eventbridge:DeleteRule"`, `"*"`, "")},
	{"a wildcard that matches no action", UnknownAction, managedPolicy, identity("Deny", `"kms:Dekrypt*"`, `"*"`, "")},
	{"a misspelt action that is left out of a denial", UnknownAction, managedPolicy, `{"Sid":"S","Effect":"Deny","NotAction":["iam:*","sts:AsumeRole"],"Resource":"*"}`},
	{"an action of S3 in the policy of a key", ForeignAction, keyType, resourcePolicy(`{"AWS":"123456789012"}`, "s3:GetObject", `"*"`)},
	{"an action of IAM in the policy of a bucket", ForeignAction, bucketPolicy, `{"Sid":"S","Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["s3:GetObject","iam:ListRoles"],"Resource":["*"]}`},

	{"a misspelt global key", UnknownKey, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"Bool":{"aws:SecureTransports":"false"}}`)},
	{"a misspelt key of a service", UnknownKey, managedPolicy, identity("Deny", `"sagemaker:CreateDomain"`, `"*"`, `{"StringEquals":{"sagemaker:AppNetworkAccess":"PublicInternetOnly"}}`)},
	{"a misspelt variable", UnknownKey, managedPolicy, identity("Allow", `"s3:GetObject"`, `"arn:aws:s3:::data-bucket/${aws:usrname}/*"`, "")},
	{"a key that was replaced", DeprecatedKey, managedPolicy, identity("Deny", `"sagemaker:CreateFeatureGroup"`, `"*"`, `{"ArnNotEquals":{"sagemaker:FeatureGroupOnlineStoreKmsKey":"arn:aws:kms:eu-central-1:123456789012:key/k"}}`)},
	{"a denial on a key that the action does not know", UnsupportedKey, managedPolicy, identity("Deny", `"sagemaker:CreateModel"`, `"*"`, `{"StringEquals":{"sagemaker:RootAccess":"Enabled"}}`)},
	{"a denial of two actions, one of which does not know the key", UnsupportedKey, managedPolicy, identity("Deny", `["sagemaker:CreateTrainingJob","sagemaker:CreateAutoMLJob"]`, `"*"`, `{"Bool":{"sagemaker:NetworkIsolation":"false"}}`)},
	{"a denial that fires for every action that does not know the key", UnsupportedKey, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`)},
	{"a denial of everything but a key's value", UnsupportedKey, managedPolicy, identity("Deny", `"*"`, `"*"`, `{"StringNotEquals":{"s3:x-amz-acl":"private"}}`)},
	{"a key that the action has on another resource type", UnsupportedKey, managedPolicy, identity("Deny", `"ec2:RunInstances"`, `"arn:aws:ec2:*::image/*"`, `{"StringEquals":{"ec2:MetadataHttpTokens":"optional"}}`)},
	{"an encryption context where nothing is encrypted", UnsupportedKey, keyType, `{"Sid":"S","Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:a":"b"}}}`},
	{"request tags for an action that takes none", UnsupportedKey, managedPolicy, identity("Allow", `"s3:PutObject"`, objects, `{"StringEquals":{"aws:RequestTag/team":"ml"}}`)},
	{"what only services send, asked of a role", ServiceKey, managedPolicy, identity("Allow", `"s3:GetObject"`, objects, `{"StringEquals":{"aws:SourceAccount":"123456789012"}}`)},

	{"Bool on a text", OperatorType, managedPolicy, identity("Deny", `"sagemaker:CreateNotebookInstance"`, `"*"`, `{"Bool":{"sagemaker:DirectInternetAccess":"true"}}`)},
	{"a text compared with a Boolean", OperatorType, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringEquals":{"aws:SecureTransport":"false"}}`)},
	{"an ARN compared with a text", OperatorType, managedPolicy, identity("Allow", `"iam:PassRole"`, `"arn:aws:iam::123456789012:role/x"`, `{"ArnLike":{"iam:PassedToService":"arn:aws:iam::123456789012:role/x"}}`)},
	{"a number as a text", OperatorType, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringEquals":{"s3:TlsVersion":"1.1"}}`)},
	{"an address as a text", OperatorType, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"aws:SourceIp":"10.0.0.0/8"}}`)},
	{"many values without a set operator", MissingSetOperator, managedPolicy, identity("Deny", `"sagemaker:CreateTrainingJob"`, anyJob, `{"StringNotEquals":{"sagemaker:VpcSubnets":"subnet-1"}}`)},
	{"one value with a set operator", NeedlessSetOperator, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"ForAllValues:StringEquals":{"aws:PrincipalAccount":"123456789012"}}`)},
	{"an Allow with ForAllValues that an absent key opens", OpenForAllValues, managedPolicy, identity("Allow", `"sagemaker:CreateTrainingJob"`, anyJob, `{"ForAllValues:StringEquals":{"sagemaker:VpcSubnets":"subnet-1"}}`)},
	{"an account with eleven digits", ValueShape, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"aws:ResourceAccount":"12345678901"}}`)},
	{"an endpoint's id that is a VPC's", ValueShape, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"aws:SourceVpce":"vpc-1"}}`)},
	{"a role that is passed to no service", ValueShape, managedPolicy, identity("Allow", `"iam:PassRole"`, `"arn:aws:iam::123456789012:role/x"`, `{"StringEquals":{"iam:PassedToService":"sagemaker.aws.com"}}`)},
	{"a key used through a service without its region", ValueShape, managedPolicy, identity("Allow", `"kms:Decrypt"`, `"arn:aws:kms:eu-central-1:123456789012:key/k"`, `{"StringEquals":{"kms:ViaService":"s3.amazonaws.com"}}`)},
	{"a wildcard where none is read", ValueShape, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"aws:RequestedRegion":"eu-*"}}`)},

	{"a bucket for an action on objects", NoResource, managedPolicy, identity("Allow", `["s3:GetObject","s3:ListBucket"]`, bucket, "")},
	{"an action without a resource, given one", NoResource, managedPolicy, identity("Allow", `["s3:ListAllMyBuckets","s3:ListBucket"]`, bucket, "")},
	{"objects that no action is about", ResourceShape, managedPolicy, identity("Allow", `"s3:ListBucket"`, `["arn:aws:s3:::data-bucket","arn:aws:s3:::data-bucket/*"]`, "")},
	{"a role's ARN with a region", ResourceShape, managedPolicy, identity("Deny", `"*"`, `"arn:aws:iam:eu-central-1:123456789012:role/x"`, "")},
	{"a log group's ARN with a slash for the colon", ResourceShape, managedPolicy, identity("Deny", `"logs:*"`, `"arn:aws:logs:eu-central-1:123456789012:log-group/x"`, "")},
	{"a resource of another partition", ForeignResource, managedPolicy, identity("Allow", `"s3:GetObject"`, `"arn:aws-us-gov:s3:::data-bucket/*"`, "")},
	{"another bucket in the policy of a bucket", ForeignResource, bucketPolicy, resourcePolicy(`{"AWS":"123456789012"}`, "s3:GetObject", `"arn:aws:s3:::other-bucket/*"`)},

	{"an account with a wildcard", Principal, bucketPolicy, resourcePolicy(`{"AWS":"arn:aws:iam::*:root"}`, "s3:GetObject", objects)},
	{"a role's name with a wildcard", Principal, roleType, trust(`{"AWS":"arn:aws:iam::123456789012:role/*"}`, "sts:AssumeRole", "")},
	{"an account with thirteen digits", Principal, keyType, resourcePolicy(`{"AWS":"1234567890123"}`, "kms:Decrypt", `"*"`)},
	{"NotPrincipal with Allow", Principal, bucketPolicy, `{"Sid":"S","Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"s3:GetObject","Resource":` + objects + `}`},
	{"a principal in an identity policy", Principal, managedPolicy, resourcePolicy(`"*"`, "s3:GetObject", objects)},
	{"a service that does not exist", UnknownService, roleType, trust(`{"Service":"sagemaker-training.amazonaws.com"}`, "sts:AssumeRole", "")},
	{"a service in a region that does not exist", UnknownService, topicPolicy, resourcePolicy(`{"Service":"logs.central.amazonaws.com"}`, "sns:Publish", `"arn:aws:sns:eu-central-1:123456789012:t"`)},
	{"an identity provider that takes a role as a user would", PrincipalAction, roleType, trust(`{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}`, "sts:AssumeRole", "")},
	{"a service that takes a role with a token", PrincipalAction, roleType, trust(`{"Service":"ec2.amazonaws.com"}`, "sts:AssumeRoleWithWebIdentity", "")},

	{"a Sid with a hyphen", Sid, managedPolicy, `{"Sid":"deny-all","Effect":"Deny","Action":"s3:*","Resource":"*"}`},
	{"two statements of one Sid", Sid, managedPolicy, identity("Allow", `"s3:GetObject"`, objects, "") + "," + identity("Allow", `"s3:ListBucket"`, bucket, "")},
	{"an effect in small letters", Grammar, managedPolicy, identity("deny", `"s3:*"`, `"*"`, "")},
	{"an operator that does not exist", Grammar, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringDiffers":{"aws:PrincipalAccount":"123456789012"}}`)},
	{"a text that is no JSON", Grammar, managedPolicy, `{!"Version":"2012-10-17","Statement":[}`},
	{"no version", Version, managedPolicy, `{!"Statement":[` + identity("Allow", `"s3:GetObject"`, objects, "") + `]}`},
	{"the old version", Version, queuePolicy, `{!"Version":"2008-10-17","Statement":[` + resourcePolicy(`{"AWS":"123456789012"}`, "sqs:SendMessage", `"arn:aws:sqs:eu-central-1:123456789012:q"`) + `]}`},

	{"a managed policy that is too long", Size, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringEquals":{"aws:UserAgent":"`+filler(6144)+`"}}`)},
	{"a trust policy that is too long", Size, roleType, trust(`{"Service":"ec2.amazonaws.com"}`, "sts:AssumeRole", `{"StringEquals":{"aws:UserAgent":"`+filler(2048)+`"}}`)},
	{"a bucket policy that is too long", Size, bucketPolicy, resourcePolicy(`{"AWS":"123456789012"}`, "s3:GetObject", `"arn:aws:s3:::data-bucket/`+filler(20<<10)+`"`)},
	{"a key policy that is too long", Size, keyType, resourcePolicy(`{"AWS":"arn:aws:iam::123456789012:role/`+filler(32<<10)+`"}`, "kms:Decrypt", `"*"`)},
	{"a topic's policy that is too long", Size, topicPolicy, resourcePolicy(`{"AWS":"123456789012"}`, "sns:Publish", `"arn:aws:sns:eu-central-1:123456789012:`+filler(30<<10)+`"`)},
	{"an endpoint policy that is too long, with its white space", Size, endpointType, strings.Repeat(" ", 20480) + resourcePolicy(`"*"`, "s3:GetObject", objects)},

	{"an action twice", Duplicate, managedPolicy, identity("Allow", `["s3:GetObject","s3:getobject"]`, objects, "")},
	{"an action that a wildcard covers", Duplicate, managedPolicy, identity("Allow", `["s3:Get*","s3:GetObject"]`, `"*"`, "")},
	{"a value twice", Duplicate, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"aws:PrincipalAccount":["123456789012","123456789012"]}}`)},
	{"a statement twice", Duplicate, managedPolicy, identity("Allow", `"s3:GetObject"`, objects, "") + `,{"Sid":"Again","Effect":"Allow","Action":"s3:GetObject","Resource":` + objects + `}`},
}

// Each fault is found, with the rule that is meant and no other.
func TestUnitEveryPlantedFaultIsFound(t *testing.T) {
	var report strings.Builder
	for _, f := range faults {
		found := Lint(f.snapshot()).Findings
		if len(found) != 1 || found[0].ID != f.rule.ID {
			t.Errorf("%s: want one finding of %s, got %v", f.what, f.rule.ID, found)
			continue
		}
		text := found[0].String()
		if len(text) > 900 {
			t.Errorf("%s: the finding has %d characters", f.what, len(text))
		}
		fmt.Fprintf(&report, "%s\n    %s\n", f.what, text)
	}
	golden.Check(t, "testdata/faults.txt", []byte(report.String()))
}

// What AWS takes and what does what it says is left alone.
func TestUnitSoundPoliciesAreLeftAlone(t *testing.T) {
	for _, f := range []fault{
		{"a service in a region", nil, topicPolicy, resourcePolicy(`{"Service":"logs.eu-central-1.amazonaws.com"}`, "sns:Publish", `"arn:aws:sns:eu-central-1:123456789012:t"`)},
		{"everybody, under a condition", nil, bucketPolicy, `{"Sid":"no plain HTTP","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::data-bucket","arn:aws:s3:::data-bucket/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`},
		{"a denial of what some actions of a wildcard send", nil, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringEquals":{"s3:x-amz-acl":"public-read"}}`)},
		{"a negated condition that wants the key", nil, managedPolicy, identity("Deny", `"s3:*"`, `"*"`, `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}}`)},
		{"an Allow with ForAllValues that wants the key", nil, managedPolicy, identity("Allow", `"sagemaker:CreateTrainingJob"`, anyJob, `{"ForAllValues:StringEquals":{"sagemaker:VpcSubnets":"subnet-1"},"Null":{"sagemaker:VpcSubnets":"false"}}`)},
		{"ForAnyValue in a denial", nil, managedPolicy, identity("Deny", `"sagemaker:CreateTrainingJob"`, `"*"`, `{"ForAnyValue:StringNotEquals":{"sagemaker:VpcSubnets":"subnet-1"}}`)},
		{"buckets and their objects", nil, managedPolicy, identity("Allow", `["s3:GetObject","s3:ListBucket"]`, `["arn:aws:s3:::data-bucket","arn:aws:s3:::data-bucket/${aws:PrincipalTag/team, 'none'}/*"]`, "")},
		{"objects whose names differ in case", nil, managedPolicy, identity("Allow", `"s3:GetObject"`, `["arn:aws:s3:::data-bucket/A*","arn:aws:s3:::data-bucket/ab"]`, "")},
		{"a resource that is a wildcard in every part but the service", nil, managedPolicy, identity("Deny", `"kms:Decrypt"`, `"arn:*:kms:*:*:*"`, "")},
		{"a repository with a slash in its name", nil, managedPolicy, identity("Allow", `"ecr:BatchGetImage"`, `"arn:aws:ecr:eu-central-1:123456789012:repository/team/image"`, "")},
		{"a token of a workflow", nil, roleType, trust(`{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}`, "sts:AssumeRoleWithWebIdentity", `{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:a/b:ref:refs/heads/main","token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`)},
		{"all but some actions", nil, managedPolicy, `{"Sid":"S","Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}`},
		{"a policy that is not known yet", nil, managedPolicy, ""},
	} {
		s := f.snapshot()
		if f.statements == "" {
			s.Resources[1].Properties["policy"] = snapshot.Unknown
		}
		r := Lint(s)
		if len(r.Findings) != 0 || (len(r.Unknown) == 1) != (f.statements == "") {
			t.Errorf("%s: %v, not known %v", f.what, r.Findings, r.Unknown)
		}
	}
}

// What is attached to a role has limits of its own.
func TestUnitRolesHaveLimits(t *testing.T) {
	role := snapshot.Resource{Type: roleType, Name: "r", URN: "r", Properties: map[string]any{"name": "r"}}
	inline, attached := []snapshot.Resource{role}, []snapshot.Resource{role}
	for i := range 2 {
		document := fault{statements: identity("Deny", `"s3:*"`, `"*"`, `{"StringEquals":{"aws:UserAgent":"`+filler(5120)+`"}}`)}.document()
		inline = append(inline, snapshot.Resource{Type: inlinePolicy, Name: fmt.Sprint(i), URN: fmt.Sprint(i), Properties: map[string]any{"role": "r", "policy": document}})
	}
	for i := range 11 {
		attached = append(attached, snapshot.Resource{
			Type: attachmentType, Name: fmt.Sprint(i), URN: fmt.Sprint(i),
			Properties: map[string]any{"role": "r", "policyArn": fmt.Sprintf("arn:aws:iam::aws:policy/P%d", i)},
		})
	}
	for rule, resources := range map[*Rule][]snapshot.Resource{Size: inline, Attachments: attached} {
		if found := Lint(estate(resources...)).Findings; len(found) != 1 || found[0].ID != rule.ID {
			t.Errorf("%s: %v", rule.ID, found)
		}
		if found := Lint(estate(resources[:len(resources)-1]...)).Findings; len(found) != 0 {
			t.Errorf("%s, with one less: %v", rule.ID, found)
		}
	}
}

// What the reference has by now is no longer to be written down here.
func TestUnitKeysDocumentedElsewhereAreNotInTheReference(t *testing.T) {
	for _, e := range documentedElsewhere {
		name := "token.actions.githubusercontent.com" + e.suffix
		if authorization.FindKey(name, "sts") != nil {
			t.Errorf("the reference has %s", name)
		}
	}
}

// No rule is without a fault that it finds.
func TestUnitEveryRuleIsShownToBite(t *testing.T) {
	for _, r := range Rules {
		if r != Attachments && !slices.ContainsFunc(faults, func(f fault) bool { return f.rule == r }) {
			t.Errorf("no planted fault is one of %s", r.ID)
		}
		if r.Source == "" || r.Remedy == "" || r.Title == "" {
			t.Errorf("%s lacks a title, a source or a remedy", r.ID)
		}
	}
}

// Whatever a property holds, it is read without a panic, and what the evaluator
// refuses is a finding.
func FuzzUnitLintReadsAnyDocument(f *testing.F) {
	for _, fault := range faults {
		if len(fault.statements) < 1000 {
			f.Add(fault.carrier, fault.document())
		}
	}
	f.Fuzz(func(t *testing.T, carrier, document string) {
		s := fault{carrier: carrier}.snapshot()
		for _, property := range []string{"assumeRolePolicy", "policy", "policyDocument"} {
			s.Resources[1].Properties[property] = document
		}
		for _, d := range access.New(s).Documents {
			if d.Err != nil && d.Err != access.ErrUnknown && len(Lint(s).Findings) == 0 {
				t.Errorf("%v is no finding", d.Err)
			}
		}
		Lint(s)
	})
}
