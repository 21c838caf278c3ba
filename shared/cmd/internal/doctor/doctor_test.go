package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/config"
)

// A step that the documentation names and nothing confirms, or a check that no
// step leads to, is of no help.
func TestUnitDocumentationFollowsTheChecks(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "docs", "ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented, checks []string
	steps := strings.Split(string(content), "\n## ")[1:]
	number := 0
	for _, step := range steps {
		title, _, _ := strings.Cut(step, "\n")
		if !regexp.MustCompile(`^\d+\. `).MatchString(title) {
			continue
		}
		number++
		if !strings.HasPrefix(title, string(rune('0'+number))+". ") && number < 10 {
			t.Errorf("step %d is called %q", number, title)
		}
		confirmed := regexp.MustCompile(`(?m)^Confirmed by (.*)\.$`).FindStringSubmatch(step)
		if confirmed == nil {
			t.Errorf("step %q is confirmed by nothing", title)
			continue
		}
		for _, name := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(confirmed[1], -1) {
			documented = append(documented, name[1])
		}
	}
	for _, c := range Checks() {
		checks = append(checks, c.Name)
	}
	if !slices.Equal(documented, checks) {
		t.Errorf("docs/ci.md has the checks\n%v\nand doctor\n%v", documented, checks)
	}
}

func TestUnitEverythingSetUpButUnreachable(t *testing.T) {
	w := newWorld(t)
	findings := Examine(t.Context(), w.Surroundings)
	for check, state := range states(findings) {
		want := OK
		if check == "credentials" || check == "state" || check == "roles" {
			want = Unseen
		}
		if state != want {
			t.Errorf("%s: %+v, want %s", check, one(t, findings, check), want)
		}
	}
	if Result(findings) != OK || Next(findings) != nil {
		t.Errorf("the result is %s, next %+v", Result(findings), Next(findings))
	}
}

// Every single thing that can be otherwise, and what is said of it.
func TestUnitFindings(t *testing.T) {
	const api = "gh api repos/octo/fence"
	tests := []struct {
		name   string
		change func(*world)
		check  string
		want   State
		says   string
	}{
		{"Go is old", func(w *world) { w.answers["go env GOVERSION"] = "go1.25.9" }, "go", Wrong, "go.work asks for go1.26.0"},
		{"Go is a development version", func(w *world) { w.answers["go env GOVERSION"] = "devel go1.28-abc" }, "go", OK, ""},
		{"no Go", func(w *world) { delete(w.answers, "go env GOVERSION") }, "go", Wrong, "Go does not run"},
		{"no Git", func(w *world) { delete(w.answers, "git --version") }, "go", Wrong, "Git does not run"},
		{"no tools", func(w *world) { w.Tools = func() (bool, bool) { return false, false } }, "tools", Later, "still to be made"},
		{"the stand-in", func(w *world) { w.Tools = func() (bool, bool) { return true, true } }, "tools", Wrong, "stand-in"},
		{"a broken file", func(w *world) {
			w.Environment, w.Broken = nil, errors.New("dev.yaml has 1 problem:\n  line 3: regin: unknown key")
		}, "environment", Wrong, "dev.yaml has 1 problem"},
		{"after a broken file", func(w *world) { w.Environment, w.Broken = nil, errors.New("broken") }, "variable", Unseen, "takes a valid environment file"},
		{"an example's account", func(w *world) { w.Environment.AccountID = "222222222222" }, "account", Later, "examples"},
		{"the emulator's account", func(w *world) { w.Environment.AccountID = "123456789012" }, "account", Later, "examples"},
		{"an example's address", func(w *world) { w.Environment.Alarms.Emails = []string{"a@example.com"} }, "account", Later, "examples"},
		{"nobody deploys", func(w *world) { w.Environment.Access.Deployers = nil }, "account", Later, "examples"},
		{"an example's repository", func(w *world) { w.Environment.GitHub.Repository = "acme/ringfence" }, "repository", Later, "the example"},
		{"another remote", func(w *world) { w.answers["git remote get-url origin"] = "https://github.com/eve/fence" }, "repository", Wrong, "remote origin is eve/fence"},
		{"other letters", func(w *world) { w.answers["git remote get-url origin"] = "https://github.com/Octo/fence.git" }, "repository", Wrong, "AWS compares the letters"},
		{"no remote", func(w *world) { w.answers["git remote get-url origin"] = "!error: No such remote 'origin'" }, "repository", Unseen, "no remote"},
		{"a remote that is a folder", func(w *world) { w.answers["git remote get-url origin"] = "elsewhere" }, "repository", Unseen, "no repository of GitHub"},
		{"Ringfence's team", func(w *world) { w.file(".github/CODEOWNERS", "* @ringfence/security") }, "owners", Later, "Ringfence's own team"},
		{"no owners", func(w *world) { _ = os.Remove(filepath.Join(w.Root, ".github/CODEOWNERS")) }, "owners", Wrong, "nobody must review"},
		{"a workflow is missing", func(w *world) { _ = os.Remove(filepath.Join(w.Root, ".github/workflows/drift.yml")) }, "workflows", Wrong, "rules are broken"},
		{"a workflow is no YAML", func(w *world) { w.file(".github/workflows/x.yml", "a: [") }, "workflows", Wrong, "x.yml"},
		{"no credentials", func(w *world) { w.AWS = nobody }, "credentials", Later, "sign in"},
		{"a broken configuration", func(w *world) {
			w.AWS = func(context.Context) (aws.Config, error) { return aws.Config{}, errors.New("no profile x") }
		}, "credentials", Wrong, "no profile x"},
		{"Pulumi Cloud", func(w *world) { w.Environment.State = config.State{Backend: "https://api.pulumi.com"} }, "state", OK, "Pulumi Cloud"},
		{"no gh", func(w *world) { delete(w.answers, "gh --version") }, "github", Unseen, "no gh"},
		{"after no gh", func(w *world) { delete(w.answers, "gh --version") }, "branch", Unseen, "takes GitHub"},
		{"gh is not signed in", func(w *world) { w.answers["gh auth status"] = "!You are not logged into any GitHub hosts" }, "github", Unseen, "not signed in"},
		{"GitHub is away", func(w *world) { w.answers[api] = "!dial tcp: no such host" }, "github", Unseen, "no such host"},
		{"no such repository", func(w *world) { delete(w.answers, api) }, "github", Wrong, "knows no repository octo/fence"},
		{"a renamed repository", func(w *world) { w.answers[api] = `{"full_name": "octo/wall"}` }, "github", Wrong, "octo/wall now"},
		{"numbers are not set", func(w *world) { w.Environment.GitHub.OwnerID, w.Environment.GitHub.RepositoryID = "", "" }, "github", Wrong, "carry its numbers"},
		{"old enough for none", func(w *world) {
			w.Environment.GitHub.OwnerID, w.Environment.GitHub.RepositoryID = "", ""
			w.answers[api] = `{"full_name": "octo/fence", "created_at": "2025-01-01T00:00:00Z"}`
		}, "github", OK, ""},
		{"other numbers", func(w *world) { w.Environment.GitHub.RepositoryID = "23" }, "github", Wrong, `github.repositoryId "23"`},
		{"no GitHub environment", func(w *world) { delete(w.answers, api+"/environments/dev") }, "approval", Later, "no environment dev"},
		{"nobody is asked", func(w *world) { w.answers[api+"/environments/dev"] = `{"deployment_branch_policy": {}}` }, "approval", Wrong, "open"},
		{"any branch", func(w *world) {
			w.answers[api+"/environments/dev"] = `{"protection_rules": [{"type": "required_reviewers"}], "deployment_branch_policy": null}`
		}, "approval", Wrong, "open"},
		{"any protected branch", func(w *world) {
			w.answers[api+"/environments/dev"] = `{"protection_rules": [{"type": "required_reviewers"}], "deployment_branch_policy": {"protected_branches": true}}`
		}, "approval", Wrong, "open"},
		{"a pattern of branches", func(w *world) {
			w.answers[api+"/environments/dev/deployment-branch-policies"] = `{"branch_policies": [{"name": "main", "type": "branch"}, {"name": "*", "type": "branch"}]}`
		}, "approval", Wrong, "open"},
		{"a tag called main", func(w *world) {
			w.answers[api+"/environments/dev/deployment-branch-policies"] = `{"branch_policies": [{"name": "main", "type": "tag"}]}`
		}, "approval", Wrong, "open"},
		{"the branches are not shown", func(w *world) {
			delete(w.answers, api+"/environments/dev/deployment-branch-policies")
		}, "approval", Unseen, "not shown"},
		{"not allowed to see the branches", func(w *world) {
			w.answers[api+"/environments/dev/deployment-branch-policies"] = "!gh: Forbidden (HTTP 403)"
		}, "approval", Unseen, "HTTP 403"},
		{"not allowed to look", func(w *world) { w.answers[api+"/environments/dev"] = "!gh: Forbidden (HTTP 403)" }, "approval", Unseen, "HTTP 403"},
		{"nothing protects main", func(w *world) {
			delete(w.answers, api+"/rules/branches/main")
			w.answers[api+"/branches/main/protection"] = "!gh: Branch not protected (HTTP 404)"
		}, "branch", Later, "nothing protects main"},
		{"only administrators see it", func(w *world) { delete(w.answers, api+"/branches/main/protection") }, "branch", Unseen, "administrators only"},
		{"one check is missing", func(w *world) { delete(w.answers, api+"/rules/branches/main") }, "branch", Wrong, "not protected enough"},
		{"no review of owners", func(w *world) {
			w.answers[api+"/branches/main/protection"] = `{"required_status_checks": {"contexts": ["preview"]}}`
		}, "branch", Wrong, "not protected enough"},
		{"not allowed to see the rules", func(w *world) { w.answers[api+"/branches/main/protection"] = "!HTTP 403" }, "branch", Unseen, "HTTP 403"},
		{"a sandbox that waits for somebody", func(w *world) { w.Environment.GitHub.Integration = true }, "approval", Wrong, "at night nobody answers"},
		{"a sandbox that waits for nobody", func(w *world) {
			w.Environment.GitHub.Integration = true
			w.answers[api+"/environments/dev"] = `{"deployment_branch_policy": {"custom_branch_policies": true}}`
		}, "approval", OK, "environment dev"},
		{"a sandbox open to branches", func(w *world) {
			w.Environment.GitHub.Integration = true
			w.answers[api+"/environments/dev"] = `{}`
		}, "approval", Wrong, "open"},
		{"no variable of the sandbox", func(w *world) { w.Environment.GitHub.Integration = true }, "variable", Later, "RINGFENCE_SANDBOX is not set"},
		{"another sandbox", func(w *world) {
			w.Environment.GitHub.Integration = true
			w.answers[api+"/actions/variables/RINGFENCE_SANDBOX"] = `{"value": "other"}`
		}, "variable", Later, "RINGFENCE_SANDBOX is other"},
		{"the sandbox", func(w *world) {
			w.Environment.GitHub.Integration = true
			w.answers[api+"/actions/variables/RINGFENCE_SANDBOX"] = `{"value": "dev"}`
		}, "variable", OK, "RINGFENCE_SANDBOX is dev"},
		{"no variable", func(w *world) { delete(w.answers, api+"/actions/variables/RINGFENCE_ENVIRONMENTS") }, "variable", Later, "not set"},
		{"a variable that is no list", func(w *world) {
			w.answers[api+"/actions/variables/RINGFENCE_ENVIRONMENTS"] = `{"value": "dev"}`
		}, "variable", Wrong, "no list of names"},
		{"another environment", func(w *world) {
			w.answers[api+"/actions/variables/RINGFENCE_ENVIRONMENTS"] = `{"value": "[\"prod\"]"}`
		}, "variable", Later, `["prod"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.change(w)
			got := one(t, Examine(t.Context(), w.Surroundings), tt.check)
			if got.State != tt.want || !strings.Contains(got.Says, tt.says) {
				t.Errorf("%+v; want %s, %q", got, tt.want, tt.says)
			}
			if got.State != OK && got.Way == "" && got.Check != "repository" {
				t.Errorf("%s: no way out", got.Says)
			}
		})
	}
}

func (w *world) file(name, content string) {
	if err := os.WriteFile(filepath.Join(w.Root, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
		panic(err)
	}
}

func nobody(context.Context) (aws.Config, error) {
	return aws.Config{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no EC2 IMDS role found")
	})}, nil
}

func TestUnitAnEmulatedEnvironmentNeedsNoAccount(t *testing.T) {
	w := newWorld(t)
	w.Environment.Target = config.Emulator
	for check, state := range states(Examine(t.Context(), w.Surroundings)) {
		if want := map[bool]State{true: OK, false: Unused}[slices.Contains([]string{"go", "tools", "environment", "workflows"}, check)]; state != want {
			t.Errorf("%s: %s, want %s", check, state, want)
		}
	}
}

func TestUnitResults(t *testing.T) {
	for want, of := range map[State][]State{
		OK: {OK, Unseen, Unused}, Later: {OK, Later, Unseen}, Wrong: {Later, Wrong, OK},
	} {
		var findings []Finding
		for _, state := range of {
			findings = append(findings, Finding{State: state})
		}
		if got := Result(findings); got != want {
			t.Errorf("%v: %s, want %s", of, got, want)
		}
	}
}

func TestUnitWhoMayDeploy(t *testing.T) {
	deployers := []string{"arn:aws:iam::4:role/deployer", "arn:aws:iam::4:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1"}
	for caller, want := range map[string]bool{
		"arn:aws:sts::4:assumed-role/deployer/me":                 true,
		"arn:aws:sts::4:assumed-role/AWSReservedSSO_Admin_1/me@x": true,
		"arn:aws:sts::4:assumed-role/deployers/me":                false,
		"arn:aws:sts::4:assumed-role/other/deployer":              false,
		"arn:aws:iam::4:user/deployer":                            false,
		"arn:aws:iam::4:root":                                     false,
		"":                                                        false,
	} {
		if got := mayDeploy(caller, deployers); got != want {
			t.Errorf("%s: %t", caller, got)
		}
	}
}
