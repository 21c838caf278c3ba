package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// assumingRoles tries every role with everybody who could want it.
func (r *report) assumingRoles() {
	own := iameval.Context{"aws:SourceAccount": {account}, "aws:SourceArn": {"arn:aws:ec2:eu-central-1:" + account + ":vpc-flow-log/fl-1"}}
	mfa := iameval.Context{"aws:MultiFactorAuthPresent": {"true"}}
	people := func(name string) caller {
		return caller{name: "role/" + name, principal: iameval.RoleSession(iamARN("role/"+name), "ada"), role: &role{identity: []*iameval.Policy{everything}}}
	}
	type candidate struct {
		caller caller
		way    way
	}
	var candidates []candidate
	for _, name := range []string{"bedrock", "cloudtrail", "ec2", "lambda", "sagemaker", "vpc-flow-logs"} {
		s := service(name + ".amazonaws.com")
		context := maps.Clone(own)
		if name == "cloudtrail" {
			context["aws:SourceArn"] = []string{trail}
		}
		candidates = append(candidates,
			candidate{s, way{name: "for this account", context: context}},
			candidate{s, way{name: "for another account", context: iameval.Context{"aws:SourceAccount": {"999999999999"}}}},
			candidate{s, way{name: "for nobody known", context: iameval.Context{}}})
	}
	// Only a user's request says whether MFA was used; a role's session does not
	// (IAM User Guide, "Secure API access with MFA").
	for _, name := range []string{"security-auditors", "data-scientists", "deployer", "somebody-else"} {
		candidates = append(candidates, candidate{people(name), way{context: iameval.Context{}}})
	}
	for _, name := range []string{"on-call-lead", "somebody-else"} {
		user := caller{name: "user/" + name, principal: iameval.User(iamARN("user/" + name)), role: &role{identity: []*iameval.Policy{everything}}}
		candidates = append(candidates,
			candidate{user, way{name: "with MFA", context: mfa}},
			candidate{user, way{name: "without MFA", context: iameval.Context{"aws:MultiFactorAuthPresent": {"false"}}}},
			candidate{user, way{name: "with an access key", context: iameval.Context{}}})
	}
	candidates = append(candidates, candidate{foreign, way{name: "with MFA", context: mfa}}, candidate{anonymous, way{context: iameval.Context{}}})

	r.line("\n## Who can become whom\n\n| role | can be assumed by |\n|---|---|")
	for _, name := range slices.Sorted(maps.Keys(r.estate.roles)) {
		target := r.estate.roles[name]
		var who []string
		for _, c := range candidates {
			if r.check(r.ask(c.caller, c.way, "sts:AssumeRole", target.arn, target.trust)).Verdict == iameval.Allow {
				who = append(who, strings.TrimSpace(c.caller.name+" "+c.way.name))
			}
		}
		for _, w := range who {
			if strings.Contains(w, "another account") || strings.Contains(w, "nobody known") || strings.Contains(w, "somebody-else") || strings.Contains(w, "without MFA") {
				r.t.Errorf("role %s can be assumed by %s", name, w)
			}
		}
		r.line("| %s | %s |", name, strings.Join(who, ", "))
	}
}

// boundary gives a role of the estate every permission and looks at what the
// boundary leaves of it.
func (r *report) boundary() {
	self := iamARN("policy/ringfence-local-boundary")
	strong := r.estate.session("ml-service")
	strong.role = &role{identity: []*iameval.Policy{everything}, boundary: strong.role.boundary}
	plain := way{context: iameval.Context{}}
	kept := plain.with("with the boundary", iameval.Context{"iam:PermissionsBoundary": {self}})
	other := plain.with("with another boundary", iameval.Context{"iam:PermissionsBoundary": {iamARN("policy/weak")}})
	r.line("\n## What the boundary leaves of a role that is given everything\n\n| action | verdict |\n|---|---|")
	for _, q := range []struct {
		way         way
		action, arn string
		want        iameval.Verdict
	}{
		{kept, "iam:CreateRole", iamARN("role/new"), iameval.Allow},
		{plain, "iam:CreateRole", iamARN("role/new"), iameval.ExplicitDeny},
		{other, "iam:CreateRole", iamARN("role/new"), iameval.ExplicitDeny},
		{plain, "iam:PutRolePolicy", iamARN("role/admin"), iameval.ExplicitDeny},
		{plain, "iam:AttachRolePolicy", iamARN("role/admin"), iameval.ExplicitDeny},
		{other, "iam:PutRolePermissionsBoundary", iamARN("role/ringfence-local-ml-service"), iameval.ExplicitDeny},
		{plain, "iam:DeleteRolePermissionsBoundary", iamARN("role/ringfence-local-ml-service"), iameval.ExplicitDeny},
		{plain, "iam:CreatePolicyVersion", self, iameval.ExplicitDeny},
		{plain, "iam:SetDefaultPolicyVersion", self, iameval.ExplicitDeny},
		{plain, "iam:DeletePolicy", self, iameval.ExplicitDeny},
		{plain, "iam:UpdateAssumeRolePolicy", iamARN("role/admin"), iameval.ExplicitDeny},
		{plain, "iam:PutUserPolicy", iamARN("user/eve"), iameval.ExplicitDeny},
		{plain, "iam:PutUserPermissionsBoundary", iamARN("user/eve"), iameval.ExplicitDeny},
		{plain, "iam:CreateUser", iamARN("user/eve"), iameval.ExplicitDeny},
		{plain, "iam:CreateAccessKey", iamARN("user/eve"), iameval.ExplicitDeny},
	} {
		d := r.check(r.ask(strong, q.way, q.action, q.arn, nil))
		if d.Verdict != q.want {
			r.t.Errorf("boundary: %s on %s %s: %s, want %s", q.action, q.arn, q.way.name, d, q.want)
		}
		r.line("| %s on %s %s | %s |", q.action, short(q.arn), q.way.name, d)
	}
	r.networkInterfaces()
}

// networkInterfaces: a workload plugs into the VPC of the estate and no other.
func (r *report) networkInterfaces() {
	in := func(vpc string) way {
		return way{name: "in " + vpc, context: iameval.Context{"ec2:Vpc": {"arn:aws:ec2:eu-central-1:" + account + ":vpc/" + vpc}}}
	}
	subnet := "arn:aws:ec2:eu-central-1:" + account + ":subnet/subnet-1"
	r.line("\n## Where a workload on SageMaker or Lambda can plug in\n\n| VPC | verdict |\n|---|---|")
	for _, name := range slices.Sorted(maps.Keys(r.estate.roles)) {
		if !slices.Contains([]string{"churn-explore", "churn-features", "churn-training", "ml-service", "support-agent"}, name) {
			continue // EC2 instances are launched into a subnet, they do not plug in
		}
		for vpc, want := range map[string]iameval.Verdict{"vpc-vpc": iameval.Allow, "vpc-other": iameval.ExplicitDeny} {
			d := r.check(r.ask(r.estate.session(name), in(vpc), "ec2:CreateNetworkInterface", subnet, nil))
			if d.Verdict != want {
				r.t.Errorf("%s in %s: %s", name, vpc, d)
			}
			if name == "churn-training" && vpc == "vpc-other" {
				r.line("| another VPC | %s |", d)
			}
		}
	}
}

// endpoints: what passes the endpoints stays in the account.
func (r *report) endpoints() {
	r.line("\n## What passes the S3 endpoint\n\n| who | what | verdict |\n|---|---|---|")
	image := "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/layer"
	for _, q := range []struct {
		caller     caller
		bucket     string
		owner      string
		wantPassed bool
	}{
		{insider, "arn:aws:s3:::own/object", account, true},
		{insider, "arn:aws:s3:::foreign/object", "999999999999", false},
		{foreign, "arn:aws:s3:::own/object", account, false},
		{foreign, "arn:aws:s3:::foreign/object", "999999999999", false},
		{insider, image, "888888888888", true},
	} {
		d, err := iameval.Evaluate(iameval.Request{
			Principal: q.caller.principal, Action: "s3:GetObject", Resource: q.bucket, ResourceAccount: q.owner, Context: inside.context,
		}, iameval.Environment{Identity: q.caller.role.identity, Endpoint: r.estate.endpoints["s3"], Resource: open})
		d = r.check(d, err)
		r.count++
		if passed := d.Verdict == iameval.Allow; passed != q.wantPassed {
			r.t.Errorf("%s through the endpoint to %s: %s", q.caller.name, q.bucket, d)
		}
		r.line("| %s | s3:GetObject on %s of account %s | %s |", q.caller.name, short(q.bucket), q.owner, d)
	}
}

// open is a bucket policy that lets everybody in, so that only the endpoint can
// refuse.
var open = func() *iameval.Policy {
	p, err := iameval.Parse("open", iameval.BucketPolicy,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return p
}()

// everyDenialFires holds that no Deny of the estate is dead: each decided one of
// the requests above.
func (r *report) everyDenialFires() {
	for _, policy := range r.estate.policies {
		for _, s := range policy.Document().Statements {
			statement := iameval.StatementRef{Kind: policy.Kind(), Policy: policy.Name(), Statement: s.Sid}
			if s.Effect == iameval.EffectDeny && !r.denied[statement] {
				r.t.Errorf("%s never fired in any request of this test", statement)
			}
		}
	}
}
