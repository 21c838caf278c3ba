package audit

import (
	"maps"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/record"
)

// The names that the environment `ephemeral` has.
const (
	account  = "123456789012"
	prefix   = "ringfence-ephemeral"
	rule     = "arn:aws:events:eu-central-1:" + account + ":rule/" + prefix + "-tampering"
	topic    = "arn:aws:sns:eu-central-1:" + account + ":" + prefix + "-alarms"
	queue    = "arn:aws:sqs:eu-central-1:" + account + ":" + prefix + "-tampering-undelivered"
	auditKey = "arn:aws:kms:eu-central-1:" + account + ":key/audit"
	group    = "arn:aws:logs:eu-central-1:" + account + ":log-group:/" + prefix + "/model-invocation-log"
	configs  = "arn:aws:s3:::" + prefix + "-config-" + account + "-eu-central-1"
)

// estate is the recorded stack, with its policies.
type estate struct{ *record.Recording }

func ephemeral(t *testing.T) estate {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	return estate{suite.Record(t, "ephemeral")}
}

func (e estate) policy(t *testing.T, resourceType, name, property string, kind iameval.Kind) *iameval.Policy {
	t.Helper()
	r, ok := e.Find(resourceType, name)
	if !ok {
		t.Fatalf("there is no %s %s", resourceType, name)
	}
	policy, err := iameval.Parse(name, kind, []byte(r.Inputs[property].(string)))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func (e estate) trust(t *testing.T, role string) iameval.Environment {
	t.Helper()
	return iameval.Environment{Resource: e.policy(t, "aws:iam/role:Role", role, "assumeRolePolicy", iameval.TrustPolicy)}
}

func (e estate) key(t *testing.T) iameval.Environment {
	t.Helper()
	return iameval.Environment{Resource: e.policy(t, "aws:kms/key:Key", "audit", "policy", iameval.KeyPolicy)}
}

// asked is one question and the verdict it must get.
type asked struct {
	name      string
	principal iameval.Principal
	action    string
	resource  string
	context   iameval.Context
	want      iameval.Verdict
}

func decide(t *testing.T, e iameval.Environment, questions []asked) {
	t.Helper()
	for _, q := range questions {
		d, err := iameval.Evaluate(iameval.Request{
			Principal: q.principal, Action: q.action, Resource: q.resource, ResourceAccount: account, Context: q.context,
		}, e)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		if d.Verdict != q.want {
			t.Errorf("%s: %s; want %s", q.name, d, q.want)
		}
	}
}

// with returns the context with changes; one without values takes a key away.
func with(c iameval.Context, changes iameval.Context) iameval.Context {
	out := maps.Clone(c)
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, values []string) bool { return len(values) == 0 })
	return out
}

var (
	events  = iameval.Service(eventService)
	admin   = iameval.Role("arn:aws:iam::" + account + ":role/admin")
	auditor = iameval.RoleSession("arn:aws:iam::"+account+":role/"+prefix+"-auditor", "session")
	// forRule is what EventBridge says of itself when it acts for the rule.
	forRule   = iameval.Context{"aws:SourceAccount": {account}, "aws:SourceArn": {rule}}
	otherRule = with(forRule, iameval.Context{"aws:SourceArn": {rule + "-2"}})
	elsewhere = with(forRule, iameval.Context{"aws:SourceAccount": {"999999999999"}})
)

func TestVerdictOnlyTheTamperRulePublishesTheAlarm(t *testing.T) {
	e := ephemeral(t)
	const role = "arn:aws:iam::" + account + ":role/" + prefix + "-tampering"
	decide(t, e.trust(t, "tampering"), []asked{
		{"the rule", events, "sts:AssumeRole", role, forRule, iameval.Allow},
		{"another rule", events, "sts:AssumeRole", role, otherRule, iameval.ImplicitDeny},
		{"a rule of another account", events, "sts:AssumeRole", role, elsewhere, iameval.ImplicitDeny},
		{"another service", iameval.Service("lambda.amazonaws.com"), "sts:AssumeRole", role, forRule, iameval.ImplicitDeny},
		{"an administrator", admin, "sts:AssumeRole", role, nil, iameval.ImplicitDeny},
	})
	secure := iameval.Context{"aws:SecureTransport": {"true"}}
	publisher := iameval.RoleSession(role, "events")
	topicPolicy := e.policy(t, "aws:sns/topicPolicy:TopicPolicy", "alarms", "policy", iameval.ResourcePolicy)
	decide(t, iameval.Environment{
		Identity: []*iameval.Policy{e.policy(t, "aws:iam/rolePolicy:RolePolicy", "tampering", "policy", iameval.IdentityPolicy)},
		Resource: topicPolicy,
	}, []asked{
		{"the role to its topic", publisher, "sns:Publish", topic, secure, iameval.Allow},
		{"the role in plain HTTP", publisher, "sns:Publish", topic, iameval.Context{"aws:SecureTransport": {"false"}}, iameval.ExplicitDeny},
	})
	decide(t, iameval.Environment{
		Identity: []*iameval.Policy{e.policy(t, "aws:iam/rolePolicy:RolePolicy", "tampering", "policy", iameval.IdentityPolicy)},
	}, []asked{
		{"the role to another topic", publisher, "sns:Publish", topic + "-2", secure, iameval.ImplicitDeny},
		{"the role tells who listens", publisher, "sns:Subscribe", topic, secure, iameval.ImplicitDeny},
	})
	decide(t, iameval.Environment{Resource: topicPolicy}, []asked{
		{"EventBridge itself", events, "sns:Publish", topic, with(forRule, secure), iameval.ImplicitDeny},
		{"CloudWatch of this account", iameval.Service(alarmPublisher), "sns:Publish", topic, with(secure, iameval.Context{"aws:SourceAccount": {account}}), iameval.Allow},
		{"CloudWatch of another account", iameval.Service(alarmPublisher), "sns:Publish", topic, with(secure, iameval.Context{"aws:SourceAccount": {"999999999999"}}), iameval.ImplicitDeny},
	})
}

func TestVerdictAlarmsAreEncryptedForThisEstateOnly(t *testing.T) {
	e := ephemeral(t)
	publisher := iameval.RoleSession("arn:aws:iam::"+account+":role/"+prefix+"-tampering", "events")
	throughTopic := iameval.Context{"kms:ViaService": {"sns.eu-central-1.amazonaws.com"}, "kms:EncryptionContext:aws:sns:topicArn": {topic}}
	var questions []asked
	for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
		questions = append(questions,
			asked{"the role, for the topic", publisher, action, auditKey, throughTopic, iameval.Allow},
			asked{"the role, for another topic", publisher, action, auditKey, with(throughTopic, iameval.Context{"kms:EncryptionContext:aws:sns:topicArn": {topic + "-2"}}), iameval.ImplicitDeny},
			asked{"the role, not through SNS", publisher, action, auditKey, with(throughTopic, iameval.Context{"kms:ViaService": nil}), iameval.ImplicitDeny},
			asked{"an administrator, for the topic", admin, action, auditKey, throughTopic, iameval.ImplicitDeny},
			asked{"the rule, for the queue", events, action, auditKey, forRule, iameval.Allow},
			asked{"another rule", events, action, auditKey, otherRule, iameval.ImplicitDeny},
			asked{"a rule of another account", events, action, auditKey, elsewhere, iameval.ImplicitDeny},
			asked{"EventBridge without a source", events, action, auditKey, nil, iameval.ImplicitDeny},
		)
	}
	decide(t, e.key(t), questions)
}

func TestVerdictUndeliveredAlarmsComeFromTheTamperRuleOnly(t *testing.T) {
	e := ephemeral(t)
	sent := with(forRule, iameval.Context{"aws:SecureTransport": {"true"}})
	policy := e.policy(t, "aws:sqs/queuePolicy:QueuePolicy", undelivered, "policy", iameval.ResourcePolicy)
	decide(t, iameval.Environment{Resource: policy}, []asked{
		{"the rule", events, "sqs:SendMessage", queue, sent, iameval.Allow},
		{"the rule in plain HTTP", events, "sqs:SendMessage", queue, with(sent, iameval.Context{"aws:SecureTransport": {"false"}}), iameval.ExplicitDeny},
		{"another rule", events, "sqs:SendMessage", queue, with(sent, otherRule), iameval.ExplicitDeny},
		{"a rule of another account", events, "sqs:SendMessage", queue, with(sent, elsewhere), iameval.ImplicitDeny},
		{"another service", iameval.Service("sns.amazonaws.com"), "sqs:SendMessage", queue, sent, iameval.ImplicitDeny},
		{"EventBridge reads", events, "sqs:ReceiveMessage", queue, sent, iameval.ImplicitDeny},
	})
	everything, err := iameval.Parse("AdministratorAccess", iameval.IdentityPolicy,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	secure := iameval.Context{"aws:SecureTransport": {"true"}}
	throughQueue := iameval.Context{"kms:ViaService": {"sqs.eu-central-1.amazonaws.com"}, "kms:EncryptionContext:aws:sqs:arn": {queue}}
	decide(t, iameval.Environment{
		Resource: policy, Identity: []*iameval.Policy{e.policy(t, "aws:iam/rolePolicy:RolePolicy", "auditor", "policy", iameval.IdentityPolicy)},
	}, []asked{
		{"the auditor reads", auditor, "sqs:ReceiveMessage", queue, secure, iameval.Allow},
		{"the auditor deletes", auditor, "sqs:DeleteMessage", queue, secure, iameval.ImplicitDeny},
		{"the auditor sends", auditor, "sqs:SendMessage", queue, secure, iameval.ExplicitDeny},
	})
	decide(t, e.key(t), []asked{
		{"the auditor decrypts the queue", auditor, "kms:Decrypt", auditKey, throughQueue, iameval.Allow},
		{"the auditor decrypts another queue", auditor, "kms:Decrypt", auditKey, with(throughQueue, iameval.Context{"kms:EncryptionContext:aws:sqs:arn": {queue + "-2"}}), iameval.ImplicitDeny},
		{"the auditor encrypts", auditor, "kms:GenerateDataKey", auditKey, throughQueue, iameval.ImplicitDeny},
		{"an administrator decrypts", admin, "kms:Decrypt", auditKey, throughQueue, iameval.ImplicitDeny},
	})
	decide(t, iameval.Environment{Resource: policy, Identity: []*iameval.Policy{everything}}, []asked{
		{"an administrator sends", admin, "sqs:SendMessage", queue, secure, iameval.ExplicitDeny},
		{"an administrator reads", admin, "sqs:ReceiveMessage", queue, secure, iameval.Allow},
		{"an administrator reads in plain HTTP", admin, "sqs:ReceiveMessage", queue, iameval.Context{"aws:SecureTransport": {"false"}}, iameval.ExplicitDeny},
	})
}

func TestVerdictConfigBucketTakesFromConfigOnly(t *testing.T) {
	e := ephemeral(t)
	config := iameval.Service(configService)
	ours := iameval.Context{
		"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:SourceAccount": {account},
		"s3:x-amz-acl": {"bucket-owner-full-control"}, "s3:x-amz-server-side-encryption": {"aws:kms"},
		"s3:x-amz-server-side-encryption-aws-kms-key-id": {auditKey},
	}
	foreign := with(ours, iameval.Context{"aws:SourceAccount": {"999999999999"}})
	object := configs + "/AWSLogs/" + account + "/Config/eu-central-1/x.json.gz"
	everything, err := iameval.Parse("AdministratorAccess", iameval.IdentityPolicy,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	policy := e.policy(t, "aws:s3/bucketPolicy:BucketPolicy", "config", "policy", iameval.BucketPolicy)
	decide(t, iameval.Environment{Resource: policy}, []asked{
		{"Config checks the bucket", config, "s3:GetBucketAcl", configs, ours, iameval.Allow},
		{"Config finds the bucket", config, "s3:ListBucket", configs, ours, iameval.Allow},
		{"Config delivers", config, "s3:PutObject", object, ours, iameval.Allow},
		{"Config delivers and keeps the object", config, "s3:PutObject", object, with(ours, iameval.Context{"s3:x-amz-acl": nil}), iameval.ImplicitDeny},
		{"Config delivers elsewhere", config, "s3:PutObject", configs + "/x", ours, iameval.ImplicitDeny},
		{"Config delivers for another account", config, "s3:PutObject", object, foreign, iameval.ImplicitDeny},
		{"Config reads", config, "s3:GetObject", object, ours, iameval.ImplicitDeny},
		{"CloudTrail writes", iameval.Service(cloudTrailService), "s3:PutObject", object, ours, iameval.ExplicitDeny},
	})
	decide(t, iameval.Environment{Resource: policy, Identity: []*iameval.Policy{everything}}, []asked{
		{"an administrator writes", admin, "s3:PutObject", object, with(ours, iameval.Context{"aws:SourceAccount": nil}), iameval.ExplicitDeny},
	})
	decide(t, e.key(t), []asked{
		{"Config encrypts", config, "kms:GenerateDataKey", auditKey, iameval.Context{"aws:SourceAccount": {account}}, iameval.Allow},
		{"Config encrypts for another account", config, "kms:GenerateDataKey", auditKey, iameval.Context{"aws:SourceAccount": {"999999999999"}}, iameval.ImplicitDeny},
	})
}

func TestVerdictInvocationRoleWritesItsGroupOnly(t *testing.T) {
	e := ephemeral(t)
	const role = "arn:aws:iam::" + account + ":role/" + prefix + "-model-invocation-log"
	bedrock := iameval.Service("bedrock.amazonaws.com")
	ours := iameval.Context{"aws:SourceAccount": {account}, "aws:SourceArn": {"arn:aws:bedrock:eu-central-1:" + account + ":model-invocation-logging-configuration"}}
	decide(t, e.trust(t, modelInvocationLog), []asked{
		{"Bedrock", bedrock, "sts:AssumeRole", role, ours, iameval.Allow},
		{"Bedrock of another account", bedrock, "sts:AssumeRole", role, with(ours, iameval.Context{"aws:SourceAccount": {"999999999999"}}), iameval.ImplicitDeny},
		{"Bedrock of another region", bedrock, "sts:AssumeRole", role, with(ours, iameval.Context{"aws:SourceArn": {"arn:aws:bedrock:us-east-1:" + account + ":x"}}), iameval.ImplicitDeny},
		{"another service", events, "sts:AssumeRole", role, ours, iameval.ImplicitDeny},
	})
	writer := iameval.RoleSession(role, "bedrock")
	stream := group + ":log-stream:aws/bedrock/modelinvocations"
	trail := "arn:aws:logs:eu-central-1:" + account + ":log-group:/" + prefix + "/trail:log-stream:aws/bedrock/modelinvocations"
	decide(t, iameval.Environment{
		Identity: []*iameval.Policy{e.policy(t, "aws:iam/rolePolicy:RolePolicy", modelInvocationLog, "policy", iameval.IdentityPolicy)},
	}, []asked{
		{"it opens its stream", writer, "logs:CreateLogStream", stream, nil, iameval.Allow},
		{"it writes", writer, "logs:PutLogEvents", stream, nil, iameval.Allow},
		{"it writes to another stream", writer, "logs:PutLogEvents", group + ":log-stream:x", nil, iameval.ImplicitDeny},
		{"it writes to the trail's group", writer, "logs:PutLogEvents", trail, nil, iameval.ImplicitDeny},
		{"it reads", writer, "logs:GetLogEvents", stream, nil, iameval.ImplicitDeny},
		{"it deletes", writer, "logs:DeleteLogGroup", group, nil, iameval.ImplicitDeny},
	})
	logs := iameval.Service("logs.eu-central-1.amazonaws.com")
	decide(t, e.key(t), []asked{
		{"the key, for its group", logs, "kms:GenerateDataKey", auditKey, iameval.Context{"kms:EncryptionContext:aws:logs:arn": {group}}, iameval.Allow},
		{"the key, for another group", logs, "kms:GenerateDataKey", auditKey, iameval.Context{"kms:EncryptionContext:aws:logs:arn": {group + "-2"}}, iameval.ImplicitDeny},
	})
}
