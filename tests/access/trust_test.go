package access

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// candidate is somebody who could want a role.
type candidate struct {
	caller caller
	way    way
	// never: no role may let them in.
	never bool
}

func (c candidate) String() string { return strings.TrimSpace(c.caller.name + " " + c.way.name) }

// assumingRoles tries every role with everybody who could want it.
func (r *report) assumingRoles() {
	candidates := slices.Concat(r.services(), r.people())
	r.section("Who can become whom", "The roles of workflows follow below.", "role", "can be assumed by")
	for _, name := range r.roles() {
		role := r.model.Role(name)
		var who []string
		for _, c := range candidates {
			if r.ask(c.caller, c.way, "sts:AssumeRole", role.ARN).Verdict != iameval.Allow {
				continue
			}
			who = append(who, c.String())
			if c.never {
				r.t.Errorf("role %s can be assumed by %s", name, c)
			}
		}
		if _, workflow := situations(r.estate)[name]; workflow != (len(who) == 0) {
			r.t.Errorf("role %s can be assumed by %v", name, who)
		}
		if len(who) > 0 {
			r.row(name, strings.Join(who, ", "))
		}
	}
}

// services are those of AWS, for this account, for another, and for nobody.
func (r *report) services() []candidate {
	sources := map[string]string{
		"bedrock":       r.names.ARN("bedrock", "*"),
		"cloudtrail":    r.trail(),
		"events":        r.names.ARN("events", "rule/"+r.names.Of("tampering")),
		"vpc-flow-logs": r.names.ARN("ec2", "vpc-flow-log/fl-1"),
	}
	var out []candidate
	for _, name := range []string{
		"bedrock", "cloudtrail", "ec2", "events", "lambda", "malware-protection-plan.guardduty", "s3", "sagemaker", "vpc-flow-logs",
	} {
		s, own := service(name+".amazonaws.com"), iameval.Context{"aws:SourceAccount": {r.names.Account}}
		if source := sources[name]; source != "" {
			own["aws:SourceArn"] = []string{source}
		}
		foreign := iameval.Context{"aws:SourceAccount": {foreignAccount}, "aws:SourceArn": own["aws:SourceArn"]}
		out = append(out,
			candidate{s, way{name: "for this account", context: own}, false},
			candidate{s, plain.with("for another account", foreign), true},
			candidate{s, way{name: "for nobody known", context: iameval.Context{}}, true})
	}
	return out
}

// people are those whom the environment file lists, and somebody else. Only a
// user's request says whether MFA was used; a role's session does not (IAM User
// Guide, "Secure API access with MFA").
func (r *report) people() []candidate {
	listed, mfa := r.environment.Access, iameval.Context{"aws:MultiFactorAuthPresent": {"true"}}
	none := iameval.Context{"aws:MultiFactorAuthPresent": {"false"}}
	roles := slices.Concat(listed.Auditors, listed.DataScientists, listed.Deployers, r.environment.Features.SupportRole)
	var out []candidate
	for _, arn := range roles {
		out = append(out, candidate{r.outsider(r.short(arn), arn), plain, false})
	}
	out = append(out, candidate{r.outsider("role/somebody-else", r.names.IAMARN("role/somebody-else")), plain, true})
	for _, arn := range listed.BreakGlass {
		user := r.user(arn)
		out = append(out,
			candidate{user, way{name: "with MFA", context: mfa}, false},
			candidate{user, way{name: "without MFA", context: none}, true},
			candidate{user, way{name: "with an access key", context: iameval.Context{}}, true})
	}
	return append(out,
		candidate{r.user(r.names.IAMARN("user/somebody-else")), way{name: "with MFA", context: mfa}, true},
		candidate{r.foreigner(), way{name: "with MFA", context: mfa}, true},
		candidate{anonymous, plain, true})
}

// user is an IAM user with every permission.
func (e *estate) user(arn string) caller {
	c := e.insider()
	c.name, c.principal = e.short(arn), iameval.User(arn)
	return c
}

// gitHub is the issuer of workflows' tokens.
const gitHub = "token.actions.githubusercontent.com"

// situations are what the token of a workflow must say besides its repository,
// by the role that it is for.
func situations(e *estate) map[string]string {
	deploy := "environment:" + e.environment.Name
	return map[string]string{
		"preview": "pull_request", "drift": "ref:refs/heads/main",
		"deploy-network": deploy, "deploy-security": deploy, "deploy-data": deploy, "deploy-audit": deploy,
	}
}

// pipelineRoles are the roles of workflows, in the order of the table.
var pipelineRoles = []string{"preview", "drift", "deploy-network", "deploy-security", "deploy-data", "deploy-audit"}

// workflowTokens tries the roles of workflows with tokens of GitHub and others.
func (r *report) workflowTokens() {
	g := r.environment.GitHub
	own, aud, issuer := "repo:"+g.Repository+":", "sts.amazonaws.com", r.names.IAMARN("oidc-provider/"+gitHub)
	deploy := "environment:" + r.environment.Name
	type token struct{ issuer, aud, sub string }
	tokens := []token{{issuer, aud, own + "pull_request"}, {issuer, aud, own + "ref:refs/heads/main"}, {issuer, aud, own + deploy}}
	if g.RepositoryID != "" {
		owner, name, _ := strings.Cut(g.Repository, "/")
		own := "repo:" + owner + "@" + g.OwnerID + "/" + name + "@" + g.RepositoryID + ":"
		tokens = append(tokens, token{issuer, aud, own + "pull_request"}, token{issuer, aud, own + "ref:refs/heads/main"}, token{issuer, aud, own + deploy})
	}
	rightful := len(tokens)
	for _, situation := range []string{"pull_request", "ref:refs/heads/main", deploy} {
		for _, fork := range []string{"eve/ringfence", "acme/other", "acme/ringfence-fork", "ACME/ringfence", "acme@9/ringfence@9"} {
			tokens = append(tokens, token{issuer, aud, "repo:" + fork + ":" + situation})
		}
		tokens = append(tokens,
			token{issuer, "https://github.com/acme", own + situation},
			token{r.names.IAMARN("oidc-provider/gitlab.example.com"), aud, own + situation})
	}
	for _, situation := range []string{"ref:refs/heads/feature", "ref:refs/heads/main2", "ref:refs/tags/v1", "environment:other", deploy + "-2"} {
		tokens = append(tokens, token{issuer, aud, own + situation})
	}
	r.section("Which workflow can become whom", "By the token's subject; the issuer and the audience are GitHub's and AWS's unless named.",
		append([]string{"token"}, pipelineRoles...)...)
	for i, token := range tokens {
		name := token.sub
		if token.aud != aud {
			name += ", audience " + token.aud
		}
		if token.issuer != issuer {
			name += ", issuer " + r.short(token.issuer)
		}
		workflow := caller{name: name, principal: iameval.Federated(token.issuer)}
		context := iameval.Context{gitHub + ":aud": {token.aud}, gitHub + ":sub": {token.sub}}
		cells := []string{name}
		for _, role := range pipelineRoles {
			want, cell := i < rightful && strings.HasSuffix(token.sub, ":"+situations(r.estate)[role]), ""
			d := r.ask(workflow, way{context: context}, "sts:AssumeRoleWithWebIdentity", r.model.Role(role).ARN)
			if (d.Verdict == iameval.Allow) != want {
				r.t.Errorf("%s as %s: %s", role, name, d)
			}
			if d.Verdict == iameval.Allow {
				cell = "yes"
			}
			cells = append(cells, cell)
		}
		r.row(cells...)
	}
}
