package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/cmd/internal/awsstub"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const ownAccount = "123456789012"

// small is an estate of one workload, its bucket with a key, and an endpoint.
func small(t *testing.T) *access.Model {
	t.Helper()
	environment, err := config.Load("../../../../stacks/environments", "local", "local")
	if err != nil {
		t.Fatal(err)
	}
	environment.Workloads = environment.Workloads[:1]
	n := names.New("local", ownAccount, environment.Region)
	arn := n.BucketARN("data")
	policy := func(statements string) string { return `{"Version":"2012-10-17","Statement":[` + statements + `]}` }
	add := func(kind, name string, properties map[string]any) snapshot.Resource {
		return snapshot.Resource{Stack: "data", Type: kind, Name: name, URN: "urn:" + kind + name, ID: name, Properties: properties}
	}
	root := `{"AWS":"arn:aws:iam::` + ownAccount + `:root"}`
	return access.New(&snapshot.Snapshot{Environment: environment, Names: n, Resources: []snapshot.Resource{
		add("aws:iam/role:Role", "churn-training", map[string]any{"name": n.Of("churn-training"), "assumeRolePolicy": policy(
			`{"Sid":"Train","Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}`)}),
		add("aws:iam/rolePolicy:RolePolicy", "churn-training", map[string]any{"role": n.Of("churn-training"), "policy": policy(
			`{"Sid":"Write","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"` + arn + `/models/churn/*"},
			{"Sid":"Open","Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`)}),
		add("aws:s3/bucketV2:BucketV2", "data", map[string]any{"bucket": n.Bucket("data"), "arn": arn}),
		add("aws:s3/bucketPolicy:BucketPolicy", "data", map[string]any{"bucket": n.Bucket("data"), "policy": policy(
			`{"Sid":"DenyPlainHTTP","Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"` + arn + `/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`)}),
		add("aws:kms/key:Key", "data", map[string]any{"arn": n.ARN("kms", "key/1"), "policy": policy(
			`{"Sid":"LeaveToIAM","Effect":"Allow","Principal":` + root + `,"Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}}`)}),
		add("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", map[string]any{"policy": policy(
			`{"Sid":"Own","Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"` + ownAccount + `"}}}`)}),
	}})
}

// said is what one question prints.
func said(t *testing.T, asJSON bool, q asked) string {
	t.Helper()
	var out bytes.Buffer
	a := &App{Out: &out, Err: &out, json: asJSON}
	if q.principal == "" {
		q.principal = "churn-training"
	}
	q.tls = !q.tls // so that a question says when it has none
	if err := a.answer(small(t), q); err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return out.String()
}

func TestVerdictAnswersForPeople(t *testing.T) {
	const key = "models/churn/x"
	var b strings.Builder
	for _, q := range []asked{
		{action: "s3:GetObject", resource: key, viaEndpoint: true},
		{action: "s3:PutObject", resource: key},
		{action: "s3:GetObject", resource: key, tls: true, context: []string{"aws:SourceIp=192.0.2.1"}},
		{action: "s3:GetObject", resource: "raw/crm/x"},
		{action: "kms:Decrypt", resource: "data-key", principal: "account:999999999999"},
		{action: "sts:AssumeRole", resource: "role churn-training", principal: "service:sagemaker.amazonaws.com"},
		{action: "S3:listallmybuckets", resource: "*", principal: "anonymous"},
	} {
		b.WriteString(said(t, false, q) + "\n")
	}
	check(t, "access.golden", b.String())
}

func TestVerdictAnswersAsJSON(t *testing.T) {
	check(t, "access.json.golden", said(t, true, asked{action: "s3:PutObject", resource: "models/churn/x"}))
}

// A principal and a resource are found by all that they are called.
func TestVerdictNamesOfPrincipalsAndResources(t *testing.T) {
	m := small(t)
	for _, principal := range []string{
		"churn-training", "ringfence-local-churn-training", "arn:aws:iam::" + ownAccount + ":role/ringfence-local-churn-training",
		"arn:aws:sts::" + ownAccount + ":assumed-role/ringfence-local-churn-training/job",
	} {
		if c, err := m.FindCaller(principal); err != nil || c.Name != "churn-training" {
			t.Errorf("%s is %q, %v", principal, c.Name, err)
		}
	}
	for text, name := range map[string]string{
		"account:" + ownAccount: "administrator of this account", "Anonymous": "anonymous", "service:s3.amazonaws.com": "s3.amazonaws.com",
		"arn:aws:iam::" + ownAccount + ":user/eve": "arn:aws:iam::" + ownAccount + ":user/eve",
	} {
		if c, err := m.FindCaller(text); err != nil || c.Name != name {
			t.Errorf("%s is %q, %v", text, c.Name, err)
		}
	}
	bucket := "arn:aws:s3:::ringfence-local-data-" + ownAccount + "-eu-central-1"
	for text, arn := range map[string]string{
		"data-bucket": bucket, "models/churn/x": bucket + "/models/churn/x", bucket + "/a": bucket + "/a",
		"data bucket: models/churn/": bucket + "/models/churn/object", "data key": "arn:aws:kms:eu-central-1:" + ownAccount + ":key/1", "*": "*",
	} {
		if target, err := m.FindTarget(access.Anonymous(), "s3:GetObject", text); err != nil || target.ARN != arn {
			t.Errorf("%s is %q, %v", text, target.ARN, err)
		}
	}
	if target, err := m.FindTarget(access.Anonymous(), "s3:GetObject", "arn:aws:s3:::elsewhere/x"); err != nil || target.Account == ownAccount {
		t.Errorf("a bucket that is not the estate's is %+v, %v", target, err)
	}
}

func TestUnitMistakesInQuestions(t *testing.T) {
	tests := []struct{ args, want string }{
		{"access", "--principal is missing, such as churn-training"},
		{"access --principal a --action GetObject --resource b", `--action "GetObject": name the service too`},
		{"access --principal a --action s3:GetObject", "--resource is missing"},
		{"access --principal a --action s3:x --resource b --key mine", `--key "mine": choose one of data, other, none, customer`},
		{"access --principal a --action s3:x --resource b --context region", `--context "region": write key=value`},
		{"access --matrix --action s3:x", "--action asks one question, and --matrix asks all"},
		{"access --matrix --tls=false", "--tls asks one question"},
		{"access who", `unknown command "who"`},
	}
	for _, tt := range tests {
		if status, _, errOut := run(t, checkout(t, nil), strings.Fields(tt.args)...); status != exitUsage || !strings.Contains(errOut, tt.want) {
			t.Errorf("%s: %d, %s; want %s", tt.args, status, errOut, tt.want)
		}
	}
	for _, tt := range []struct {
		q    asked
		want string
	}{
		{asked{principal: "churn-trainer", action: "s3:GetObject", resource: "models/x"}, `there is no principal "churn-trainer"; there is churn-training, `},
		{asked{principal: "churn-training", action: "s3:GetObjct", resource: "models/x"}, `--action: there is no action "s3:GetObjct"; there is s3:GetObject, `},
		{asked{principal: "churn-training", action: "s3:Get*", resource: "models/x"}, `there is no action "s3:Get*"; there is `},
		{asked{principal: "churn-training", action: "se:GetObject", resource: "models/x"}, `there is no service "se"; there is `},
		{asked{principal: "churn-training", action: "s3:GetObject", resource: "dta bucket"}, `there is no resource "dta bucket"; there is data bucket, `},
		{asked{principal: "churn-training", action: "sqs:SendMessage", resource: "*", viaEndpoint: true}, "the VPC has no endpoint for sqs:SendMessage"},
		{asked{principal: "service:nonsense", action: "s3:GetObject", resource: "models/x"}, `"nonsense" is no service principal`},
	} {
		if err := (&App{Out: &bytes.Buffer{}}).answer(small(t), tt.q); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v; want %s", tt.q, err, tt.want)
		}
	}
}

// What the small estate has not, but a whole one has, is said to be missing, and
// fails the command.
func TestVerdictMatrixForPeople(t *testing.T) {
	var out bytes.Buffer
	a := &App{Out: &out, Err: &out}
	if err := a.printMatrix(small(t), "churn-training"); !errors.As(err, &reported{}) {
		t.Errorf("the matrix of an estate that lacks the boundary ends with %v", err)
	}
	check(t, "access-matrix.golden", out.String())
}

// What is not deployed is not asked: its policies would be missing.
func TestUnitAccessNeedsAWholeDeployment(t *testing.T) {
	root, aws := checkout(t, nil), awsstub.New(t)
	deployed(t, root, aws)
	status, out, errOut := look(t, root, aws, "access", "--matrix")
	if want := "stack network is not deployed"; status != exitFailed || out != "" || !strings.Contains(errOut, want) || !strings.Contains(errOut, "--recorded") {
		t.Errorf("%d, %q, %s; want %s", status, out, errOut, want)
	}
}

// The deployed estate is read from the state of its stacks.
func TestVerdictAnswersFromTheState(t *testing.T) {
	root, aws := checkout(t, nil), awsstub.New(t)
	role := map[string]any{
		"urn": "urn:pulumi:local::ringfence-security::aws:iam/role:Role::auditor", "type": "aws:iam/role:Role", "id": "x", "custom": true,
		"outputs": map[string]any{"name": "ringfence-local-auditor", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[
			{"Sid":"Auditors","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/security-auditors"},"Action":"sts:AssumeRole"}]}`},
	}
	for _, stack := range []string{"network", "security", "data", "audit"} {
		stands(t, root, stack, role)
	}
	status, out, errOut := look(t, root, aws, "access", "--principal", "role/security-auditors", "--action", "sts:AssumeRole", "--resource", "role auditor", "--json")
	var got struct{ Verdict string }
	if err := json.Unmarshal([]byte(out), &got); err != nil || status != exitOK || got.Verdict != "allow" {
		t.Errorf("%d, %s%s", status, out, errOut)
	}
}

// stands puts the state of a stack with an output and, of security, a role in
// place.
func stands(t *testing.T, root, stack string, role map[string]any) {
	t.Helper()
	project := "ringfence-" + stack
	resources := []map[string]any{{
		"urn": "urn:pulumi:local::" + project + "::pulumi:pulumi:Stack::" + project + "-local", "type": "pulumi:pulumi:Stack",
		"outputs": map[string]any{"contractVersion": 1},
	}}
	if stack == "security" {
		resources = append(resources, role)
	}
	content, err := json.Marshal(map[string]any{"version": 3, "checkpoint": map[string]any{"latest": map[string]any{"resources": resources}}})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, ".ringfence/state/local/.pulumi/stacks", project)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "local.json"), content, 0o600); err != nil {
		t.Fatal(err)
	}
}
