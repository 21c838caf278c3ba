package security

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/iameval"
)

// pipeline are the roles of the repository's workflows.
var pipeline = []string{"preview", "drift", "evidence", "deploy-network", "deploy-security", "deploy-data", "deploy-audit"}

// Who can become a role of the pipeline: a workflow of the repository in the one
// situation that the role is for, and nobody else (control IAM-10).
func TestVerdictOnlyTheRepositorysWorkflowsGetIn(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	const deploy, pull, main = "environment:full", "pull_request", "ref:refs/heads/main"
	situations := map[string]string{
		"preview": pull, "drift": main, "evidence": main, "deploy-network": deploy, "deploy-security": deploy, "deploy-data": deploy, "deploy-audit": deploy,
	}
	github := e.iam("oidc-provider/token.actions.githubusercontent.com")
	assume := func(name, provider, audience, subject string) iameval.Verdict {
		d, err := iameval.Evaluate(iameval.Request{
			Principal: iameval.Federated(provider), Action: "sts:AssumeRoleWithWebIdentity",
			Resource: e.roles[name].arn, ResourceAccount: e.account,
			Context: iameval.Context{gitHubIssuer + ":aud": {audience}, gitHubIssuer + ":sub": {subject}},
		}, iameval.Environment{Resource: e.roles[name].trust})
		if err != nil {
			t.Fatal(err)
		}
		return d.Verdict
	}
	const sts = "sts.amazonaws.com"
	for _, name := range pipeline {
		for _, c := range e.roles[name].trust.Document().Statements[0].Conditions {
			if c.Operator != "StringEquals" || strings.Contains(strings.Join(c.Values, " "), "*") {
				t.Errorf("the trust of %s is a pattern: %s %s %v (control IAM-10)", name, c.Operator, c.Key, c.Values)
			}
		}
		for _, situation := range []string{deploy, pull, main, "environment:dev", "ref:refs/heads/feature", "ref:refs/tags/v1", "ref:refs/pull/7/merge"} {
			for _, repository := range []string{
				"acme/ringfence", "acme@1/ringfence@2", // these two
				"eve/ringfence", "acme/other", "acme/ringfence-fork", "acme@9/ringfence@2", "acme@1/ringfence@9", "ACME/ringfence",
			} {
				subject := "repo:" + repository + ":" + situation
				ours := situation == situations[name] && (repository == "acme/ringfence" || repository == "acme@1/ringfence@2")
				if got := assume(name, github, sts, subject); (got == iameval.Allow) != ours {
					t.Errorf("%s by %s: %s", name, subject, got)
				}
			}
		}
		subject := "repo:acme/ringfence:" + situations[name]
		if got := assume(name, github, "https://github.com/acme", subject); got == iameval.Allow {
			t.Errorf("%s with a token for another audience: %s", name, got)
		}
		other := e.iam("oidc-provider/gitlab.example.com")
		if got := assume(name, other, sts, subject); got == iameval.Allow {
			t.Errorf("%s by another provider: %s", name, got)
		}
	}
}

// Who of the pipeline may do what of the pipeline: a golden table. A statement of
// one role that another may do as well, in whole or in part, shows both; preview
// and drift appear where they read, and at their locks (control IAM-11).
func TestVerdictEachRoleOfThePipelineKeepsToItsStack(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	var lines []string
	for _, name := range pipeline {
		for _, policy := range e.roles[name].identity {
			for _, s := range policy.Document().Statements {
				if s.Effect == iameval.EffectAllow {
					lines = append(lines, fmt.Sprintf("%s %s: %s\n", policy.Name(), s.Sid, strings.Join(e.able(s), ", ")))
				}
			}
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines) // all have the reading in common
	golden.Check(t, "testdata/pipeline.txt", []byte(strings.Join(lines, "")))
	for _, line := range lines {
		statement, who, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if who == "" {
			t.Errorf("%s is granted and can never be used", statement)
		}
		if owner, _, deploys := strings.Cut(statement, "-deploy "); deploys && !slices.Contains(strings.Split(who, ", "), owner) {
			t.Errorf("%s cannot do all that %s says: %s", owner, statement, who)
		}
		if strings.HasPrefix(statement, "deploy-") && strings.Contains(statement, "-deploy ") &&
			(strings.Contains(who, "preview") || strings.Contains(who, "drift")) {
			t.Errorf("%s: %s (control IAM-11)", statement, who)
		}
	}
}

// able lists the roles of the pipeline that may do all that a statement allows,
// or some of it, when its conditions hold.
func (e *estate) able(s iameval.Statement) []string {
	context := iameval.Context{}
	for _, c := range s.Conditions {
		switch {
		case c.Operator != "Null":
			context[c.Key] = c.Values[:1]
		case c.Values[0] == "false": // the key is there
			context[c.Key] = []string{"any"}
		}
	}
	var out []string
	for _, name := range pipeline {
		allowed, asked := 0, 0
		for _, action := range s.Actions {
			for _, resource := range s.Resources {
				if resource != "*" {
					resource = strings.ReplaceAll(resource, "*", "x")
				}
				asked++
				if e.ask(e.roles[name], action, resource, context).Verdict == iameval.Allow {
					allowed++
				}
			}
		}
		if allowed == asked {
			out = append(out, name)
		} else if allowed > 0 {
			out = append(out, fmt.Sprintf("%s (%d of %d)", name, allowed, asked))
		}
	}
	return out
}

// A role of the pipeline cannot read what the estate protects, nor change what
// belongs to another stack (controls IAM-03, IAM-09 and IAM-11).
func TestVerdictPipelineLimits(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	own := iameval.Context{
		"aws:ResourceTag/ControlSet": {"ringfence"}, "aws:ResourceTag/Environment": {"full"},
		"aws:RequestTag/ControlSet": {"ringfence"}, "aws:RequestTag/Environment": {"full"},
		"kms:ResourceAliases": {"alias/ringfence-full-data"}, "iam:PermissionsBoundary": {e.iam("policy/ringfence-full-boundary")},
	}
	forAll := [][2]string{
		{"s3:GetObject", e.bucket("data") + "/raw/x"},
		{"s3:PutObject", e.bucket("data") + "/raw/x"},
		{"s3:GetObject", e.bucket("audit") + "/AWSLogs/x"},
		{"s3:PutObject", e.bucket("audit") + "/AWSLogs/x"},
		{"s3:PutObject", e.bucket("audit") + "/evidence/x"}, // without a word on what is there
		{"s3:GetObject", e.bucket("audit") + "/evidence/x"},
		{"s3:DeleteObject", e.bucket("audit") + "/evidence/x"},
		{"s3:PutObjectRetention", e.bucket("audit") + "/evidence/x"},
		{"kms:Decrypt", e.arn("kms", "key/data")},
		{"secretsmanager:GetSecretValue", e.arn("secretsmanager", "secret:x")},
		{"ssm:GetParameter", e.arn("ssm", "parameter/x")},
		{"logs:GetLogEvents", e.arn("logs", "log-group:/ringfence-full/trail:log-stream:x")},
		{"sts:AssumeRole", e.iam("role/ringfence-full-break-glass")},
		{"lambda:CreateFunction", e.arn("lambda", "function:x")},
		{"ec2:RunInstances", e.arn("ec2", "instance/*")},
		{"sagemaker:CreateTrainingJob", e.arn("sagemaker", "training-job/x")},
		{"iam:CreateUser", e.iam("user/eve")},
		{"iam:CreateAccessKey", e.iam("user/eve")},
		{"iam:PassRole", e.iam("role/ringfence-full-break-glass")},
		{"iam:PassRole", e.iam("role/ringfence-full-deploy-audit")},
		{"iam:UpdateAssumeRolePolicy", e.iam("role/ringfence-full-t1")},
		{"iam:PutRolePolicy", e.iam("role/ringfence-full-deploy-security")},
		{"iam:AttachRolePolicy", e.iam("role/ringfence-full-deploy-audit")},
		{"iam:CreatePolicyVersion", e.iam("policy/ringfence-full-boundary")},
		{"iam:CreatePolicyVersion", e.iam("policy/ringfence-full-pipeline-read")},
		{"iam:PutRolePolicy", e.iam("role/admin")},
		{"iam:UpdateOpenIDConnectProviderThumbprint", e.iam("oidc-provider/" + gitHubIssuer)},
	}
	for _, name := range pipeline {
		for _, ask := range forAll {
			if d := e.ask(e.roles[name], ask[0], ask[1], own); d.Verdict == iameval.Allow {
				t.Errorf("%s may %s on %s: %s", name, ask[0], ask[1], d)
			}
		}
	}
	for _, ask := range []struct{ role, action, resource string }{
		{"deploy-data", "ec2:DeleteSubnet", e.arn("ec2", "subnet/subnet-1")},
		{"deploy-data", "ec2:ModifyVpcEndpoint", e.arn("ec2", "vpc-endpoint/vpce-1")},
		{"deploy-data", "ec2:DeleteFlowLogs", e.arn("ec2", "vpc-flow-log/fl-1")},
		{"deploy-data", "iam:PutRolePolicy", e.iam("role/ringfence-full-flow-logs")},
		{"deploy-data", "iam:PutRolePolicy", e.iam("role/ringfence-full-break-glass")},
		{"deploy-data", "s3:PutBucketPolicy", e.bucket("audit")},
		{"deploy-network", "s3:PutBucketPolicy", e.bucket("data")},
		{"deploy-network", "kms:PutKeyPolicy", e.arn("kms", "key/data")}, // it has the alias of the data key
		{"deploy-audit", "kms:PutKeyPolicy", e.arn("kms", "key/data")},
		{"deploy-audit", "s3:PutBucketPolicy", e.bucket("data")},
		{"deploy-security", "s3:PutBucketPolicy", e.bucket("data")},
		{"deploy-security", "cloudtrail:UpdateTrail", e.arn("cloudtrail", "trail/ringfence-full-trail")},
		{"deploy-audit", "s3:PutObject", "arn:" + e.partition() + ":s3:::ringfence-full-state-123456789012-us-gov-west-1/.pulumi/stacks/ringfence-data/full.json"},
	} {
		if d := e.ask(e.roles[ask.role], ask.action, ask.resource, own); d.Verdict == iameval.Allow {
			t.Errorf("%s may %s on %s: %s", ask.role, ask.action, ask.resource, d)
		}
	}
	for _, name := range []string{"deploy-data", "deploy-security"} {
		if d := e.ask(e.roles[name], "iam:PutRolePolicy", e.iam("role/ringfence-full-flow-logs"), own); !by(d, "DenyRolesOfOthers") {
			t.Errorf("%s gives flow-logs a policy: %s", name, d)
		}
		if d := e.ask(e.roles[name], "iam:PutRolePolicy", e.iam("role/ringfence-full-new-workload"), own); d.Verdict != iameval.Allow {
			t.Errorf("%s gives a new workload a policy: %s", name, d)
		}
	}
}
