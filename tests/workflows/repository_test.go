package workflows

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/workflows"
)

// The environments of the repository that live in AWS, each in its account.
func inAWS(t *testing.T) map[string]*config.Environment {
	t.Helper()
	out := map[string]*config.Environment{}
	for _, file := range list(t, environments+"/*.yaml") {
		if !strings.Contains(read(t, file), "\ntarget: aws\n") {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		environment, err := config.Load(environments, name, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = environment
	}
	return out
}

// A sandbox is the night's, and no merge deploys it.
func TestUnitEveryEnvironmentInAWSIsDeployed(t *testing.T) {
	all, err := workflows.Load(github)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for name, environment := range inAWS(t) {
		if !environment.GitHub.Integration {
			want = append(want, name)
		}
	}
	for _, w := range all {
		if w.File != "workflows/deploy.yml" {
			continue
		}
		for _, j := range w.Jobs {
			condition := "contains(fromJSON(vars.RINGFENCE_ENVIRONMENTS || '[]'), '" + j.ID + "')"
			if len(got) > 0 { // one that is left out holds up nothing, one that failed does
				condition = "!cancelled() && !failure() && " + condition
			}
			if j.If != condition || !slices.Equal(j.Needs, got) {
				t.Errorf("job %s needs %v and runs if %s; it must need %v, and run if %s", j.ID, j.Needs, j.If, got, condition)
			}
			got = append(got, j.ID)
			if !slices.Contains(j.With, workflows.Entry{Key: "environment", Value: j.ID, Line: j.With[0].Line}) {
				t.Errorf("job %s deploys %v", j.ID, j.With)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("deploy.yml deploys %v; stacks/environments has %v", got, want)
	}
}

// The action reads the environment file with a line of sed; it must read what
// the command reads.
func TestUnitTheEnvironmentActionReadsEveryFile(t *testing.T) {
	for name, environment := range inAWS(t) {
		output, said, err := readEnvironment(t, root, name)
		if want := "account=" + environment.AccountID + "\nregion=" + environment.Region + "\n"; err != nil || output != want {
			t.Errorf("%s: got %q, want %q (%v)\n%s", name, output, want, err, said)
		}
	}
}

func TestUnitTheEnvironmentActionRefusesWhatItCannotRead(t *testing.T) {
	for name, content := range map[string]string{
		"number": "accountId: 111111111111\nregion: eu-central-1\n",
		"short":  "accountId: \"11111\"\nregion: eu-central-1\n",
		"flow":   "{ accountId: \"111111111111\", region: eu-central-1 }\n",
		"nested": "x:\n  accountId: \"111111111111\"\n  region: eu-central-1\n",
	} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "stacks/environments"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "stacks/environments", name+".yaml"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		output, said, err := readEnvironment(t, dir, name)
		if err == nil || output != "" || !strings.Contains(said, "must each be on a line of their own") {
			t.Errorf("%s: got %q, %v\n%s", name, output, err, said)
		}
	}
}

// readEnvironment runs the script of the action environment, and returns its
// outputs and what it said.
func readEnvironment(t *testing.T, dir, name string) (output, said string, err error) {
	t.Helper()
	action, err := workflows.Parse("actions/environment/action.yml", []byte(read(t, filepath.Join(github, "actions/environment/action.yml"))))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "output")
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", action.Jobs[0].Steps[0].Run)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "NAME="+name, "GITHUB_OUTPUT="+file)
	out, err := cmd.CombinedOutput()
	content, _ := os.ReadFile(file)
	return string(content), string(out), err
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

func TestUnitNightlyRunsEveryFuzzTarget(t *testing.T) {
	type target struct{ Package, Target string }
	var nightly struct {
		Jobs struct {
			Fuzz struct {
				Strategy struct {
					Matrix struct{ Include []target }
				}
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(github, "workflows/nightly.yml"))), &nightly); err != nil {
		t.Fatal(err)
	}
	var want []target
	for _, file := range testFiles(t) {
		for _, found := range fuzzTarget.FindAllStringSubmatch(read(t, filepath.Join(root, file)), -1) {
			want = append(want, target{filepath.ToSlash(filepath.Dir(file)), found[1]})
		}
	}
	order := func(a, b target) int { return strings.Compare(a.Package+" "+a.Target, b.Package+" "+b.Target) }
	slices.SortFunc(want, order)
	if got := nightly.Jobs.Fuzz.Strategy.Matrix.Include; !slices.Equal(got, want) {
		t.Errorf("nightly.yml fuzzes %v; there are %v", got, want)
	}
}

// testFiles returns the test files of the repository, relative to its root.
func testFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, top := range []string{"shared", "stacks", "tests"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, "_test.go") {
				out = append(out, strings.TrimPrefix(filepath.ToSlash(path), root+"/"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// modules returns every go.mod of the repository.
func modules(t *testing.T) []string {
	t.Helper()
	return inRoot(t, "*/go.mod", "s*/*/go.mod", "shared/*/*/go.mod")
}

// inRoot returns the files that match, relative to the root of the repository.
func inRoot(t *testing.T, patterns ...string) []string {
	t.Helper()
	var out []string
	for _, pattern := range patterns {
		for _, file := range list(t, filepath.Join(root, pattern)) {
			out = append(out, strings.TrimPrefix(filepath.ToSlash(file), root+"/"))
		}
	}
	return out
}

func TestUnitDependabotKnowsEveryModule(t *testing.T) {
	var dependabot struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(github, "dependabot.yml"))), &dependabot); err != nil {
		t.Fatal(err)
	}
	for ecosystem, files := range map[string][]string{
		"gomod":          modules(t),
		"npm":            inRoot(t, "tests/*/package.json"),
		"pip":            inRoot(t, "tests/*/requirements.txt", "shared/*/*/*/requirements.txt"),
		"github-actions": inRoot(t, ".github/actions/*/action.yml"),
	} {
		for _, file := range files {
			known := false
			for _, update := range dependabot.Updates {
				for _, directory := range update.Directories {
					matches, err := filepath.Match(directory, "/"+filepath.ToSlash(filepath.Dir(file)))
					known = known || update.Ecosystem == ecosystem && matches && err == nil
				}
			}
			if !known {
				t.Errorf("dependabot.yml does not know %s", file)
			}
		}
	}
}

func TestUnitTheDocumentationListsEveryRule(t *testing.T) {
	var want strings.Builder
	for _, r := range workflows.Rules() {
		fmt.Fprintf(&want, "| %s | `%s` | %s |\n", r.Control, r.Name, r.Holds)
	}
	if !strings.Contains(read(t, documentation), "|---|---|---|\n"+want.String()+"\n") {
		t.Errorf("docs/workflows.md must have exactly these rules:\n%s", &want)
	}
}
