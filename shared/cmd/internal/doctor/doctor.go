// Package doctor says how far an environment is on the way from a fork to its
// first deployment by the pipeline.
//
// It looks and changes nothing. Its checks are the steps of docs/ci.md, in the
// same order, and each says one of five things: it is ok, it is still to be
// done, it is wrong, it cannot be seen from here, or it is not needed. What
// cannot be seen is never ok. Only what is wrong is a failure: on the way, what
// is still to be done is the normal case.
package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/config"
)

// State is what a check says.
type State string

// The states.
const (
	OK     State = "ok"
	Later  State = "not yet"
	Wrong  State = "wrong"
	Unseen State = "cannot see it"
	Unused State = "not needed"
)

// Finding is what a check found.
type Finding struct {
	// Check is the name of the check, such as state.
	Check string `json:"check"`
	// Title says what must be so.
	Title string `json:"title"`
	State State  `json:"state"`
	// Says is what was found.
	Says string `json:"says"`
	// Details lists single things, where there are several.
	Details []string `json:"details,omitempty"`
	// Way is the way out; empty for what is ok.
	Way string `json:"way,omitempty"`
}

// Surroundings is all that the checks look at.
type Surroundings struct {
	// Root is the root of the checkout, File the environment file's path in it.
	Root, File string
	// Name is the name of the environment.
	Name string
	// Environment is the environment file; nil when Broken says what is wrong
	// with it.
	Environment *config.Environment
	Broken      error
	// Run runs a program in the root and returns what it prints; the error says
	// what it prints to standard error.
	Run func(ctx context.Context, program string, arguments ...string) (string, error)
	// Tools says whether the tools are ready, and whether the AWS plugin is the
	// stand-in.
	Tools func() (ready, standIn bool)
	// AWS is the user's own configuration for AWS.
	AWS func(ctx context.Context) (aws.Config, error)
}

// examination is one run through the checks. Later checks rest on what earlier
// ones found.
type examination struct {
	Surroundings
	// aws is set once the credentials are of the right account.
	aws *aws.Config
	// gitHub is set once GitHub answers.
	gitHub bool
}

// Check is one step on the way.
type Check struct {
	// Name is a word; docs/ci.md names it in the step that it confirms.
	Name  string
	Title string
	// of says what the check looks at, so that it can be left out.
	of   subject
	look func(*examination, context.Context) Finding
}

// subject is what a check looks at.
type subject int

const (
	machine  subject = iota // this machine and the checkout
	file                    // the environment file
	account                 // the AWS account
	pipeline                // GitHub
)

// Checks lists all checks in the order of the way.
func Checks() []Check {
	return []Check{
		{"go", "Go and Git are installed", machine, (*examination).lookAtGo},
		{"tools", "The pinned tools are ready", machine, (*examination).lookAtTools},
		{"environment", "The environment file is valid", machine, (*examination).lookAtEnvironment},
		{"account", "The environment file names your account", file, (*examination).lookAtExamples},
		{"repository", "The environment file names your repository", file, (*examination).lookAtRepository},
		{"owners", "Reviews are asked of your team", file, (*examination).lookAtOwners},
		{"workflows", "The workflows keep their rules", machine, (*examination).lookAtWorkflows},
		{"credentials", "You are signed in to the account", account, (*examination).lookAtCredentials},
		{"state", "Bucket and key of the state are as bootstrap leaves them", account, (*examination).lookAtState},
		{"roles", "The roles of the workflows exist", account, (*examination).lookAtRoles},
		{"github", "GitHub answers", pipeline, (*examination).lookAtGitHub},
		{"approval", "The GitHub environment asks for approval", pipeline, (*examination).lookAtApproval},
		{"branch", "The branch main is protected", pipeline, (*examination).lookAtBranch},
		{"variable", "The workflows are turned on for the environment", pipeline, (*examination).lookAtVariable},
	}
}

// Examine runs all checks, one after the other.
func Examine(ctx context.Context, s Surroundings) []Finding {
	e := &examination{Surroundings: s}
	var findings []Finding
	for _, c := range Checks() {
		found := e.examine(ctx, c)
		found.Check, found.Title = c.Name, c.Title
		findings = append(findings, found)
	}
	return findings
}

func (e *examination) examine(ctx context.Context, c Check) Finding {
	switch {
	case c.of == machine:
	case e.Environment == nil:
		return unseen("it takes a valid environment file", "correct "+e.File)
	case e.Environment.Target == config.Emulator:
		return Finding{State: Unused, Says: e.Name + " lives in an emulated AWS on this machine"}
	case c.of == account && c.Name != "credentials" && e.aws == nil && !e.inCloud(c):
		return unseen("it takes credentials of the account", "see the check credentials")
	case c.of == pipeline && c.Name != "github" && !e.gitHub:
		return unseen("it takes GitHub", "see the check github")
	}
	return c.look(e, ctx)
}

// Result is the worst of all findings: wrong, not yet, or ok.
func Result(findings []Finding) State {
	result := OK
	for _, f := range findings {
		switch f.State {
		case Wrong:
			return Wrong
		case Later:
			result = Later
		}
	}
	return result
}

// Next is the first finding that asks for something; nil when none does.
func Next(findings []Finding) *Finding {
	for i, f := range findings {
		if f.State == Wrong || f.State == Later {
			return &findings[i]
		}
	}
	return nil
}

func fine(says string) Finding            { return Finding{State: OK, Says: says} }
func later(says, way string) Finding      { return Finding{State: Later, Says: says, Way: way} }
func wrong(says, way string) Finding      { return Finding{State: Wrong, Says: says, Way: way} }
func unseen(says, way string) Finding     { return Finding{State: Unseen, Says: says, Way: way} }
func (f Finding) with(d []string) Finding { f.Details = d; return f }
