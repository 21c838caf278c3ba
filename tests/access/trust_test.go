package access

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// candidate is somebody who could want a role.
type candidate struct {
	caller access.Caller
	way    access.Way
	// never: no role may let them in.
	never bool
}

func (c candidate) String() string { return strings.TrimSpace(c.caller.Name + " " + c.way.Name) }

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
		s, own := access.Service(name+".amazonaws.com"), iameval.Context{"aws:SourceAccount": {r.names.Account}}
		if source := sources[name]; source != "" {
			own["aws:SourceArn"] = []string{source}
		}
		foreign := iameval.Context{"aws:SourceAccount": {access.ForeignAccount}, "aws:SourceArn": own["aws:SourceArn"]}
		out = append(out,
			candidate{s, access.Way{Name: "for this account", Context: own}, false},
			candidate{s, access.Plain.With("for another account", foreign), true},
			candidate{s, access.Way{Name: "for nobody known", Context: iameval.Context{}}, true})
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
		out = append(out, candidate{access.Outsider(r.short(arn), arn), access.Plain, false})
	}
	out = append(out, candidate{access.Outsider("role/somebody-else", r.names.IAMARN("role/somebody-else")), access.Plain, true})
	for _, arn := range listed.BreakGlass {
		user := access.OutsiderUser(r.short(arn), arn)
		out = append(out,
			candidate{user, access.Way{Name: "with MFA", Context: mfa}, false},
			candidate{user, access.Way{Name: "without MFA", Context: none}, true},
			candidate{user, access.Way{Name: "with an access key", Context: iameval.Context{}}, true})
	}
	return append(out,
		candidate{access.OutsiderUser("user/somebody-else", r.names.IAMARN("user/somebody-else")), access.Way{Name: "with MFA", Context: mfa}, true},
		candidate{r.model.Foreigner(), access.Way{Name: "with MFA", Context: mfa}, true},
		candidate{access.Anonymous(), access.Plain, true})
}

// gitHub is the issuer of workflows' tokens.
const gitHub = "token.actions.githubusercontent.com"

// situations are what the token of a workflow must say besides its repository,
// by the role that it is for.
func situations(e *estate) map[string]string {
	deploy := "environment:" + e.environment.Name
	return map[string]string{
		"preview": "pull_request", "drift": "ref:refs/heads/main", "evidence": "ref:refs/heads/main",
		"deploy-network": deploy, "deploy-security": deploy, "deploy-data": deploy, "deploy-audit": deploy,
	}
}

// pipelineRoles are the roles of workflows, in the order of the table.
var pipelineRoles = []string{"preview", "drift", "evidence", "deploy-network", "deploy-security", "deploy-data", "deploy-audit"}

// token is what a workflow shows: who signed it, whom it is for, and who the
// workflow is.
type token struct{ issuer, audience, subject string }

// tokens are those of the repository's workflows in the situations that roles are
// for, and how many these are; and then all others.
func (e *estate) tokens() ([]token, int) {
	g, issuer, audience := e.environment.GitHub, e.names.IAMARN("oidc-provider/"+gitHub), "sts.amazonaws.com"
	owner, name, _ := strings.Cut(g.Repository, "/")
	repositories := []string{g.Repository}
	if g.RepositoryID != "" {
		repositories = append(repositories, owner+"@"+g.OwnerID+"/"+name+"@"+g.RepositoryID)
	}
	deploy := "environment:" + e.environment.Name
	known := []string{"pull_request", "ref:refs/heads/main", deploy}
	var tokens []token
	for _, repository := range repositories {
		for _, situation := range known {
			tokens = append(tokens, token{issuer, audience, "repo:" + repository + ":" + situation})
		}
	}
	rightful, own := len(tokens), "repo:"+g.Repository+":"
	for _, situation := range known {
		for _, other := range []string{"eve/" + name, owner + "/other", g.Repository + "-fork", strings.ToUpper(owner) + "/" + name, owner + "@9/" + name + "@9"} {
			tokens = append(tokens, token{issuer, audience, "repo:" + other + ":" + situation})
		}
		tokens = append(tokens,
			token{issuer, "https://github.com/" + owner, own + situation},
			token{e.names.IAMARN("oidc-provider/gitlab.example.com"), audience, own + situation})
	}
	for _, situation := range []string{"ref:refs/heads/feature", "ref:refs/heads/main2", "ref:refs/tags/v1", "environment:other", deploy + "-2"} {
		tokens = append(tokens, token{issuer, audience, own + situation})
	}
	return tokens, rightful
}

// workflowTokens tries the roles of workflows with each token.
func (r *report) workflowTokens() {
	r.section("Which workflow can become whom", "By the subject of the token that it shows.",
		append([]string{"subject", "audience", "issuer"}, pipelineRoles...)...)
	tokens, rightful := r.tokens()
	for i, t := range tokens {
		workflow := access.WebIdentity(t.subject, t.issuer, nil)
		shows := access.Way{Context: iameval.Context{gitHub + ":aud": {t.audience}, gitHub + ":sub": {t.subject}}}
		cells := []string{t.subject, t.audience, strings.TrimPrefix(r.short(t.issuer), "oidc-provider/")}
		for _, role := range pipelineRoles {
			want := i < rightful && strings.HasSuffix(t.subject, ":"+situations(r.estate)[role])
			d, cell := r.ask(workflow, shows, "sts:AssumeRoleWithWebIdentity", r.model.Role(role).ARN), ""
			if (d.Verdict == iameval.Allow) != want {
				r.t.Errorf("%s by %v: %s", role, t, d)
			}
			if d.Verdict == iameval.Allow {
				cell = "yes"
			}
			cells = append(cells, cell)
		}
		r.row(cells...)
	}
}
