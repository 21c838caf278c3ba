package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// touch makes an executable file.
func touch(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnitProgramChoice(t *testing.T) {
	project, built := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(project, "Pulumi.yaml"), []byte("name: ringfence-network\nruntime: go\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	network := touch(t, filepath.Join(built, "network"))
	inside := touch(t, filepath.Join(project, "bin", "program"))
	onPath := touch(t, filepath.Join(t.TempDir(), "on-path-program"))
	t.Setenv("PATH", filepath.Dir(onPath)+":"+os.Getenv("PATH"))

	tests := map[string]struct {
		programs string
		options  map[string]any
		want     choice
		err      string
	}{
		"a built program in RINGFENCE_PROGRAMS is run": {
			programs: built, want: choice{path: network},
		},
		"RINGFENCE_PROGRAMS wins over the project's options": {
			programs: built, options: map[string]any{"binary": "bin/program"}, want: choice{path: network},
		},
		"RINGFENCE_PROGRAMS never falls back to building": {
			programs: project, err: `holds no program "network" for the project ringfence-network`,
		},
		"options.binary inside the project": {
			options: map[string]any{"binary": "bin/program"}, want: choice{path: inside},
		},
		"options.binary by its whole path": {
			options: map[string]any{"binary": inside}, want: choice{path: inside},
		},
		"options.binary on PATH": {
			options: map[string]any{"binary": "on-path-program"}, want: choice{path: onPath},
		},
		"options.binary that is nowhere": {
			options: map[string]any{"binary": "no-such-program"}, err: `runtime.options.binary "no-such-program" is neither in`,
		},
		"options.buildTarget is where to build and keep": {
			options: map[string]any{"buildTarget": "out/program"},
			want:    choice{path: filepath.Join(project, "out", "program"), build: true},
		},
		"binary and buildTarget exclude each other": {
			options: map[string]any{"binary": "a", "buildTarget": "b"}, err: "exclude each other",
		},
		"without any of these the program is built to a temporary place": {
			want: choice{build: true},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			options, err := structpb.NewStruct(test.options)
			if err != nil {
				t.Fatal(err)
			}
			info := &pulumirpc.ProgramInfo{RootDirectory: project, ProgramDirectory: project, Options: options}
			got, err := newPrograms(test.programs).choose(info)
			switch {
			case test.err == "" && err != nil:
				t.Fatal(err)
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Fatalf("error %v, want one with %q", err, test.err)
			case got != test.want:
				t.Errorf("chose %+v, want %+v", got, test.want)
			}
		})
	}
}
