package workflows

import (
	"context"
	_ "embed" // for the pinned requirements
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringfence/ringfence/tests/pinned"
)

// The tools that are Go programs, pinned. They are built outside the workspace:
// actionlint needs an older go.yaml.in/yaml/v4 than Pulumi does.
var programs = []string{
	"github.com/nektos/act@v0.2.89",
	"github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
}

// The tools that come from Python's package index, pinned with their digests.
//
//go:embed requirements.txt
var requirements []byte

// patience is how long the tools may take to be made, where nothing is cached.
const patience = 15 * time.Minute

var makeTools = sync.OnceValues(func() (string, error) {
	return pinned.Make(root, "workflow-tools", strings.Join(programs, " ")+string(requirements), fill)
})

// fill puts the tools into a folder: programs in bin, Python's in venv/bin.
func fill(folder string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, program := range programs {
		install := exec.CommandContext(ctx, "go", "install", "-trimpath", program)
		install.Dir = folder
		install.Env = append(os.Environ(), "GOBIN="+filepath.Join(folder, "bin"), "GOWORK=off")
		if out, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("go install %s: %w\n%s", program, err, out)
		}
	}
	list := filepath.Join(folder, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return err
	}
	python := filepath.Join(folder, "venv", "bin", "python")
	for _, command := range [][]string{
		{"python3", "-m", "venv", filepath.Join(folder, "venv")},
		{python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes", "--only-binary", ":all:", "--requirement", list},
	} {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
		}
	}
	return nil
}

// tool returns the path of a pinned tool. The first test that asks makes all.
func tool(t *testing.T, name string) string {
	t.Helper()
	place, err := makeTools()
	if err != nil {
		t.Fatalf("the tools that check the workflows cannot be made: %v", err)
	}
	for _, bin := range []string{"bin", "venv/bin"} {
		path := filepath.Join(place, bin, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	installed, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not among the pinned tools for this machine: install it (%v)", name, err)
	}
	return installed
}
