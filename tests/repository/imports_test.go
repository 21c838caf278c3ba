package repository

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
)

const modulePath = "github.com/ringfence/ringfence/"

// layers orders the packages of shared/ from the bottom up: each may import
// those of the layers before its own, never those beside or above it. A new
// package finds its place here.
var layers = [][]string{
	{"shared/authorization", "shared/folder", "shared/golden", "shared/graph", "shared/iameval", "shared/iampolicy", "shared/names", "shared/quota"},
	{"shared/config", "shared/contract", "shared/grants", "shared/workflows"},
	{"shared/backend", "shared/secure", "shared/snapshot"},
	{"shared/access", "shared/boundary", "shared/program"},
	{"shared/controls", "shared/policylint", "shared/record", "shared/sandbox"},
	{"shared/conformance", "shared/delta", "shared/evidence", "shared/launch", "shared/policypack"},
}

func TestUnitImportsRunDownwards(t *testing.T) {
	level := map[string]int{}
	for i, layer := range layers {
		for _, p := range layer {
			level[p] = i
		}
	}
	for _, file := range goFiles(t, "shared") {
		from := filepath.ToSlash(filepath.Dir(file))
		if strings.HasPrefix(from, "shared/cmd") || strings.HasPrefix(from, "shared/toolchain") {
			continue // modules of their own, above all of these
		}
		at, ok := level[from]
		if !ok && !strings.Contains(from, "testdata") {
			t.Errorf("%s is in no layer; add it to layers in this test", from)
			continue
		}
		for _, to := range imports(t, file) {
			below, ours := level[to]
			if !ours || to == from {
				continue
			}
			if below >= at && !(strings.HasSuffix(file, "_test.go") && to == "shared/golden") {
				t.Errorf("%s imports %s, which is not in a layer below its own", file, to)
			}
		}
	}
}

// Stacks know each other through contracts only.
func TestUnitStacksDoNotImportEachOther(t *testing.T) {
	for _, stack := range graph.Names() {
		for _, file := range goFiles(t, stack.Dir()) {
			for _, to := range imports(t, file) {
				if strings.HasPrefix(to, "stacks/") && !strings.HasPrefix(to, stack.Dir()+"/") {
					t.Errorf("%s imports %s; a stack reads another one's contract, not its code", file, to)
				}
			}
		}
	}
}

// A main of a stack only names its program.
func TestUnitStackMainsAreThin(t *testing.T) {
	for _, stack := range graph.Names() {
		file := stack.Dir() + "/main.go"
		if lines := strings.Count(read(t, file), "\n"); lines > 60 {
			t.Errorf("%s has %d lines; a main has at most 60", file, lines)
		}
	}
}

// goFiles returns the Go files below a folder, relative to the root.
func goFiles(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			path, err = filepath.Rel(root, path)
			out = append(out, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("no Go files in %s: %v", dir, err)
	}
	slices.Sort(out)
	return out
}

// imports returns the project's own packages that a file imports, relative to
// the root.
func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if own, found := strings.CutPrefix(path, modulePath); found {
			out = append(out, own)
		}
	}
	return out
}
