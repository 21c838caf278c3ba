// Package repository holds the tests that look at the repository itself: its
// modules, who may import whom, its folders.
//
// Level of proof: unit. They read files and run nothing.
package repository

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/ringfence/ringfence/shared/graph"
)

const root = "../.."

// The versions that the project is built and tested with.
const (
	pulumiVersion = "v3.259.0"
	awsVersion    = "v6.83.2"
	goVersion     = "1.26.0"
)

// standIn is the module of the stand-in AWS plugin. The bridge it is built on
// works with an older Pulumi than the rest, so it is built outside the
// workspace and held to versions of its own.
const standIn = "shared/toolchain/awsplugin"

var standInVersions = map[string]string{
	"github.com/pulumi/pulumi/pkg/v3":              "v3.190.0",
	"github.com/pulumi/pulumi/sdk/v3":              "v3.190.0",
	"github.com/pulumi/pulumi-terraform-bridge/v3": "v3.116.0",
}

func TestUnitModulesAgreeOnVersions(t *testing.T) {
	for dir, module := range modules(t) {
		if module.Go.Version != goVersion {
			t.Errorf("%s/go.mod: go %s; every module says go %s", dir, module.Go.Version, goVersion)
		}
		for _, require := range module.Require {
			want := ""
			switch path := require.Mod.Path; {
			case dir == standIn:
				want = standInVersions[path]
			case path == "github.com/pulumi/pulumi/pkg/v3", path == "github.com/pulumi/pulumi/sdk/v3":
				want = pulumiVersion
			case path == "github.com/pulumi/pulumi-aws/sdk/v6":
				want = awsVersion
			}
			if want != "" && require.Mod.Version != want {
				t.Errorf("%s/go.mod: %s is %s; it must be %s", dir, require.Mod.Path, require.Mod.Version, want)
			}
		}
	}
}

func TestUnitPinnedPulumiIsTheModulesPulumi(t *testing.T) {
	if got := "v" + strings.TrimSpace(read(t, ".pulumi.version")); got != pulumiVersion {
		t.Errorf(".pulumi.version is %s; the modules use %s", got, pulumiVersion)
	}
}

func TestUnitWorkspaceListsEveryModule(t *testing.T) {
	work, err := modfile.ParseWork("go.work", []byte(read(t, "go.work")), nil)
	if err != nil {
		t.Fatal(err)
	}
	listed := []string{standIn}
	for _, use := range work.Use {
		listed = append(listed, strings.TrimPrefix(use.Path, "./"))
	}
	for dir := range modules(t) {
		if !slices.Contains(listed, dir) {
			t.Errorf("go.work does not use ./%s", dir)
		}
	}
}

// The programs are what a deployment waits for, so they stay light.
func TestUnitStackProgramsNeedOnlyPulumiAndAWS(t *testing.T) {
	allowed := []string{
		"github.com/pulumi/pulumi/sdk/v3",
		"github.com/pulumi/pulumi-aws/sdk/v6",
		"github.com/ringfence/ringfence/shared",
	}
	all := modules(t)
	for _, name := range graph.Names() {
		module, ok := all[name.Dir()]
		if !ok {
			t.Errorf("stack %s has no module in %s", name, name.Dir())
			continue
		}
		for _, require := range module.Require {
			if !require.Indirect && !slices.Contains(allowed, require.Mod.Path) {
				t.Errorf("%s/go.mod: stack programs may not need %s", name.Dir(), require.Mod.Path)
			}
		}
	}
}

// modules returns every go.mod of the repository by its folder.
func modules(t *testing.T) map[string]*modfile.File {
	t.Helper()
	out := map[string]*modfile.File{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".ringfence" || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if entry.Name() != "go.mod" {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		module, err := modfile.Parse(path, content, nil)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		out[filepath.ToSlash(dir)] = module
		return err
	})
	if err != nil || len(out) < 8 {
		t.Fatalf("found %d modules: %v", len(out), err)
	}
	return out
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
