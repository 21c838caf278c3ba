package affected

import (
	"cmp"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
)

const root = "../../../.."

// module is the path that the paths of all packages begin with.
const module = "github.com/ringfence/ringfence/"

func question(t *testing.T, environment string) Question {
	t.Helper()
	programs, err := ReadPrograms(root, graph.All())
	if err != nil {
		t.Fatal(err)
	}
	return Question{Stacks: graph.All(), Programs: programs, Environment: environment}
}

// The golden file is what a reviewer agrees to: these files, these stacks, for
// these reasons.
func TestUnitWhatAChangeAffects(t *testing.T) {
	changes := []struct {
		environment string
		files       []string
	}{
		{"", nil},
		{"", []string{"README.md", "LICENSE", "docs/command.md", "stacks/data/README.md"}},
		{"", []string{"stacks/network/network/vpc.go"}},
		{"", []string{"stacks/data/data/bucket.go"}},
		{"", []string{"stacks/audit/audit/trail.go"}},
		{"", []string{"stacks/audit/main.go"}},
		{"", []string{"stacks/data/Pulumi.yaml"}},
		{"", []string{"stacks/data/Pulumi.dev.yaml"}},
		{"", []string{"stacks/data/data/renamed-away.go", "stacks/security/security/renamed_to.go"}},
		{"", []string{"stacks/audit/old/deleted_package.go"}},
		{"", []string{"stacks/data/data/data_test.go", "stacks/data/data/testdata/local/outputs.json"}},
		{"", []string{"stacks/data/go.mod"}},
		{"", []string{"stacks/lake/main.go"}},
		{"", []string{"stacks/lake/Pulumi.yaml"}},
		{"", []string{"shared/secure/bucket.go"}},
		{"", []string{"shared/contract/testdata/data.txt"}},
		{"", []string{"shared/conformance/conformance.go", "shared/golden/golden.go"}},
		{"", []string{"shared/controls/encryption.go"}},
		{"", []string{"shared/cmd/internal/cli/up.go"}},
		{"", []string{"shared/cmd/internal/emulator/serve.py"}},
		{"", []string{"shared/deleted/package.go"}},
		{"", []string{"shared/toolchain/languagehost/main.go"}},
		{"", []string{"shared/toolchain/languagehost/main_test.go"}},
		{"", []string{"tests/chain/chain_test.go", "tests/benchmark/main.go", "tests/workflows/requirements.txt"}},
		{"", []string{"tests/go.sum"}},
		{"", []string{".github/workflows/deploy.yml"}},
		{"", []string{".github/CODEOWNERS"}},
		{"", []string{"Makefile"}},
		{"", []string{".pulumi.version"}},
		{"", []string{"go.work"}},
		{"", []string{"ringfence"}},
		{"", []string{"nobody-knows"}},
		{"", []string{"outside.go"}},
		{"", []string{"stacks/environments/dev.yaml"}},
		{"dev", []string{"stacks/environments/dev.yaml"}},
		{"prod", []string{"stacks/environments/dev.yaml"}},
		{"prod", []string{"stacks/environments/dev.yaml", "stacks/audit/audit/trail.go"}},
		{"prod", []string{"stacks/environments/exceptions.yaml"}},
		{"prod", []string{"stacks/environments/environment.schema.json"}},
		{"prod", []string{"stacks/environments/dev.json"}},
		{"", []string{"stacks/environments/old/dev.yaml"}},
	}
	var b strings.Builder
	q := question(t, "")
	for _, c := range changes {
		q.Environment = c.environment
		fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("%s: %s", cmp.Or(c.environment, "any environment"), strings.Join(c.files, " "))))
		write(&b, q.Answer(Change{Files: c.files}))
	}
	fmt.Fprintln(&b, "any environment, and nothing to compare with")
	write(&b, q.Answer(Change{Everything: true}))
	golden.Check(t, "testdata/changes.txt", []byte(b.String()))
}

// write puts a report into few lines: every reason once, with the stacks that
// have it.
func write(b *strings.Builder, r Report) {
	var order []string
	stacks := map[string][]string{}
	for _, s := range r.Stacks {
		for _, reason := range s.Because {
			line := strings.TrimSpace(printed(reason))
			if !slices.Contains(order, line) {
				order = append(order, line)
			}
			stacks[line] = append(stacks[line], string(s.Stack))
		}
		if s.Affected != (len(s.Because) > 0) {
			fmt.Fprintf(b, "  %s: affected is %t\n", s.Stack, s.Affected)
		}
	}
	for _, line := range order {
		fmt.Fprintf(b, "  %s: %s\n", strings.Join(stacks[line], " "), line)
	}
	for _, reason := range r.Harmless {
		fmt.Fprintf(b, "  none: %s\n", printed(reason))
	}
}

func printed(r Reason) string {
	if r.File == "" {
		return r.Why
	}
	return r.File + ": " + r.Why
}

// A file less never means a stack more.
func TestUnitAFileLessNeverAddsAStack(t *testing.T) {
	pool := append(files(t), "nobody-knows", "stacks/lake/main.go", "", "/", "/a/b", "..", "a\x00b", "stacks/", "shared/cmd/")
	random := rand.New(rand.NewPCG(5, 6))
	some := map[bool]int{}
	for _, environment := range []string{"", "dev"} {
		q := question(t, environment)
		for range 200 {
			random.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
			change := pool[:1+random.IntN(6)]
			whole := q.Answer(Change{Files: change}).Names()
			some[len(whole) == len(q.Stacks)]++
			for i := range change {
				less := slices.Delete(slices.Clone(change), i, i+1)
				for _, n := range q.Answer(Change{Files: less}).Names() {
					if !slices.Contains(whole, n) {
						t.Errorf("%v affects %v; without %s it affects %s too", change, whole, change[i], n)
					}
				}
			}
		}
	}
	if some[true] == 0 || some[false] == 0 {
		t.Errorf("the changes prove nothing: %v", some)
	}
}

// files are those of the repository.
func files(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, top := range []string{"stacks", "shared", "tests", "docs", ".github", "Makefile", "README.md"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(file string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				file, err = filepath.Rel(root, file)
				out = append(out, filepath.ToSlash(file))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Whatever a stack's own program is made of affects that stack and those that
// build on it, and no other.
func TestUnitOwnFilesAffectTheStackAndThoseDownstream(t *testing.T) {
	q := question(t, "")
	seen := map[graph.Name]int{}
	for _, file := range files(t) {
		stack, ok := q.owner(file)
		if !ok || isTest(file) || strings.HasSuffix(file, ".md") || strings.HasPrefix(filepath.Base(file), "go.") {
			continue
		}
		seen[stack]++
		if got, want := q.Answer(Change{Files: []string{file}}).Names(), graph.WithDependents(stack); !slices.Equal(got, want) {
			t.Errorf("%s affects %v, want %v", file, got, want)
		}
	}
	for _, n := range graph.Names() {
		if seen[n] < 5 {
			t.Errorf("only %d files of %s were looked at", seen[n], n)
		}
	}
}

// Go's own word on what the programs are built from.
func TestUnitProgramsAreBuiltFromWhatGoSays(t *testing.T) {
	q := question(t, "")
	args := []string{"list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./shared/cmd", "./shared/policypack"}
	for _, n := range graph.Names() {
		args = append(args, "./"+n.Dir())
	}
	list := exec.Command("go", args...)
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(said) != 2+len(graph.Names()) {
		t.Fatalf("go list says %d lines", len(said))
	}
	for _, line := range said {
		var want, got []string
		for _, imported := range strings.Fields(line) {
			if own, ok := strings.CutPrefix(imported, module); ok {
				want = append(want, own)
			}
		}
		from := want[0]
		for folder, users := range q.Programs.users {
			if slices.ContainsFunc(users, func(p program) bool { return p.folder == from }) {
				got = append(got, folder)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is built from %v; go list says %v", from, got, want)
		}
	}
}

func TestUnitReasonsOfAStackReachThoseDownstream(t *testing.T) {
	q := question(t, "")
	r := q.Answer(Change{Files: []string{"stacks/audit/main.go"}})
	r = q.Add(r, map[graph.Name][]Reason{graph.Data: {{Upstream: graph.Network, Why: "runs on older outputs of network"}}})
	var b strings.Builder
	write(&b, r)
	want := `  data: runs on older outputs of network
  audit: stacks/audit/main.go: package stacks/audit
  audit: reads what data exports
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestUnitEmbeddedFiles(t *testing.T) {
	patterns := []string{"rules.json", "pages/*.html", "all:assets", "testdata"}
	for file, want := range map[string]bool{
		"rules.json": true, "other.json": false, "pages/a.html": true, "pages/a.txt": false, "pages/deep/a.html": false,
		"assets/deep/a.bin": true, "testdata/a": true, "": false, "/": false,
	} {
		if got := matches(patterns, file); got != want {
			t.Errorf("%q is embedded: %t, want %t", file, got, want)
		}
	}
}
