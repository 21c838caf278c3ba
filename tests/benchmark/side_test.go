package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
)

func TestUnitTerraformSaysWhatChanges(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want int
		bad  bool
	}{
		"a plan":                   {"x will be updated\n\nPlan: 1 to add, 2 to change, 3 to destroy.\n", 6, false},
		"a deployment":             {"Plan: 9 to add, 0 to change, 0 to destroy.\n…\nApply complete! Resources: 4 added, 1 changed, 0 destroyed.\n", 5, false},
		"a destruction":            {"Plan: 0 to add, 0 to change, 7 to destroy.\n\nDestroy complete! Resources: 7 destroyed.\n", 7, false},
		"nothing to do":            {"\nNo changes. Your infrastructure matches the configuration.\n", 0, false},
		"nothing, and applied":     {"No changes. Your infrastructure…\n\nApply complete! Resources: 0 added, 0 changed, 0 destroyed.\n", 0, false},
		"half a text":              {"Note: Objects have changed outside of Terraform\n", 0, true},
		"a refresh, no deployment": {"Note: Objects have changed outside of Terraform\n\nThis is a refresh-only plan, so Terraform will not take any actions", 0, false},
		"nothing":                  {"", 0, true},
	} {
		got, err := summarised(test.text)
		if got != test.want || (err != nil) != test.bad {
			t.Errorf("%s: got %d, %v, want %d", name, got, err, test.want)
		}
	}
}

func TestUnitRingfenceSaysWhatChanges(t *testing.T) {
	for text, want := range map[string]int{
		`{"stacks": [{"created": 1, "updated": 2}, {"replaced": 4}, {"deleted": 8}, {"unchanged": 16}]}`:       15,
		`{"stacks": [{"stack": "network", "drifts": []}, {}, {"drifts": [{"name": "x"}, {"name": "y"}]}, {}]}`: 2,
		`{"stacks": [{}, {}, {}, {}]}`: 0,
	} {
		if got, err := changesOf(text); got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", `{"stacks": [{}, {}, {}]}`, `{"error": "no"}`} {
		if _, err := changesOf(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// Every number of workloads is an environment that Ringfence takes.
func TestUnitEnvironmentsOfManyWorkloads(t *testing.T) {
	text, err := os.ReadFile("../../stacks/environments/local.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 10, 50, 100} {
		file, err := withWorkloads(string(text), n)
		if err != nil {
			t.Fatal(err)
		}
		env, changed := load(t, file), load(t, must(t, file))
		if len(env.Workloads) != n || len(changed.Workloads) != n {
			t.Errorf("%d workloads, with the change %d, want %d", len(env.Workloads), len(changed.Workloads), n)
		}
		if got := len(changed.Workloads[0].Reads) - len(env.Workloads[0].Reads); got != 1 {
			t.Errorf("the change adds %d prefixes, want 1", got)
		}
		for i, w := range env.Workloads[1:] {
			if len(changed.Workloads[i+1].Reads) != len(w.Reads) {
				t.Errorf("the change reaches workload %s", w.Name)
			}
		}
	}
	if _, err := withWorkloads("target: emulator\n", 3); err == nil {
		t.Error("a file without workloads: no error")
	}
	if _, err := withOneChange("target: emulator\n"); err == nil {
		t.Error("a file with nothing to change: no error")
	}
	load(t, must(t, string(text)))
}

func must(t *testing.T, file string) string {
	t.Helper()
	changed, err := withOneChange(file)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func load(t *testing.T, file string) *config.Environment {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, environment+".yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	env, err := config.Load(folder, environment, environment)
	if err != nil {
		t.Fatalf("%v\n%s", err, file[strings.Index(file, "workloads:"):])
	}
	return env
}
