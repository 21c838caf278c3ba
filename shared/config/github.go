package config

import "strings"

// GitHubIssuer signs the tokens of GitHub's workflows.
const GitHubIssuer = "token.actions.githubusercontent.com"

// ExampleRepository is what the environment files come with, and nobody's fork.
const ExampleRepository = "acme/ringfence"

// Subjects are the forms that GitHub gives the subject of a token in a situation,
// such as environment:dev: with names alone, and since July 2026 with the numbers
// of owner and repository, which nobody else gets after a rename.
func (g GitHub) Subjects(situation string) []string {
	subjects := []string{"repo:" + g.Repository + ":" + situation}
	if g.RepositoryID != "" {
		owner, repository, _ := strings.Cut(g.Repository, "/")
		subjects = append(subjects, "repo:"+owner+"@"+g.OwnerID+"/"+repository+"@"+g.RepositoryID+":"+situation)
	}
	return subjects
}
