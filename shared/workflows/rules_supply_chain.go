package workflows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var supplyChainRules = []Rule{
	{
		Name: "no-permissions-by-default", Control: SupplyChain, check: noPermissionsByDefault,
		Holds: "a workflow grants nothing at the top, and every job states what it needs",
	},
	{
		Name: "least-permissions", Control: SupplyChain, check: leastPermissions,
		Holds: "a job has only those permissions that the work of its workflow takes",
	},
	{
		Name: "writers-run-no-code", Control: SupplyChain, check: writersRunNoCode,
		Holds: "a job that may write to GitHub has no code of the repository",
	},
	{
		Name: "pinned-actions", Control: SupplyChain, check: pinnedActions,
		Holds: "a foreign action is pinned by its full commit, with its version in a comment",
	},
	{
		Name: "trusted-triggers", Control: SupplyChain, check: trustedTriggers,
		Holds: "no workflow runs with the repository's rights on behalf of a stranger",
	},
	{
		Name: "no-long-lived-keys", Control: SupplyChain, check: noLongLivedKeys,
		Holds: "credentials come from OIDC, and no key or passphrase is handed to a job",
	},
	{
		Name: "no-expressions-in-scripts", Control: SupplyChain, check: noExpressionsInScripts,
		Holds: "values reach scripts through the environment, never through the text of the script",
	},
	{
		Name: "checkout-forgets-token", Control: SupplyChain, check: checkoutForgetsToken,
		Holds: "a checkout leaves no token behind",
	},
}

func noPermissionsByDefault(all files) []Finding {
	var out []Finding
	for _, w := range all {
		if w.Composite {
			continue
		}
		if p := w.Permissions; p.Line == 0 || p.All != "" || len(p.Scopes) > 0 {
			out = append(out, Finding{File: w.File, Line: p.Line, Message: "the workflow grants permissions to all its jobs",
				Remedy: "write `permissions: {}` at the top, and at each job what it needs"})
		}
		for _, j := range w.Jobs {
			if j.Permissions.Line == 0 {
				out = append(out, at(w, j, j.Line, "states no permissions", "state them, `permissions: {}` for none"))
			}
		}
	}
	return out
}

// granted says when a job may have a permission: the only ones there are.
var granted = []struct {
	scope, level, when string
	may                func(files, Workflow, Job) bool
}{
	{"contents", "read", "", func(files, Workflow, Job) bool { return true }},
	{"contents", "write", "in a workflow that a tag starts", func(_ files, w Workflow, _ Job) bool { return onTag(w) }},
	{"id-token", "write", "to get credentials from AWS, or to attest, and with no other write permission", mayIdentify},
	{"attestations", "write", "to attest, without credentials of AWS, in a workflow that deploys", mayAttest},
	{"pull-requests", "write", "in a workflow of pull requests", func(_ files, w Workflow, _ Job) bool { return on(w, "pull_request") }},
	{"issues", "write", "in a workflow that runs by the clock", func(_ files, w Workflow, _ Job) bool { return on(w, "schedule") }},
}

func on(w Workflow, event string) bool { _, found := w.On(event); return found }

func onTag(w Workflow) bool {
	push, found := w.On("push")
	return found && len(push.Tags) > 0 && len(push.Branches) == 0
}

// mayIdentify leaves it to mayAttest where a job may attest.
func mayIdentify(all files, _ Workflow, j Job) bool {
	identifies := func(j Job) bool { return len(j.credentials()) > 0 || j.attests() }
	more := slices.DeleteFunc(writes(j), func(scope string) bool { return scope == "attestations" })
	return all.does(j, identifies) && len(more) == 0
}

func mayAttest(all files, w Workflow, j Job) bool {
	return all.does(j, Job.attests) && len(j.credentials()) == 0 && len(deploying(all.reached(w))) > 0
}

// does reports whether a job is as wanted, or one of the workflow that it calls.
func (all files) does(j Job, wanted func(Job) bool) bool {
	called, found := all.called(j)
	return wanted(j) || found && slices.ContainsFunc(called.Jobs, func(j Job) bool { return all.does(j, wanted) })
}

// attests reports whether a job signs something with the workflow's identity.
func (j Job) attests() bool {
	return slices.ContainsFunc(j.Steps, func(s Step) bool { return s.action() == "actions/attest" })
}

func leastPermissions(all files) []Finding {
	return eachJob(all, func(w Workflow, j Job) []Finding {
		var out []Finding
		if j.Permissions.All != "" {
			out = append(out, at(w, j, j.Permissions.Line, "has permissions: "+j.Permissions.All, "list the scopes it needs"))
		}
		for _, scope := range j.Permissions.Scopes {
			if scope.Value == "none" {
				continue
			}
			remedy := "leave it out"
			allowed := false
			for _, g := range granted {
				if g.scope == scope.Key && g.level == scope.Value {
					remedy += "; it may be had " + g.when
					allowed = g.may(all, w, j)
				}
			}
			if !allowed {
				out = append(out, at(w, j, scope.Line, fmt.Sprintf("has permission %s: %s", scope.Key, scope.Value), remedy))
			}
		}
		return out
	})
}

// writes are the permissions of a job to change something on GitHub.
func writes(j Job) []string {
	var out []string
	if j.Permissions.All == "write-all" {
		out = append(out, "everything")
	}
	for _, scope := range j.Permissions.Scopes {
		if scope.Value == "write" && scope.Key != "id-token" {
			out = append(out, scope.Key)
		}
	}
	return out
}

func writersRunNoCode(all files) []Finding {
	return eachJob(all, func(w Workflow, j Job) []Finding {
		if len(writes(j)) == 0 {
			return nil
		}
		var out []Finding
		for _, s := range j.Steps {
			local := strings.HasPrefix(s.Uses, "./")
			if s.action() == "actions/checkout" || local || fetches.MatchString(s.Run) {
				out = append(out, at(w, j, s.Line, fmt.Sprintf("may write %s and gets code of the repository", strings.Join(writes(j), ", ")),
					"let one job run the code and upload its result, and another one download the result and write"))
			}
		}
		return out
	})
}

// fetches finds the ways of a script to the code of a repository.
var fetches = regexp.MustCompile(`\bgit (clone|fetch|pull|checkout)\b|\bgh (repo clone|pr checkout)\b`)

var (
	pinned  = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	digest  = regexp.MustCompile(`^docker://.+@sha256:[0-9a-f]{64}$`)
	version = regexp.MustCompile(`^# v\d+(\.\d+)*\b`)
)

func pinnedActions(all files) []Finding {
	check := func(w Workflow, j Job, uses, comment string, line int) []Finding {
		switch {
		case uses == "" || strings.HasPrefix(uses, "./") || digest.MatchString(uses):
			return nil
		case !pinned.MatchString(uses):
			return []Finding{at(w, j, line, uses+" is not pinned: its owner can replace what runs here",
				"write the full commit of the version, owner/name@<40 hex digits> # v1.2.3")}
		case !version.MatchString(comment):
			return []Finding{at(w, j, line, uses+" does not say its version", "add it as a comment, # v1.2.3")}
		}
		return nil
	}
	return eachJob(all, func(w Workflow, j Job) []Finding {
		out := check(w, j, j.Uses, "", j.Line)
		for _, s := range j.Steps {
			out = append(out, check(w, j, s.Uses, s.Comment, s.UsesLine)...)
		}
		return out
	})
}

// untrusted are the events that run the default branch's workflow, with its
// rights, on what a stranger sent.
var untrusted = []string{"pull_request_target", "workflow_run", "issue_comment", "issues", "pull_request_review", "pull_request_review_comment", "discussion", "discussion_comment"}

func trustedTriggers(all files) []Finding {
	var out []Finding
	for _, w := range all {
		for _, t := range w.Triggers {
			if slices.Contains(untrusted, t.Event) {
				out = append(out, Finding{File: w.File, Line: t.Line, Message: "anybody can start it: on " + t.Event,
					Remedy: "use pull_request, which gives a fork neither secrets nor a token that writes"})
			}
		}
	}
	return out
}

// longLived names credentials that stay valid until somebody revokes them.
var longLived = regexp.MustCompile(`(?i)\baws[-_](access[-_]key[-_]id|secret[-_]access[-_]key|session[-_]token)\b|\bPULUMI_(CONFIG_PASSPHRASE(_FILE)?|ACCESS_TOKEN)\b`)

func noLongLivedKeys(all files) []Finding {
	const remedy = "let OIDC give the job a role (id-token: write), and let AWS KMS encrypt the state (state.secretsProvider)"
	var out []Finding
	for _, w := range all {
		for _, e := range w.Env {
			if longLived.MatchString(e.Key + " " + e.Value) {
				out = append(out, Finding{File: w.File, Line: e.Line, Message: "hands a long-lived key to all jobs: " + e.Key, Remedy: remedy})
			}
		}
	}
	return append(out, eachJob(all, func(w Workflow, j Job) []Finding {
		var out []Finding
		for _, v := range j.values {
			if found := longLived.FindString(v.Key + " " + v.Value); found != "" {
				out = append(out, at(w, j, v.Line, "uses a long-lived key: "+found, remedy))
			}
		}
		for _, s := range j.credentials() {
			if _, found := entry(s.With, "role-to-assume"); !found {
				out = append(out, at(w, j, s.Line, "takes AWS credentials without a role", "name the role in role-to-assume"))
			}
		}
		return out
	})...)
}

func noExpressionsInScripts(all files) []Finding {
	return eachJob(all, func(w Workflow, j Job) []Finding {
		var out []Finding
		for _, s := range j.Steps {
			script, line := s.Run, s.RunLine
			if given, found := entry(s.With, "script"); found {
				script, line = given.Value, given.Line
			}
			if i := strings.Index(script, "${{"); i >= 0 {
				expression, _, _ := strings.Cut(script[i:], "}}")
				out = append(out, at(w, j, line, "pastes "+expression+"}} into a script, and whoever sets the value writes the script",
					"put it in the step's env, and use the variable in quotes"))
			}
		}
		return out
	})
}

func checkoutForgetsToken(all files) []Finding {
	return eachJob(all, func(w Workflow, j Job) []Finding {
		var out []Finding
		for _, s := range j.Steps {
			if kept, _ := entry(s.With, "persist-credentials"); s.action() == "actions/checkout" && kept.Value != "false" {
				out = append(out, at(w, j, s.Line, "leaves the job's token in .git, where every later step can read it", "set persist-credentials: false"))
			}
		}
		return out
	})
}
