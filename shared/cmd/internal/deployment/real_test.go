package deployment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// An environment in an AWS account: the user's own credentials, backend and
// passphrase; only the account is played by a server in this process.
func TestEngineRealEnvironment(t *testing.T) {
	a := newThrowAway(t, diamond)
	backend := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": a.aws.URL, "AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "",
		"PULUMI_BACKEND_URL": "file://" + backend, "PULUMI_CONFIG_PASSPHRASE": "passphrase",
	} {
		t.Setenv(name, value)
	}
	a.Environ = os.Environ()
	a.Environment.Target, a.Environment.Name, a.Name = config.AWS, "ephemeral", "pr-42"

	a.up(t, estate.Done)
	calls := countCalls(t, a)
	report := a.up(t, estate.Done)
	if got, want := report.Stacks[0].Changes, (engine.Changes{Unchanged: 3}); got != want {
		t.Errorf("second up: %+v, want %+v", got, want)
	}
	if got := len(calls()); got != 2*len(diamond) {
		t.Errorf("it took %d processes, want one that looks and one that works per stack: %q", got, calls())
	}
	settings, err := os.ReadFile(filepath.Join(a.Root, ".ringfence/settings/pr-42/base/Pulumi.pr-42.yaml"))
	if err != nil || !strings.Contains(string(settings), "ringfence:environment: ephemeral\n") {
		t.Errorf("the settings do not name the environment file: %v\n%s", err, settings)
	}
	if names, err := a.Named("other").Names(t.Context()); err != nil || !slices.Equal(names, []string{"pr-42"}) {
		t.Errorf("the backend knows the names %v, %v", names, err)
	}

	changed := errors.New("changed")
	if _, err := a.Destroy(t.Context(), deployment.Selection{Stacks: a.Estate.Names(), Condition: func(survey deployment.Survey) error {
		if !survey.Standing("top") {
			t.Error("the condition is not told what stands")
		}
		return changed
	}}); !errors.Is(err, changed) {
		t.Errorf("a destruction on a condition that does not hold: %v", err)
	}
	a.failToDestroy(t, state.Folder(backend), "base")
	a.destroy(t, estate.Done)
	survey, err := a.Survey(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for name, known := range survey {
		if !known.Found || known.Standing() {
			t.Errorf("%s: found %t, %d resources; a real stack keeps its history", name, known.Found, known.Resources)
		}
	}
}

// failToDestroy has a destruction fail at the last stack, which is no younger
// then.
func (a *throwAway) failToDestroy(t *testing.T, backend state.Folder, stack graph.Name) {
	t.Helper()
	protect := func(from *regexp.Regexp, to string) {
		known, _, err := backend.Stack(stack.Project(), a.Name)
		if err != nil {
			t.Fatal(err)
		}
		known.Deployment.Content = from.ReplaceAll(known.Deployment.Content, []byte(to))
		if err := backend.Put(stack.Project(), a.Name, known.Deployment); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	protect(regexp.MustCompile(`"custom": ?true`), `"custom":true,"protect":true`)
	a.destroy(t, estate.Failed)
	survey, err := a.Survey(t.Context())
	if err != nil || !survey.Standing(stack) {
		t.Fatalf("%s stands: %t, %v", stack, survey.Standing(stack), err)
	}
	a.lastFailed(t, map[graph.Name]string{stack: "destroy"})
	kept, err := a.Kept(t.Context(), stack, survey[stack])
	if err != nil || kept.IsZero() || kept.After(begun) {
		t.Errorf("%s was last updated at %s, %v; the destruction that failed began at %s", stack, kept, err, begun)
	}
	protect(regexp.MustCompile(`"protect": ?true`), `"protect":false`)
}

// A checkout without the generated settings, as on the next machine, goes on
// with what the state says about secrets.
func TestEngineSettingsCanBeLost(t *testing.T) {
	a := newThrowAway(t, diamond[:1])
	a.up(t, estate.Done)
	if err := os.RemoveAll(filepath.Join(a.Root, ".ringfence/settings")); err != nil {
		t.Fatal(err)
	}
	report := a.up(t, estate.Done)
	if got, want := report.Stacks[0].Changes, (engine.Changes{Unchanged: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
