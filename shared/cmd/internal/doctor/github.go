package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/config"
)

func (e *examination) lookAtGitHub(ctx context.Context) Finding {
	const way = "install GitHub's command gh (https://cli.github.com), and gh auth login"
	if _, err := e.Run(ctx, "gh", "--version"); err != nil {
		return unseen("there is no gh on this machine", way)
	}
	if _, err := e.Run(ctx, "gh", "auth", "status"); err != nil {
		return unseen("gh is not signed in", "gh auth login")
	}
	var answer repository
	found, err := e.ask(ctx, "", &answer)
	named := e.Environment.GitHub.Repository
	switch {
	case err != nil:
		return unseen("GitHub does not say: "+err.Error(), "gh auth status")
	case !found:
		return wrong("GitHub knows no repository "+named+", or does not show it to you",
			"correct github.repository in "+e.File+", or sign in with gh as somebody who may see it")
	case answer.FullName != named:
		return wrong("GitHub calls "+named+" "+answer.FullName+" now: the tokens of its workflows say so, and no role trusts them",
			"set github.repository in "+e.File+" to "+answer.FullName+", then a person deploys the security stack")
	}
	if says := answer.numbers(e.Environment.GitHub); says != "" {
		return wrong(says, fmt.Sprintf("set github.ownerId to \"%d\" and github.repositoryId to \"%d\" in %s, then a person deploys the security stack",
			answer.Owner.ID, answer.ID, e.File))
	}
	e.gitHub = true
	return fine(named)
}

// repository is what GitHub says of itself.
type repository struct {
	FullName string    `json:"full_name"`
	ID       int64     `json:"id"`
	Created  time.Time `json:"created_at"`
	Owner    struct {
		ID int64 `json:"id"`
	} `json:"owner"`
}

// numbersSince is when GitHub began to put the numbers of owner and repository into
// the tokens of new repositories (GitHub Docs, "OpenID Connect").
var numbersSince = time.Date(2026, time.July, 1, 0, 0, 0, 0, time.UTC)

// numbers says what is wrong with the numbers in the environment file; empty
// when nothing is.
func (r repository) numbers(is config.GitHub) string {
	switch {
	case is.OwnerID == "" && is.RepositoryID == "" && r.Created.Before(numbersSince):
		return ""
	case is.OwnerID == "" && is.RepositoryID == "":
		return "the repository is new enough for its tokens to carry its numbers, and github.ownerId and github.repositoryId are not set: no role trusts its workflows"
	case is.OwnerID != fmt.Sprint(r.Owner.ID) || is.RepositoryID != fmt.Sprint(r.ID):
		return fmt.Sprintf("github.ownerId is %q and github.repositoryId %q, and GitHub says %d and %d", is.OwnerID, is.RepositoryID, r.Owner.ID, r.ID)
	}
	return ""
}

// ask reads from GitHub's API, below the repository. It is false when there is
// nothing there.
func (e *examination) ask(ctx context.Context, path string, into any) (bool, error) {
	out, err := e.api(ctx, path)
	switch {
	case err != nil && strings.Contains(err.Error(), "HTTP 404"):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, json.Unmarshal([]byte(out), into)
}

func (e *examination) api(ctx context.Context, path string) (string, error) {
	return e.Run(ctx, "gh", "api", strings.TrimSuffix("repos/"+e.Environment.GitHub.Repository+"/"+path, "/"))
}

func silent(err error) Finding {
	return unseen("GitHub does not say: "+err.Error(), "sign in with gh as an administrator of the repository")
}

// protectionRule is what stands before a deployment to a GitHub environment.
type protectionRule struct {
	Type string `json:"type"`
}

func (e *examination) lookAtApproval(ctx context.Context) Finding {
	way := "Settings, Environments, " + e.Name + ": required reviewers, and only the branch main"
	unattended := e.Environment.GitHub.Integration
	if unattended {
		way = "Settings, Environments, " + e.Name + ": only the branch main, and no reviewers"
	}
	var answer struct {
		Rules    []protectionRule `json:"protection_rules"`
		Branches *branchPolicy    `json:"deployment_branch_policy"`
	}
	found, err := e.ask(ctx, "environments/"+e.Name, &answer)
	switch {
	case err != nil:
		return silent(err)
	case !found:
		return later("GitHub has no environment "+e.Name, way)
	}
	var open []string
	asks := slices.Contains(answer.Rules, protectionRule{"required_reviewers"})
	switch {
	case asks && unattended:
		return wrong("somebody is asked before a deployment, and at night nobody answers", way)
	case !asks && !unattended:
		open = append(open, "nobody is asked before a deployment")
	}
	others, err := e.otherBranches(ctx, answer.Branches)
	if err != nil {
		return silent(err)
	}
	open = append(open, others...)
	if len(open) > 0 {
		return wrong("the environment "+e.Name+" is open", way).with(open)
	}
	return fine("environment " + e.Name)
}

// branchPolicy says which branches may deploy to a GitHub environment; nil: all.
type branchPolicy struct {
	Protected bool `json:"protected_branches"`
	Custom    bool `json:"custom_branch_policies"`
}

// otherBranches says what may deploy beside the branch main.
func (e *examination) otherBranches(ctx context.Context, policy *branchPolicy) (open []string, err error) {
	switch {
	case policy == nil:
		return []string{"every branch may deploy"}, nil
	case policy.Protected:
		return []string{"every protected branch may deploy, and not main alone"}, nil
	}
	var answer struct {
		Policies []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"branch_policies"`
	}
	found, err := e.ask(ctx, "environments/"+e.Name+"/deployment-branch-policies", &answer)
	switch {
	case err != nil:
		return nil, err
	case !found && policy.Custom:
		return nil, errors.New("which branches may deploy is not shown")
	}
	for _, p := range answer.Policies {
		if p.Name != "main" || p.Type == "tag" {
			open = append(open, strings.TrimSpace(p.Type+" "+p.Name)+" may deploy")
		}
	}
	return open, nil
}

// requiredChecks are the checks of ci.yml and preview.yml.
var requiredChecks = []string{"ci", "preview"}

// protection is what GitHub demands of a change to a branch. It says so in two
// places: rulesets, and the older branch protection.
type protection struct {
	checks     []string
	codeOwners bool
	// hidden: the older one is shown to administrators only.
	hidden bool
}

func (e *examination) lookAtBranch(ctx context.Context) Finding {
	const way = "Settings, Rules: for main, require the checks ci and preview and the review of code owners"
	var p protection
	if err := e.readRules(ctx, &p); err != nil {
		return silent(err)
	}
	if err := e.readProtection(ctx, &p); err != nil {
		return silent(err)
	}
	var open []string
	for _, check := range requiredChecks {
		if !slices.Contains(p.checks, check) {
			open = append(open, "the check "+check+" is not required")
		}
	}
	if !p.codeOwners {
		open = append(open, "the review of code owners is not required")
	}
	switch {
	case len(open) > 0 && p.hidden:
		return unseen("the rules alone do not protect main, and the older branch protection is shown to administrators only",
			"sign in with gh as an administrator of the repository")
	case len(p.checks) == 0 && !p.codeOwners:
		return later("nothing protects main", way)
	case len(open) > 0:
		return wrong("main is not protected enough", way).with(open)
	}
	return fine("main requires " + strings.Join(requiredChecks, ", ") + " and code owners")
}

func (e *examination) readRules(ctx context.Context, p *protection) error {
	var rules []struct {
		Type       string `json:"type"`
		Parameters struct {
			Checks []struct {
				Context string `json:"context"`
			} `json:"required_status_checks"`
			CodeOwners bool `json:"require_code_owner_review"`
		} `json:"parameters"`
	}
	if _, err := e.ask(ctx, "rules/branches/main", &rules); err != nil {
		return err
	}
	for _, rule := range rules {
		for _, c := range rule.Parameters.Checks {
			p.checks = append(p.checks, c.Context)
		}
		p.codeOwners = p.codeOwners || rule.Parameters.CodeOwners
	}
	return nil
}

func (e *examination) readProtection(ctx context.Context, p *protection) error {
	var older struct {
		Checks struct {
			Contexts []string `json:"contexts"`
		} `json:"required_status_checks"`
		Reviews struct {
			CodeOwners bool `json:"require_code_owner_reviews"`
		} `json:"required_pull_request_reviews"`
	}
	out, err := e.api(ctx, "branches/main/protection")
	switch {
	case err != nil && strings.Contains(err.Error(), "Branch not protected"):
		return nil
	case err != nil && strings.Contains(err.Error(), "HTTP 404"):
		p.hidden = true // GitHub does not tell others that there is something
		return nil
	case err != nil:
		return err
	}
	if err := json.Unmarshal([]byte(out), &older); err != nil {
		return err
	}
	p.checks = append(p.checks, older.Checks.Contexts...)
	p.codeOwners = p.codeOwners || older.Reviews.CodeOwners
	return nil
}

// switchVariable lists, as JSON, the environments that the workflows work on, and
// sandboxVariable names the one that they deploy and destroy every night.
const (
	switchVariable  = "RINGFENCE_ENVIRONMENTS"
	sandboxVariable = "RINGFENCE_SANDBOX"
)

func (e *examination) lookAtSandboxVariable(ctx context.Context) Finding {
	way := fmt.Sprintf("gh variable set %s --body %s", sandboxVariable, e.Name)
	var variable struct {
		Value string `json:"value"`
	}
	found, err := e.ask(ctx, "actions/variables/"+sandboxVariable, &variable)
	switch {
	case err != nil:
		return silent(err)
	case !found:
		return later("the variable "+sandboxVariable+" is not set", way)
	case variable.Value != e.Name:
		return later(sandboxVariable+" is "+variable.Value, way)
	}
	return fine(sandboxVariable + " is " + variable.Value)
}

func (e *examination) lookAtVariable(ctx context.Context) Finding {
	if e.Environment.GitHub.Integration {
		return e.lookAtSandboxVariable(ctx)
	}
	way := fmt.Sprintf("gh variable set %s --body '[\"%s\"]', with the others that are there", switchVariable, e.Name)
	var variable struct {
		Value string `json:"value"`
	}
	found, err := e.ask(ctx, "actions/variables/"+switchVariable, &variable)
	switch {
	case err != nil:
		return silent(err)
	case !found:
		return later("the variable "+switchVariable+" is not set", way)
	}
	var listed []string
	switch err := json.Unmarshal([]byte(variable.Value), &listed); {
	case err != nil:
		return wrong(fmt.Sprintf("%s is %q, which is no list of names in JSON", switchVariable, variable.Value), way)
	case !slices.Contains(listed, e.Name):
		return later(switchVariable+" is "+variable.Value, way)
	}
	return fine(switchVariable + " is " + variable.Value)
}
