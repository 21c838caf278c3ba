package deployment_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/config"
)

// real makes the estate one in an AWS account, with a file backend of the
// user's own at the folder it returns.
func (a *throwAway) real(t *testing.T, variables map[string]string) string {
	t.Helper()
	backend := filepath.Join(a.Root, "backend")
	if err := os.MkdirAll(backend, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": a.aws.URL, "AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "",
		"PULUMI_BACKEND_URL": "file://" + backend,
	} {
		t.Setenv(name, value)
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	a.Environ = os.Environ()
	a.Environment.Target, a.Environment.Name, a.Name = config.AWS, "dev", "dev"
	return backend
}

func TestEnginePreviewNeverWritesARealBackend(t *testing.T) {
	a := chain(t)
	backend := a.real(t, map[string]string{"PULUMI_CONFIG_PASSPHRASE": "passphrase"})
	p := a.preview(t, estate.Done)
	if p.Stacks[1].Created != 3 {
		t.Errorf("left: %+v", p.Stacks[1])
	}
	if left, err := os.ReadDir(backend); err != nil || len(left) > 0 {
		t.Errorf("a backend that was never used now holds %v, %v", left, err)
	}

	a.up(t, estate.Done)
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" || !p.Stacks[1].Exact {
		t.Errorf("nothing changed, and the preview shows %+v", p.Stacks)
	}
	// As on the next machine: what the state says about secrets will do.
	if err := os.RemoveAll(filepath.Join(a.Root, ".ringfence/settings")); err != nil {
		t.Fatal(err)
	}
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" {
		t.Errorf("without the settings, the preview shows %+v", p.Stacks)
	}
	drift, err := a.Drift(context.Background(), a.all())
	if err != nil || drift.Drifted || drift.Result != estate.Done {
		t.Errorf("drift of things that cannot drift: %+v, %v", drift, err)
	}
}

// An empty passphrase is one too, and what the CLI would add to the user's own
// settings goes to the copy.
func TestEnginePreviewUsesTheUsersOwnSettings(t *testing.T) {
	a := chain(t)
	a.real(t, map[string]string{"PULUMI_CONFIG_PASSPHRASE": ""})
	own := filepath.Join("stacks", "base", "Pulumi.dev.yaml")
	a.write(t, own, "config:\n  own:value: mine\n")
	a.preview(t, estate.Done)
	a.up(t, estate.Done)
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" {
		t.Errorf("nothing changed, and the preview shows %+v", p.Stacks)
	}
	content, err := os.ReadFile(filepath.Join(a.Root, own))
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, own, strings.Replace(string(content), "mine", "yours", 1))
	p := a.preview(t, estate.Done)
	if got, want := words(p.Stacks[0])+"; "+words(p.Stacks[1]), "update Stash thing-0 input; update Stash greeting input"; got != want {
		t.Errorf("after a change of the settings: %s, want %s", got, want)
	}
}

// The state is encrypted with a key in KMS, which the emulator plays.
func TestEmulatorPreviewWithAKeyInKMS(t *testing.T) {
	endpoint := os.Getenv("RINGFENCE_AWS_ENDPOINT")
	if endpoint == "" {
		t.Fatal("RINGFENCE_AWS_ENDPOINT is not set: run this through `make test`")
	}
	a := chain(t)
	backend := a.real(t, map[string]string{"AWS_ENDPOINT_URL_KMS": endpoint, "AWS_REGION": "eu-west-3"})
	a.Environment.State.SecretsProvider = "awskms://" + newKey(t, endpoint) + "?region=eu-west-3"
	p := a.preview(t, estate.Done)
	if p.Stacks[1].Created != 3 {
		t.Errorf("before anything is deployed, left: %+v", p.Stacks[1])
	}
	a.up(t, estate.Done)
	content, err := os.ReadFile(filepath.Join(backend, ".pulumi/stacks/ringfence-base/dev.json"))
	if err != nil || !strings.Contains(string(content), `"url":"awskms://`) {
		t.Errorf("the state is not encrypted with the key: %v\n%s", err, content)
	}
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" {
		t.Errorf("nothing changed, and the preview shows %+v", p.Stacks)
	}
	a.write(t, a.File(), "accountId: \"123456789012\"\n")
	a.behave(t, "base", promises("goodbye", 2))
	folder, _ := a.plan(t)
	a.upPlan(t, folder, estate.Done)
}

// newKey makes a key in the emulator's KMS and returns its id. Its region is one in
// which no test looks whether something was left behind.
func newKey(t *testing.T, endpoint string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "TrentService.CreateKey")
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-3/kms/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	_, after, found := strings.Cut(string(content), `"KeyId": "`)
	id, _, ended := strings.Cut(after, `"`)
	if err != nil || !found || !ended {
		t.Fatal(fmt.Errorf("the emulator made no key: %s, %w", content, err))
	}
	return id
}
