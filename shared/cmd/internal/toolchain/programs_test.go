package toolchain

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/graph"
)

// newProgramBench is a bench with a library and the stacks.
func newProgramBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.file(filepath.Join(b.root, "shared", "library.go"), "package shared", 0o644)
	b.file(filepath.Join(b.root, "shared", "cmd", "main.go"), "package main", 0o644)
	b.file(filepath.Join(b.root, "shared", PolicyPack, "main.go"), "package main", 0o644)
	for _, stack := range graph.Names() {
		b.file(filepath.Join(b.root, stack.Dir(), "main.go"), "package main", 0o644)
	}
	return b
}

func (b *bench) buildAll() {
	b.t.Helper()
	folder, err := BuildPrograms(b.t.Context(), b.root, func(string) {})
	if err != nil {
		b.t.Fatal(err)
	}
	for program := range programPackages() {
		if !isExecutable(filepath.Join(folder, program)) {
			b.t.Errorf("no program %s", program)
		}
	}
}

func TestUnitProgramsAreBuiltWhenSourcesChange(t *testing.T) {
	network := graph.Network.Dir()
	write := func(name string) func(*bench) {
		return func(b *bench) { b.file(filepath.Join(b.root, name), "changed", 0o644) }
	}
	tests := map[string]struct {
		after func(*bench)
		built bool
	}{
		"nothing":                 {func(*bench) {}, false},
		"the library":             {write("shared/library.go"), true},
		"a file to embed":         {write("shared/schema.json"), true},
		"a stack":                 {write(network + "/main.go"), true},
		"a new file of a stack":   {write(network + "/network/new.go"), true},
		"a version":               {write("shared/toolchain/go.mod"), true},
		"the workspace":           {write("go.work"), true},
		"a test":                  {write("shared/library_test.go"), false},
		"a golden file":           {write(network + "/network/testdata/policy.json"), false},
		"a page":                  {write(network + "/README.md"), false},
		"the settings of a stack": {write(network + "/Pulumi.dev.yaml"), false},
		"the command":             {write("shared/cmd/main.go"), false},
		"the policy pack":         {write("shared/policypack/main.go"), true},
		"a program was removed":   {func(b *bench) { os.Remove(filepath.Join(b.programs(), "data")) }, true},
		"a source was removed":    {func(b *bench) { os.Remove(filepath.Join(b.root, "shared/library.go")) }, true},
		"only times": {func(b *bench) {
			now := time.Now().Add(time.Hour)
			if err := os.Chtimes(filepath.Join(b.root, "shared/library.go"), now, now); err != nil {
				b.t.Fatal(err)
			}
		}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newProgramBench(t)
			b.buildAll()
			b.builds()
			test.after(b)
			b.buildAll()
			built := b.builds()
			if (len(built) == 1) != test.built {
				t.Errorf("built %q, want a build: %t", built, test.built)
			}
			b.buildAll()
			if again := b.builds(); again != nil {
				t.Errorf("a third time builds %q", again)
			}
		})
	}
}

func TestUnitProgramsAreBuiltInOneRunOfTheWorkspace(t *testing.T) {
	b := newProgramBench(t)
	b.buildAll()
	built := b.builds()
	if len(built) != 1 || !strings.HasPrefix(built[0], "GOWORK="+filepath.Join(b.root, "go.work")+" ") {
		t.Fatalf("built %q", built)
	}
	for _, stack := range graph.Names() {
		if !slices.Contains(strings.Fields(built[0]), "./"+stack.Dir()) {
			t.Errorf("%s is not in %q", stack, built[0])
		}
	}
}

func TestUnitProgramThatDoesNotBuild(t *testing.T) {
	b := newProgramBench(t)
	b.buildAll()
	b.file(filepath.Join(b.path, "go"), "#!/bin/sh\necho 'undefined: thing'; exit 1\n", 0o755)
	b.file(filepath.Join(b.root, "shared", "library.go"), "package broken", 0o644)
	if _, err := BuildPrograms(t.Context(), b.root, func(string) {}); err == nil || !strings.Contains(err.Error(), "undefined: thing") {
		t.Errorf("error %v", err)
	}
	for _, stack := range graph.Names() {
		if !isExecutable(filepath.Join(b.programs(), string(stack))) {
			t.Errorf("the last good program %s is gone", stack)
		}
	}
}
