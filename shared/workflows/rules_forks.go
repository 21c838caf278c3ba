package workflows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var forkRules = []Rule{
	{
		Name: "forks-get-no-credentials", Control: Forks, check: forksGetNoCredentials,
		Holds: "a pull request gets AWS credentials only when it comes from this repository",
	},
	{
		Name: "no-secrets-on-pull-requests", Control: Forks, check: noSecretsOnPullRequests,
		Holds: "no job of a pull request reads a secret",
	},
	{
		Name: "read-only-roles", Control: Forks, check: readOnlyRoles,
		Holds: "what a pull request or the clock starts takes a role that only reads, but for the sandbox's",
	},
	{
		Name: "sandbox-destroys", Control: Forks, check: sandboxDestroys,
		Holds: "only the clock destroys, only in the sandbox environment, and with the sandbox's own role",
	},
}

// OwnPullRequest is the condition that tells a pull request of this repository
// from a fork's.
const OwnPullRequest = "github.event.pull_request.head.repo.full_name == github.repository"

const credentialsAction = "aws-actions/configure-aws-credentials"

// credentials are the steps of a job that get AWS credentials.
func (j Job) credentials() []Step {
	var out []Step
	for _, s := range j.Steps {
		if s.action() == credentialsAction {
			out = append(out, s)
		}
	}
	return out
}

func forksGetNoCredentials(all files) []Finding {
	var out []Finding
	for _, w := range all {
		for _, j := range w.Jobs {
			identifies := j.Permissions.Scope("id-token") != "none" || j.Permissions.All == "write-all" || len(j.credentials()) > 0
			switch {
			case w.Composite && len(j.credentials()) > 0:
				out = append(out, at(w, j, j.credentials()[0].Line, "a composite action takes AWS credentials, which its users do not show",
					"take them in the workflow's job, and hand on nothing"))
			case on(w, "pull_request") && identifies && !requires(j.If, OwnPullRequest):
				out = append(out, at(w, j, j.Line, "a fork's pull request could get AWS credentials", "add the condition if: "+OwnPullRequest))
			}
		}
	}
	return out
}

// requires reports whether a condition cannot hold unless want does: want is
// one of the parts that && joins.
func requires(condition, want string) bool {
	depth, start := 0, 0
	var parts []string
	for i := 0; i < len(condition); i++ {
		switch {
		case condition[i] == '(':
			depth++
		case condition[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(condition[i:], "||"):
			return false
		case depth == 0 && strings.HasPrefix(condition[i:], "&&"):
			parts = append(parts, condition[start:i])
			start = i + len("&&")
		}
	}
	parts = append(parts, condition[start:])
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Join(strings.Fields(part), " ") == want })
}

var secret = regexp.MustCompile(`\$\{\{[^}]*\bsecrets\b`)

func noSecretsOnPullRequests(all files) []Finding {
	const remedy = "use github.token for GitHub and OIDC for AWS"
	var out []Finding
	for _, w := range all.started("pull_request") {
		for _, e := range w.Env {
			if secret.MatchString(e.Value) {
				out = append(out, Finding{File: w.File, Line: e.Line, Message: "hands a secret to the code of a pull request: " + e.Value, Remedy: remedy})
			}
		}
		out = append(out, eachJob([]Workflow{w}, func(w Workflow, j Job) []Finding {
			var out []Finding
			if j.Secrets == "inherit" {
				out = append(out, at(w, j, j.Line, "hands all secrets on: secrets: inherit", remedy))
			}
			for _, v := range j.values {
				if secret.MatchString(v.Value) {
					out = append(out, at(w, j, v.Line, "hands a secret to the code of a pull request: "+v.Value, remedy))
				}
			}
			return out
		})...)
	}
	return out
}

// roles says how the names of roles begin and end that an event may take; the
// security stack makes the roles with these names.
var roles = []struct {
	event string
	role  *regexp.Regexp
	like  string
}{
	{"pull_request", regexp.MustCompile(`:role/ringfence-[^/]+-preview$`), "ringfence-<environment>-preview"},
	{"schedule", regexp.MustCompile(`:role/ringfence-[^/]+-drift$`), "ringfence-<environment>-drift"},
}

func readOnlyRoles(all files) []Finding {
	var out []Finding
	for _, r := range roles {
		out = append(out, eachJob(all.started(r.event), func(w Workflow, j Job) []Finding {
			var out []Finding
			for _, s := range j.credentials() {
				role, _ := entry(s.With, "role-to-assume")
				if !r.role.MatchString(role.Value) && !(r.event == "schedule" && sandboxRole.MatchString(role.Value)) {
					out = append(out, at(w, j, s.Line, fmt.Sprintf("runs on %s and takes role %q", r.event, role.Value), "take "+r.like+", which only reads"))
				}
			}
			return out
		})...)
	}
	return out
}

var (
	// sandboxRole is the role that bootstrap makes in the sandbox account. It may
	// destroy; no role that the estate makes may.
	sandboxRole = regexp.MustCompile(`:role/ringfence-\$\{\{ vars\.RINGFENCE_SANDBOX \}\}-integration$`)
	destroys    = regexp.MustCompile(`\./ringfence (janitor|destroy|unlock)\b`)
)

// destroysAlways reports whether a step destroys whatever became of those before it.
func destroysAlways(s Step) bool {
	return strings.Contains(s.Run, "./ringfence destroy") && requires(s.If, "always()")
}

const (
	sandbox           = "${{ vars.RINGFENCE_SANDBOX }}"
	environmentAction = "./.github/actions/environment"
)

func sandboxDestroys(all files) []Finding {
	return eachJob(all, func(w Workflow, j Job) []Finding {
		takes := slices.ContainsFunc(j.credentials(), func(s Step) bool {
			role, _ := entry(s.With, "role-to-assume")
			return sandboxRole.MatchString(role.Value)
		})
		if !takes && !j.matches(destroys) {
			return nil
		}
		var out []Finding
		if !takes && len(j.credentials()) == 0 { // another role is for read-only-roles to judge
			out = append(out, at(w, j, j.Line, "destroys without the role of the sandbox account", "take role/ringfence-"+sandbox+"-integration"))
		}
		if takes && j.Runs("./ringfence up") && !slices.ContainsFunc(j.Steps, destroysAlways) {
			out = append(out, at(w, j, j.Line, "deploys the sandbox, and what a failure leaves stands until the janitor comes",
				"end with a step that runs ./ringfence destroy if: always()"))
		}
		if !on(w, "schedule") || on(w, "pull_request") || on(w, "push") {
			out = append(out, at(w, j, j.Line, "can be started by a change, and may destroy", "let the clock start it"))
		}
		for _, s := range j.Steps {
			name, _ := entry(s.With, "name")
			if s.Uses == environmentAction && name.Value != sandbox {
				out = append(out, at(w, j, s.Line, "may destroy environment "+name.Value, "let it work on "+sandbox))
			}
		}
		if takes && j.Environment != sandbox {
			out = append(out, at(w, j, j.Line, fmt.Sprintf("takes the sandbox's role in GitHub environment %q, which the role does not trust", j.Environment),
				"write environment: "+sandbox))
		}
		return out
	})
}
