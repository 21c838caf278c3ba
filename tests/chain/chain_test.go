// Package chain deploys the four stacks one after the other, as a deployment
// does, and reads in the emulator what really came up.
//
// Level of proof: emulator. The real engine, the real provider code and the
// same binaries that a deployment runs; only AWS is emulated. Access the emulator
// does not judge: it gives back the policies that stand, and the evaluator decides.
package chain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/testing/integration"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/inventory"
)

const environment = "ephemeral"

func TestEmulatorChain(t *testing.T) {
	ctx := context.Background()
	aws := inventory.Connect(ctx, t)
	before := aws.List(ctx, t)
	stack := fmt.Sprintf("it-%s", time.Now().UTC().Format("150405"))
	t.Logf("stack %s", stack)

	// Cleanups run last one first: the stacks are destroyed in reverse order
	// and then this looks at what is left.
	t.Cleanup(func() {
		if left := missing(before, aws.List(ctx, t)); len(left) > 0 {
			t.Errorf("left behind in the emulator:\n  %s", strings.Join(left, "\n  "))
		}
	})

	backend := t.TempDir() // outlives every stack: cleanups come before it is removed
	t.Setenv("GOPATH", t.TempDir())
	stands := newStanding(t, stack)
	for _, name := range graph.Names() {
		options := options(t, name, stack, backend)
		options.ExtraRuntimeValidation = func(t *testing.T, info integration.RuntimeValidationStackInfo) {
			checks[name](ctx, t, aws, info.Outputs)
			stands.add(t, name, info)
		}
		integration.ProgramTest(t, options)
		if t.Failed() {
			return // the stacks that follow would only repeat the failure
		}
	}
	stands.holdsControls(t)
	stands.answersAsRecorded(ctx, t, aws)
	stands.turnsRed(ctx, t, aws, stack, backend)
}

// options drive one stack through preview, up, a preview and an up without
// changes, a refresh without changes, and at the end destroy.
func options(t *testing.T, name graph.Name, stack, backend string) *integration.ProgramTestOptions {
	return &integration.ProgramTestOptions{
		Dir:             filepath.Join("..", "..", "stacks"),
		RelativeWorkDir: string(name),
		StackName:       stack,
		CloudURL:        "file://" + backend,
		PulumiHomeDir:   need(t, "PULUMI_HOME"),
		Bin:             filepath.Join(need(t, "RINGFENCE_BIN"), "pulumi"),
		Config:          map[string]string{"ringfence:environment": environment},
		Env:             []string{"AWS_ENDPOINT_URL=" + need(t, "RINGFENCE_AWS_ENDPOINT")},
		// Run the program that a deployment would run, rather than build it
		// again in the copy that the test works on.
		PrepareProject: func(project *engine.Projinfo) error {
			project.Proj.Runtime.SetOption("binary", filepath.Join(need(t, "RINGFENCE_PROGRAMS"), string(name)))
			return project.Proj.Save(filepath.Join(project.Root, "Pulumi.yaml"))
		},
		DestroyOnCleanup:                true,
		RequireEmptyPreviewAfterRefresh: true,
		NoParallel:                      true,
		Verbose:                         testing.Verbose(),
	}
}

// missing returns the entries of after that before has not.
func missing(before, after []string) []string {
	var out []string
	for _, entry := range after {
		if !slices.Contains(before, entry) {
			out = append(out, entry)
		}
	}
	return out
}

// need is an environment variable that `make test` sets.
func need(t *testing.T, key string) string {
	t.Helper()
	value := os.Getenv(key)
	if value == "" {
		t.Fatalf("%s is not set: run this through `make test`", key)
	}
	return value
}
