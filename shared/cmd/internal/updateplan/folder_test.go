package updateplan

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
)

// saved saves a plan of two stacks.
func saved(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "plan")
	save(t, folder, "first")
	return folder
}

func save(t *testing.T, folder, content string) {
	t.Helper()
	m := Manifest{Site: Site{Environment: "dev", Name: "dev", Account: "123456789012"}, Stacks: []Stack{{Stack: "base"}, {Stack: "left"}}}
	if err := Save(folder, m, map[graph.Name][]byte{"base": []byte(content), "left": []byte("left")}); err != nil {
		t.Fatal(err)
	}
}

func TestUnitPlanIsSavedAndRead(t *testing.T) {
	folder := saved(t)
	save(t, folder, "second") // an earlier plan is replaced
	p, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	save(t, folder, "third") // what was checked is what is handed on
	path, err := p.Extract("base", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || string(content) != "second" || p.Environment != "dev" {
		t.Errorf("read %q and %+v, %v", content, p, err)
	}
	entries, err := os.ReadDir(filepath.Dir(folder))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the plan lie %v, %v", entries, err)
	}
}

// Somebody else's folder is left alone, and what a killed save has left is not.
func TestUnitPlanIsSavedWholeOrNotAtAll(t *testing.T) {
	folder := t.TempDir()
	mine := filepath.Join(folder, "mine")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Save(folder, Manifest{}, nil); err == nil || !strings.Contains(err.Error(), "holds no plan") {
		t.Errorf("saved over another folder: %v", err)
	}
	if err := Save(mine, Manifest{}, nil); err == nil {
		t.Error("saved over a file")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}

	plan := filepath.Join(folder, "plan")
	kept := filepath.Join(folder, "plan.old", "kept")
	for _, left := range []string{filepath.Join(folder, ".plan.new", "half"), filepath.Join(folder, ".plan.old", "half"), kept} {
		if err := os.MkdirAll(left, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range []string{"first", "second"} {
		save(t, plan, token)
	}
	if _, err := Open(plan); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".plan.*")); err != nil || len(left) > 0 {
		t.Errorf("left beside the plan: %v, %v", left, err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("a folder of somebody: %v", err)
	}
}

func TestUnitHostilePlans(t *testing.T) {
	manifest := func(change func(m map[string]any)) func(t *testing.T, folder string) {
		return func(t *testing.T, folder string) {
			file := filepath.Join(folder, manifestFile)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var m map[string]any
			if err := json.Unmarshal(content, &m); err != nil {
				t.Fatal(err)
			}
			change(m)
			if content, err = json.Marshal(m); err != nil {
				t.Fatal(err)
			}
			put(t, file, string(content))
		}
	}
	named := func(name string) func(m map[string]any) {
		return func(m map[string]any) { m["stacks"].([]any)[0].(map[string]any)["stack"] = name }
	}
	for name, test := range map[string]struct {
		spoil func(t *testing.T, folder string)
		want  string
	}{
		"no folder":                  {func(t *testing.T, folder string) { remove(t, folder) }, "holds no plan"},
		"no manifest":                {func(t *testing.T, folder string) { remove(t, filepath.Join(folder, manifestFile)) }, "holds no plan"},
		"a manifest that is cut off": {func(t *testing.T, folder string) { put(t, filepath.Join(folder, manifestFile), `{"format": 1, "st`) }, "manifest.json is no manifest"},
		"a manifest that is a link":  {func(t *testing.T, folder string) { link(t, filepath.Join(folder, manifestFile)) }, "manifest.json is not a plain file"},
		"an older format":            {manifest(func(m map[string]any) { m["format"] = 0 }), "has format 0 of Pulumi"},
		"another engine":             {manifest(func(m map[string]any) { m["pulumi"] = "3.1.0" }), "of Pulumi 3.1.0"},
		"a field that nobody knows":  {manifest(func(m map[string]any) { m["except"] = true }), `unknown field "except"`},
		"a plan that is missing":     {func(t *testing.T, folder string) { remove(t, filepath.Join(folder, "left.json")) }, "left.json is missing"},
		"a plan that is cut off":     {func(t *testing.T, folder string) { put(t, filepath.Join(folder, "left.json"), "lef") }, "left.json is not what was saved"},
		"a plan that is a link":      {func(t *testing.T, folder string) { link(t, filepath.Join(folder, "left.json")) }, "left.json is not a plain file"},
		"a plan that is a folder": {func(t *testing.T, folder string) {
			remove(t, filepath.Join(folder, "left.json"))
			if err := os.Mkdir(filepath.Join(folder, "left.json"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "left.json is not a plain file"},
		"a stack outside of the folder": {manifest(named("../../etc/base")), `names a stack "../../etc/base"`},
		"a stack twice":                 {manifest(named("left")), "left.json is not what was saved"},
		"a stack without a name":        {manifest(named("")), `names a stack ""`},
	} {
		t.Run(name, func(t *testing.T) {
			folder := saved(t)
			test.spoil(t, folder)
			if _, err := Open(folder); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func put(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// link puts a link to the same content in the place of a file.
func link(t *testing.T, file string) {
	t.Helper()
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(file, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, file); err != nil {
		t.Fatal(err)
	}
}

func TestUnitDifferencesFromWhatWasForetold(t *testing.T) {
	read := Read{From: "base", Outputs: map[string]any{
		"same": []any{"a", 1.0}, "changed": "a", "gone": true, "hidden": "[secret]",
	}, Unknown: []string{"identity"}}
	got := read.Differences(map[string]any{
		"same": []string{"a", "1"}[:1], "changed": "b", "hidden": "[secret]", "identity": "any", "new": 1,
	})
	want := []string{
		`changed of stack base is "b", and the plan counts on "a"`, "gone of stack base is gone",
		`same of stack base is ["a"], and the plan counts on ["a",1]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (Read{Outputs: map[string]any{"n": 1.0, "l": []any{"a"}}}).Differences(map[string]any{"n": 1, "l": []string{"a"}}); got != nil {
		t.Errorf("the same values differ: %q", got)
	}
}
