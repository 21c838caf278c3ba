package workflows

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/golden"
)

const (
	commit = "0123456789abcdef0123456789abcdef01234567"
	base   = "89abcdef0123456789abcdef0123456789abcdef"
)

// pullRequest is the event of a pull request whose commits lie in a repository.
func pullRequest(from string) map[string]any {
	return map[string]any{"pull_request": map[string]any{
		"number": 7, "base": map[string]any{"sha": base}, "head": map[string]any{"sha": commit, "repo": map[string]any{"full_name": from}},
	}}
}

// private is the event of a repository that not everybody may see.
var private = map[string]any{"repository": map[string]any{"full_name": "o/r", "default_branch": "main", "private": true}}

func byBot(id int, number int, body string) map[string]any {
	return map[string]any{"id": id, "number": number, "body": body, "user": map[string]any{"login": "github-actions[bot]"}}
}

func byStranger(id int, number int, body string) map[string]any {
	return map[string]any{"id": id, "number": number, "body": body, "user": map[string]any{"login": "stranger"}}
}

// What ./ringfence affected and preview print.
const (
	allAffected = `{"stack": ["network", "security", "data", "audit"]}`
	noneIs      = `{"stack": []}`
	allChange   = `{"stacks": [
		{"stack": "network", "created": 1, "exact": true},
		{"stack": "security", "deleted": 1, "exact": true},
		{"stack": "data", "exact": false},
		{"stack": "audit", "outputsChange": true, "exact": true}
	]}`
	ntwoChange = `{"stacks": [{"stack": "network", "exact": true}, {"stack": "security", "exact": true}]}`
	twoChange  = `{"stacks": [{"stack": "network", "exact": true}, {"stack": "security", "exact": true},
		{"stack": "data", "updated": 2, "exact": true}, {"stack": "audit", "readsChange": true, "exact": true}]}`
)

// What ./ringfence drift prints.
const (
	clean   = `{"result": "done", "drifted": false, "stacks": [{"stack": "data", "result": "done", "drifts": []}]}`
	found   = `{"result": "failed", "drifted": true, "stacks": [{"stack": "data", "result": "done", "drifts": [{"urn": "u"}]}]}`
	unknown = `{"error": "the account is another one"}`

	// inWords is what it and ./ringfence janitor write for people.
	inWords = "### critical: BucketPolicy data\n\n$(gh hacked) `gh hacked`\n"
)

const (
	previewMark = "<!-- ringfence: preview -->\n"
	janitorMark = "<!-- ringfence: janitor of ephemeral -->"
)

var scenarios = []struct {
	name string
	scenario
	// green says whether the run is to succeed.
	green bool
	// says is part of what GitHub shows of the run.
	says string
}{
	{"a merge is deployed", scenario{workflow: "deploy.yml", event: "push", environments: `["dev","prod"]`}, true, ""},
	{"a stack fails", scenario{workflow: "deploy.yml", event: "push", environments: `["dev","prod"]`, fails: "dev --stack security"}, false, ""},
	{"an environment is left out", scenario{workflow: "deploy.yml", event: "push", environments: `["prod"]`}, true, ""},
	{"a merge changes one stack and what another one reads", scenario{workflow: "deploy.yml", event: "push", environments: `["dev"]`, preview: twoChange}, true, ""},
	{"a merge changes nothing", scenario{workflow: "deploy.yml", event: "push", environments: `["dev"]`, preview: ntwoChange}, true, ""},
	{"a merge would be refused", scenario{workflow: "deploy.yml", event: "push", environments: `["dev","prod"]`, fails: "preview"}, false, ""},
	{"the first stack fails", scenario{workflow: "deploy.yml", event: "push", environments: `["dev"]`, fails: "up --env dev --stack network"}, false, ""},
	{"no report can be made", scenario{workflow: "deploy.yml", event: "push", environments: `["dev","prod"]`, preview: ntwoChange, fails: "report"}, false, ""},
	{"a merge in a private repository", scenario{workflow: "deploy.yml", event: "push", environments: `["dev"]`, preview: ntwoChange,
		payload: private}, true, "::notice title=The evidence of dev is not attested::"},
	{"a merge in a private repository with attestations", scenario{workflow: "deploy.yml", event: "push", environments: `["dev"]`, preview: ntwoChange,
		payload: private, attestations: "true"}, true, ""},
	{"nothing is set up", scenario{workflow: "deploy.yml", event: "push"}, true, ""},

	{"a pull request", scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev","prod"]`, payload: pullRequest("o/r"),
		listed: []map[string]any{byBot(1, 0, "of another workflow"), byStranger(2, 0, previewMark+"forged")}}, true, ""},
	{"a pull request is pushed again", scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev"]`, payload: pullRequest("o/r"),
		listed: []map[string]any{byStranger(2, 0, previewMark+"forged"), byBot(3, 0, previewMark+"of before")}}, true, ""},
	{"a pull request affects no stack", scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev"]`, affected: noneIs, payload: pullRequest("o/r")}, true, ""},
	{"the tests of a pull request fail", scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev"]`, payload: pullRequest("o/r"), fails: "lint"}, false, ""},
	{"a preview fails", scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev"]`, payload: pullRequest("o/r"), fails: "preview"}, false, ""},
	{"a pull request of a fork", scenario{workflow: "preview.yml", event: "pull_request", environments: `["dev"]`, payload: pullRequest("stranger/r")}, true, "it gets no AWS credentials"},
	{"a pull request where nothing is set up", scenario{workflow: "preview.yml", event: "pull_request", payload: pullRequest("o/r")}, true, ""},

	{"drift is found", scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`, fails: "drift", drift: found, issue: inWords,
		listed: []map[string]any{byStranger(1, 1, "<!-- ringfence: drift in dev -->"), byBot(2, 2, "<!-- ringfence: drift in prod -->")}}, true, ""},
	{"drift is found again", scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`, fails: "drift", drift: found, issue: inWords,
		listed: []map[string]any{byBot(2, 2, "<!-- ringfence: drift in prod -->"), byBot(5, 5, "<!-- ringfence: drift in dev -->")}}, true, ""},
	{"drift is gone", scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`, drift: clean,
		listed: []map[string]any{byBot(5, 5, "<!-- ringfence: drift in dev -->")}}, true, ""},
	{"drift was never there", scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`, drift: clean}, true, ""},
	{"drift could not be looked for", scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`, fails: "drift", drift: unknown,
		listed: []map[string]any{byBot(5, 5, "<!-- ringfence: drift in dev -->")}}, false, "the account is another one"},
	{"drift ends without a word", scenario{workflow: "drift.yml", event: "schedule", environments: `["dev"]`, fails: "drift",
		listed: []map[string]any{byBot(5, 5, "<!-- ringfence: drift in dev -->")}}, false, "ended with 1"},

	{"the janitor finds nothing", scenario{workflow: "janitor.yml", event: "schedule", sandbox: "ephemeral"}, true, ""},
	{"the janitor leaves something to people", scenario{workflow: "janitor.yml", event: "schedule", sandbox: "ephemeral", fails: "janitor", issue: inWords,
		listed: []map[string]any{byStranger(1, 1, janitorMark), byBot(2, 2, "<!-- ringfence: drift in ephemeral -->")}}, false, ""},
	{"the janitor leaves it again", scenario{workflow: "janitor.yml", event: "schedule", sandbox: "ephemeral", issue: inWords,
		listed: []map[string]any{byBot(5, 5, janitorMark)}}, true, ""},
	{"nothing is left over any more", scenario{workflow: "janitor.yml", event: "schedule", sandbox: "ephemeral",
		listed: []map[string]any{byBot(5, 5, janitorMark)}}, true, ""},
	{"there is no sandbox", scenario{workflow: "janitor.yml", event: "schedule", environments: `["dev"]`}, true, ""},

	{"a night", scenario{workflow: "nightly.yml", event: "schedule"}, true, "::notice title=The live level was not run::"},
	{"a night with a sandbox", scenario{workflow: "nightly.yml", event: "schedule", sandbox: "ephemeral"}, true, ""},
	{"a night in which AWS allows too much", scenario{workflow: "nightly.yml", event: "schedule", sandbox: "ephemeral", fails: "test --live"}, false, ""},
	{"a night in which the deployment fails", scenario{workflow: "nightly.yml", event: "schedule", sandbox: "ephemeral", fails: "up --env"}, false, ""},
	{"a night in which the destruction fails", scenario{workflow: "nightly.yml", event: "schedule", sandbox: "ephemeral", fails: "destroy"}, false, ""},
	{"an input that is a script", scenario{workflow: "nightly.yml", event: "workflow_dispatch", inputs: map[string]string{"fuzz-time": "1s; gh hacked"}}, true, ""},
	{"a version", scenario{workflow: "release.yml", event: "push", payload: map[string]any{"ref": "refs/tags/v1.2.3"}}, true, ""},
}

func TestEngineWorkflowsRun(t *testing.T) {
	t.Parallel() // beside the standing estate, which waits for AWS most of its time
	var files []string
	for _, s := range scenarios {
		file := strings.ReplaceAll(s.name, " ", "-") + ".txt"
		files = append(files, file)
		t.Run(s.name, func(t *testing.T) {
			r := s.run(t)
			if r.Green != s.green {
				t.Errorf("green is %v, want %v\n%s", r.Green, s.green, r.Log)
			}
			if !strings.Contains(r.Log, s.says) {
				t.Errorf("want it to say %q\n%s", s.says, r.Log)
			}
			golden.Check(t, filepath.Join("testdata/runs", file), fmt.Appendf(nil, "%s\ngreen: %v\n", r.Calls, r.Green))
		})
	}
	golden.CheckDir(t, "testdata/runs", files)
}
