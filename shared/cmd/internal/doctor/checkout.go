package doctor

import (
	"context"
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/workflows"
)

var goDirective = regexp.MustCompile(`(?m)^go (\S+)$`)

func (e *examination) lookAtGo(ctx context.Context) Finding {
	const way = "install Go (https://go.dev/dl) and Git"
	work, err := os.ReadFile(filepath.Join(e.Root, "go.work"))
	if err != nil {
		return wrong(err.Error(), "work in a whole checkout")
	}
	wanted := "go" + goDirective.FindStringSubmatch(string(work) + "\ngo 0\n")[1]
	has, err := e.Run(ctx, "go", "env", "GOVERSION")
	has = strings.TrimSpace(has)
	switch {
	case err != nil:
		return wrong("Go does not run: "+err.Error(), way)
	case version.IsValid(has) && version.Compare(has, wanted) < 0:
		return wrong(fmt.Sprintf("Go is %s, and go.work asks for %s or newer", has, wanted), way)
	}
	if _, err := e.Run(ctx, "git", "--version"); err != nil {
		return wrong("Git does not run: "+err.Error(), way)
	}
	return fine(has)
}

func (e *examination) lookAtTools(context.Context) Finding {
	ready, standIn := e.Tools()
	real := e.Environment != nil && e.Environment.Target == config.AWS
	switch {
	case !ready:
		return later("they are still to be made", "./ringfence tools")
	case standIn && real:
		return wrong("the AWS plugin is the stand-in, which is for trial and test",
			"where Pulumi's own can be downloaded: rm .ringfence/tools.json && ./ringfence tools")
	case standIn:
		return fine("the AWS plugin is the stand-in, for trial and test")
	}
	return fine("the AWS plugin is Pulumi's own")
}

func (e *examination) lookAtEnvironment(context.Context) Finding {
	if e.Broken != nil {
		lines := strings.Split(e.Broken.Error(), "\n")
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		return wrong(strings.TrimSuffix(lines[0], ":"), "correct it; an editor that knows its schema helps").with(lines[1:])
	}
	return fine(e.File)
}

// sameDigit matches the ids that stand for an account in examples.
var sameDigit = regexp.MustCompile(`^(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)$`)

// lookAtExamples finds what the repository came with and nobody has replaced.
func (e *examination) lookAtExamples(context.Context) Finding {
	var left []string
	if id := e.Environment.AccountID; sameDigit.MatchString(id) || id == "123456789012" {
		left = append(left, "accountId is "+id)
	}
	for i, email := range e.Environment.Alarms.Emails {
		if strings.HasSuffix(email, "@example.com") {
			left = append(left, fmt.Sprintf("alarms.emails[%d] is %s", i, email))
		}
	}
	if len(e.Environment.Access.Deployers) == 0 {
		left = append(left, "access.deployers names nobody who may deploy")
	}
	if len(left) > 0 {
		return later("the file still has examples", "replace them in "+e.File).with(left)
	}
	return fine("account " + e.Environment.AccountID + ", " + e.Environment.Region)
}

var remoteURL = regexp.MustCompile(`[/:]([^/:]+/[^/]+?)(\.git)?/?$`)

func (e *examination) lookAtRepository(ctx context.Context) Finding {
	named := e.Environment.GitHub.Repository
	way := "set github.repository in " + e.File + " to yours, as owner/name"
	if named == config.ExampleRepository {
		return later("github.repository is "+named+", the example", way)
	}
	url, err := e.Run(ctx, "git", "remote", "get-url", "origin")
	if err != nil {
		return unseen("this checkout has no remote origin to compare "+named+" with", "git remote add origin <address>")
	}
	match := remoteURL.FindStringSubmatch(strings.TrimSpace(url))
	switch {
	case match == nil:
		return unseen("the remote origin is no repository of GitHub, so it cannot be compared with "+named, "")
	case !strings.EqualFold(match[1], named):
		return wrong(fmt.Sprintf("github.repository is %s, and the remote origin is %s: the workflows of %[2]s would get in nowhere", named, match[1]), way)
	case match[1] != named:
		return wrong(fmt.Sprintf("github.repository is %s, and GitHub writes it %s: AWS compares the letters", named, match[1]), way)
	}
	return fine(named)
}

func (e *examination) lookAtOwners(context.Context) Finding {
	const owners, way = ".github/CODEOWNERS", "name your team in .github/CODEOWNERS"
	content, err := os.ReadFile(filepath.Join(e.Root, filepath.FromSlash(owners)))
	switch {
	case err != nil:
		return wrong("there is no "+owners+": nobody must review the policies", way)
	case strings.Contains(string(content), "@ringfence/"):
		return later(owners+" names Ringfence's own team", way)
	}
	return fine(owners)
}

func (e *examination) lookAtWorkflows(context.Context) Finding {
	all, err := workflows.Load(filepath.Join(e.Root, ".github"))
	if err != nil {
		return wrong(err.Error(), "correct the file")
	}
	findings := workflows.Check(all)
	if len(findings) == 0 {
		return fine(fmt.Sprintf("%d rules hold in %d files", len(workflows.Rules()), len(all)))
	}
	var details []string
	for _, f := range findings {
		details = append(details, f.String())
	}
	return wrong("rules are broken", "mend what is listed; docs/workflows.md says why").with(details)
}
