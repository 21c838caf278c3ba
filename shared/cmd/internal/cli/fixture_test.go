package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
)

func check(t *testing.T, name, got string) {
	t.Helper()
	golden.Check(t, filepath.Join("testdata", name), []byte(got))
}

// untouchable is a machine on which nothing may be started.
type untouchable struct {
	t       *testing.T
	running bool
}

var errTouched = errors.New("touched")

func (m untouchable) fail(what string) error {
	m.t.Errorf("%s was asked for", what)
	return errTouched
}

func (m untouchable) Tools(context.Context, func(string)) (deployment.Tools, error) {
	return deployment.Tools{}, m.fail("the toolchain")
}

func (m untouchable) Programs(context.Context, func(string)) (string, error) {
	return "", m.fail("a build of the programs")
}

func (m untouchable) Provider(context.Context, []string) (string, func(), error) {
	return "", nil, m.fail("a provider")
}

func (m untouchable) StartEmulator(context.Context, func(string)) (deployment.Emulator, error) {
	return deployment.Emulator{}, m.fail("a start of the emulator")
}

func (m untouchable) Emulator(context.Context) (deployment.Emulator, bool, error) {
	return deployment.Emulator{}, m.running, nil
}

// checkout is a folder with two environment files of the repository, one of these
// tests, and one more for each given. The files for AWS are every project's own.
func checkout(t *testing.T, environments map[string]string) string {
	t.Helper()
	root := t.TempDir()
	to := deployment.EnvironmentsDir(root)
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{
		"local": "../../../../stacks/environments", "ephemeral": "../../../../stacks/environments", "dev": "testdata",
	} {
		content, err := os.ReadFile(filepath.Join(from, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		environments = add(environments, name, string(content))
	}
	for name, content := range environments {
		if err := os.WriteFile(filepath.Join(to, name+".yaml"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func add(environments map[string]string, name, content string) map[string]string {
	if environments == nil {
		environments = map[string]string{}
	}
	if _, given := environments[name]; !given {
		environments[name] = content
	}
	return environments
}

// run runs one command on a machine where nothing may be started.
func run(t *testing.T, root string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	app := &App{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr,
		Environ: []string{"PATH=/usr/bin", "PULUMI_BACKEND_URL=s3://state"},
		Root:    root, Stacks: graph.All(), Machine: untouchable{t: t},
	}
	status = app.Run(t.Context(), make(chan struct{}), args)
	return status, stdout.String(), stderr.String()
}
