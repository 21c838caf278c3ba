package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const (
	providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
	gitHubIssuer = "token.actions.githubusercontent.com"
	gitHubAud    = gitHubIssuer + ":aud"
	gitHubSub    = gitHubIssuer + ":sub"
)

// situations are those in which each role of the pipeline is assumed, as GitHub
// writes them into a token's subject.
func (in *inspection) situations() map[string]string {
	out := map[string]string{"preview": "pull_request", "drift": "ref:refs/heads/main", evidenceRole: "ref:refs/heads/main"}
	for _, stack := range graph.Names() {
		out[deployRole(stack)] = "environment:" + in.Environment.Name
	}
	return out
}

// subject is a token's subject: of a repository, with and without GitHub's
// numbers for its owner and itself.
func (in *inspection) tokenSubjects(repository, situation string) []string {
	g := in.Environment.GitHub
	subjects := []string{"repo:" + repository + ":" + situation}
	if g.RepositoryID != "" {
		owner, name, _ := strings.Cut(repository, "/")
		subjects = append(subjects, "repo:"+owner+"@"+g.OwnerID+"/"+name+"@"+g.RepositoryID+":"+situation)
	}
	return subjects
}

// federated returns the roles that an identity provider's tokens open, with their
// trust.
func (in *inspection) federated() map[*access.Role]document {
	out := map[*access.Role]document{}
	for _, role := range in.policies().Roles {
		if role.Trust == nil {
			continue
		}
		in.checked[role.Resource.Stack]++
		d, ok := in.readable(role.Trust)
		if !ok {
			continue
		}
		for _, s := range d.Statements() {
			if s.Principals != nil && len(s.Principals.Federated) > 0 {
				out[role] = d
			}
		}
	}
	return out
}

// token is a request for a role with a token of GitHub.
func (in *inspection) token(role *access.Role, what, aud, sub string) probe {
	p := probe{
		what: "a token of " + what, principal: iameval.Federated(in.gitHubProvider()),
		action: "sts:AssumeRoleWithWebIdentity", resource: role.ARN, context: in.here(),
	}
	for key, value := range map[string]string{gitHubAud: aud, gitHubSub: sub} {
		if value != "" {
			p.context[key] = []string{value}
		}
	}
	return p
}

// gitHubProvider is the ARN of the account's provider for GitHub.
func (in *inspection) gitHubProvider() string {
	if arn := in.Environment.GitHub.ProviderARN; arn != "" {
		return arn
	}
	for _, p := range in.OfType(providerType) {
		if arn, _ := p.Get("arn").(string); arn != "" && arn != snapshot.Unknown {
			return arn
		}
	}
	return in.Names.IAMARN("oidc-provider/" + gitHubIssuer)
}

const stsAudience = "sts.amazonaws.com"

func gitHubIsTrustedExactly(in *inspection) {
	if in.Environment.GitHub.ProviderARN == "" {
		for _, p := range in.required(graph.Security, providerType) {
			p.isOneOf("url", "https://"+gitHubIssuer, gitHubIssuer)
			p.want("clientIdLists", show([]any{stsAudience}), func(v any) bool {
				list, _ := v.([]any)
				return len(list) == 1 && list[0] == stsAudience
			})
		}
	}
	repository := in.Environment.GitHub.Repository
	for role, trust := range in.federated() {
		situation := in.situations()[strings.TrimPrefix(role.Name, in.Names.Prefix+"-")]
		for _, sub := range in.tokenSubjects(repository, situation) {
			trust.refuses(in.token(role, sub+" for another audience", "https://github.com/acme", sub))
			trust.refuses(in.token(role, sub+" for no audience", "", sub))
			trust.refuses(in.token(role, strings.ToUpper(sub), stsAudience, strings.ToUpper(sub)))
			trust.refuses(in.token(role, sub+"-2", stsAudience, sub+"-2"))
			trust.refuses(in.token(role, "2-"+sub, stsAudience, "2-"+sub))
		}
		trust.refuses(in.token(role, "nobody in particular", stsAudience, ""))
		subs := in.tokenSubjects(repository, situation)
		for _, aud := range comparedWith(gitHubAud, []string{stsAudience}, trust.Policy) {
			trust.refuses(in.token(role, subs[0]+" for "+aud, aud, subs[0]))
		}
		for _, sub := range comparedWith(gitHubSub, subs, trust.Policy) {
			trust.refuses(in.token(role, sub, stsAudience, sub))
		}
		owner, name, _ := strings.Cut(repository, "/")
		for _, other := range []string{owner + "/other", owner + "/" + name + "-2", "other/" + name, owner + "-2/" + name} {
			for _, sub := range in.tokenSubjects(other, situation) {
				trust.refuses(in.token(role, sub, stsAudience, sub))
			}
		}
		elsewhere := in.token(role, "another provider", stsAudience, in.tokenSubjects(repository, situation)[0])
		elsewhere.principal = iameval.Federated(in.Names.IAMARN("oidc-provider/gitlab.com"))
		trust.refuses(elsewhere)
		trust.namesSubjects()
	}
}

// namesSubjects wants no wildcard in what a token's subject is compared with.
func (d document) namesSubjects() {
	d.eachStatement(func(place string, s iameval.Statement) {
		for _, c := range s.Conditions {
			wide := func(v string) bool { return strings.ContainsAny(v, "*?") }
			if strings.EqualFold(c.Key, gitHubSub) && slices.ContainsFunc(c.Values, wide) {
				d.fail(place, "subjects without wildcards", show(c.Values))
			}
		}
	})
}
