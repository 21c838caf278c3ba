package access

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// assumers are the services that could want a role of the estate.
var assumers = []string{
	"bedrock", "cloudtrail", "config", "ec2", "events", "lambda", "malware-protection-plan.guardduty", "s3", "sagemaker", "vpc-flow-logs",
}

// trust asks who can become whom.
func (a *asker) trust() {
	v := a.vocabulary()
	for _, name := range a.roleNames() {
		role := []string{"role " + name}
		for _, service := range assumers {
			ways := []string{forEstate}
			if a.trusts(name, service) {
				ways = serviceWays
			}
			a.ask([]string{service + ".amazonaws.com"}, []string{"sts:AssumeRole"}, role, ways...)
		}
		a.ask(slices.Concat(v.people, outsiders), []string{"sts:AssumeRole"}, role, "")
		for _, user := range v.users {
			a.ask([]string{user}, []string{"sts:AssumeRole"}, role, withMFA, withoutMFA, withAccessKey)
		}
		workflows := v.workflows
		if !a.federated(name) {
			workflows = workflows[:min(len(workflows), v.rightful)]
		}
		a.ask(workflows, []string{"sts:AssumeRoleWithWebIdentity"}, role, "")
	}
}

// trusts reports whether a role's trust policy names a service.
func (m *Model) trusts(role, service string) bool {
	for _, s := range m.Role(role).Trust.Statements() {
		if s.Principals != nil && slices.ContainsFunc(s.Principals.Service, func(p string) bool { return strings.HasPrefix(p, service+".") }) {
			return true
		}
	}
	return false
}

func (m *Model) federated(role string) bool {
	return slices.ContainsFunc(m.Role(role).Trust.Statements(), func(s iameval.Statement) bool {
		return s.Principals != nil && len(s.Principals.Federated) > 0
	})
}

// The ways on which a user comes.
const (
	withMFA       = "with MFA"
	withoutMFA    = "without MFA"
	withAccessKey = "with an access key"
)

// addPeople adds those whom the environment file lists, and somebody else. Only a
// user's request says whether MFA was used; a role's session does not (IAM User
// Guide, "Secure API access with MFA").
func (v *vocabulary) addPeople() {
	listed, n := v.model.snapshot.Environment.Access, v.model.snapshot.Names
	name := func(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }
	roles := slices.Concat(listed.Auditors, listed.DataScientists, listed.Deployers, v.model.snapshot.Environment.Features.SupportRole,
		[]string{n.IAMARN("role/somebody-else")})
	for _, arn := range roles {
		v.callers[name(arn)] = Outsider(name(arn), arn)
		v.people = append(v.people, name(arn))
	}
	for _, arn := range append(slices.Clone(listed.BreakGlass), n.IAMARN("user/somebody-else")) {
		v.callers[name(arn)] = OutsiderUser(name(arn), arn)
		v.users = append(v.users, name(arn))
	}
	for way, value := range map[string][]string{withMFA: {"true"}, withoutMFA: {"false"}, withAccessKey: nil} {
		v.ways[way] = Plain.With(way, iameval.Context{"aws:MultiFactorAuthPresent": value})
	}
}

// gitHub is the issuer of workflows' tokens.
const gitHub = "token.actions.githubusercontent.com"

// addWorkflows adds GitHub's workflows: those of the repository in the situations
// that roles are for, and then others that come close.
func (v *vocabulary) addWorkflows() {
	n, g := v.model.snapshot.Names, v.model.snapshot.Environment.GitHub
	issuer, audience := n.IAMARN("oidc-provider/"+gitHub), "sts.amazonaws.com"
	owner, name, _ := strings.Cut(g.Repository, "/")
	add := func(label, issuer, audience, subject string) {
		label = "workflow " + label
		v.callers[label] = WebIdentity(label, issuer, iameval.Context{gitHub + ":aud": {audience}, gitHub + ":sub": {subject}})
		v.workflows = append(v.workflows, label)
	}
	deploy := "environment:" + v.model.snapshot.Environment.Name
	situations := []string{"pull_request", "ref:refs/heads/main", deploy}
	for _, s := range situations {
		add("on "+s, issuer, audience, "repo:"+g.Repository+":"+s)
		if g.RepositoryID != "" {
			add("on "+s+", with the repository's number", issuer, audience, "repo:"+owner+"@"+g.OwnerID+"/"+name+"@"+g.RepositoryID+":"+s)
		}
	}
	v.rightful = len(v.workflows)
	for _, s := range situations {
		add("of another owner on "+s, issuer, audience, "repo:eve/"+name+":"+s)
		add("of another repository on "+s, issuer, audience, "repo:"+owner+"/other:"+s)
		add("of a repository with another number on "+s, issuer, audience, "repo:"+owner+"@9/"+name+"@9:"+s)
		add("for another audience on "+s, issuer, "https://github.com/"+owner, "repo:"+g.Repository+":"+s)
		add("signed by somebody else on "+s, n.IAMARN("oidc-provider/gitlab.example.com"), audience, "repo:"+g.Repository+":"+s)
	}
	for _, s := range []string{"ref:refs/heads/feature", "ref:refs/heads/main2", "ref:refs/tags/v1", "environment:other", deploy + "-2"} {
		add("on "+s, issuer, audience, "repo:"+g.Repository+":"+s)
	}
}
