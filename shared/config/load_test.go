package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/golden"
)

const environments = "../../stacks/environments"

func TestUnitEveryEnvironmentLoads(t *testing.T) {
	names := List(environments)
	if len(names) < 5 {
		t.Fatalf("found only the environments %v", names)
	}
	for _, name := range names {
		env, err := Load(environments, name, name)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if env.Name != name {
			t.Errorf("environment %s calls itself %q", name, env.Name)
		}
	}
}

// Environments of one company end up peered sooner or later, so their ranges
// must not overlap.
func TestUnitEnvironmentsDoNotOverlap(t *testing.T) {
	seen := map[string]netip.Prefix{}
	for _, name := range List(environments) {
		env, err := Load(environments, name, name)
		if err != nil {
			t.Fatal(err)
		}
		cidr := netip.MustParsePrefix(env.Network.CIDR)
		for other, taken := range seen {
			if cidr.Overlaps(taken) {
				t.Errorf("%s (%s) overlaps %s (%s)", name, cidr, other, taken)
			}
		}
		seen[name] = cidr
	}
}

// Each file in testdata is wrong in the way its name says; the golden file
// beside it is what the user reads.
func TestUnitProblemsAreReportedAllAtOnce(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d hostile files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			_, err := Load("testdata", name, "local")
			if err == nil {
				t.Fatal("loaded without a problem")
			}
			golden.Check(t, strings.TrimSuffix(file, ".yaml")+".txt", []byte(err.Error()+"\n"))
		})
	}
}

func TestUnitUnknownEnvironmentNamesThoseThereAre(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"prod.yaml", "dev.yaml", ExceptionsFile} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Load(folder, "production", "production")
	if err == nil || !strings.HasSuffix(err.Error(), "the environments are dev, prod") {
		t.Errorf("got %v", err)
	}
}

func TestUnitLongStackNameIsRefused(t *testing.T) {
	_, err := Load(environments, "local", strings.Repeat("x", 50))
	if err == nil || !strings.Contains(err.Error(), "shorten the stack name by") {
		t.Errorf("got %v", err)
	}
}

// A value that nobody set must never open anything.
func TestUnitZeroLifecycleProtects(t *testing.T) {
	got := Lifecycle("").Safeguards()
	if got.Disposable || got.KeyDeletionDays != 30 || got.AuditLock == "" {
		t.Errorf("the zero lifecycle gives %+v", got)
	}
}

func TestUnitHighestClassification(t *testing.T) {
	tests := []struct {
		classes []Classification
		want    Classification
	}{
		{nil, "internal"},
		{[]Classification{"public"}, "internal"},
		{[]Classification{"confidential", "public"}, "confidential"},
		{[]Classification{"internal", "restricted", "confidential"}, "restricted"},
	}
	for _, tt := range tests {
		env := &Environment{}
		for _, c := range tt.classes {
			env.Workloads = append(env.Workloads, Workload{Classification: c})
		}
		if got := env.HighestClassification(); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.classes, got, tt.want)
		}
	}
}

func FuzzUnitParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range append(files, environments+"/local.yaml") {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		env, err := Parse("fuzz.yaml", content, "fuzz", "fuzz")
		if (env == nil) == (err == nil) {
			t.Fatalf("got environment %v and error %v", env, err)
		}
	})
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
