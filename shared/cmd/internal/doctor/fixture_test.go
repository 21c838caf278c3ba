package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/config"
)

const root = "../../../.."

// world is what the checks see in a test.
type world struct {
	Surroundings
	// answers are what programs print, by their command line; ! before it is an
	// error.
	answers map[string]string
}

// newWorld is a fork in which everything is set up, but for AWS, which nobody reaches.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{answers: map[string]string{
		"go env GOVERSION":          "go1.27rc1\n",
		"git --version":             "git version 2.50.1\n",
		"git remote get-url origin": "git@github.com:octo/fence.git\n",
		"gh --version":              "gh version 2.90.0\n",
		"gh auth status":            "",
		"gh api repos/octo/fence": `{"full_name": "octo/fence", "id": 22, "owner": {"id": 11},
			"created_at": "2026-09-01T00:00:00Z"}`,
		"gh api repos/octo/fence/environments/dev": `{"protection_rules": [{"type": "required_reviewers"}],
			"deployment_branch_policy": {"custom_branch_policies": true}}`,
		"gh api repos/octo/fence/environments/dev/deployment-branch-policies": `{"branch_policies": [{"name": "main", "type": "branch"}]}`,
		"gh api repos/octo/fence/rules/branches/main": `[{"type": "required_status_checks",
			"parameters": {"required_status_checks": [{"context": "ci"}]}}, {"type": "deletion"}]`,
		"gh api repos/octo/fence/branches/main/protection": `{"required_status_checks": {"contexts": ["preview"]},
			"required_pull_request_reviews": {"require_code_owner_reviews": true}}`,
		"gh api repos/octo/fence/actions/variables/RINGFENCE_ENVIRONMENTS": `{"value": "[\"dev\"]"}`,
	}}
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, ".github"), os.DirFS(filepath.Join(root, ".github"))); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "go.work"), "go 1.26.0\n")
	write(t, filepath.Join(folder, ".github", "CODEOWNERS"), "/.github/ @octo/security\n")
	env, err := config.Load(filepath.Join(root, "stacks", "environments"), "dev", "dev")
	if err != nil {
		t.Fatal(err)
	}
	env.AccountID, env.Alarms.Emails = "412345678901", nil
	env.Access.Deployers = []string{"arn:aws:iam::412345678901:role/people/deployer"}
	env.GitHub = config.GitHub{Repository: "octo/fence", OwnerID: "11", RepositoryID: "22"}
	w.Surroundings = Surroundings{
		Root: folder, Name: "dev", File: "stacks/environments/dev.yaml", Environment: env, Run: w.run,
		Tools: func() (bool, bool) { return true, false },
		AWS:   func(context.Context) (aws.Config, error) { return unreachable(), nil },
	}
	return w
}

func (w *world) run(_ context.Context, program string, arguments ...string) (string, error) {
	line := strings.Join(append([]string{program}, arguments...), " ")
	answer, known := w.answers[line]
	switch {
	case !known && program == "gh" && arguments[0] == "api":
		return "", errors.New("gh: Not Found (HTTP 404)")
	case !known:
		return "", fmt.Errorf("exec: %q: executable file not found in $PATH", program)
	case strings.HasPrefix(answer, "!"):
		return "", errors.New(answer[1:])
	}
	return answer, nil
}

// unreachable is an AWS that nobody answers for.
func unreachable() aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String("http://127.0.0.1:1"), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "KEY", SecretAccessKey: "of no worth"}, nil
		}),
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// states are the findings in one line each.
func states(findings []Finding) map[string]State {
	out := map[string]State{}
	for _, f := range findings {
		out[f.Check] = f.State
	}
	return out
}

// one returns the finding of a check.
func one(t *testing.T, findings []Finding, check string) Finding {
	t.Helper()
	for _, f := range findings {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("there is no check %s", check)
	return Finding{}
}
