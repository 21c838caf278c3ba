package tfprovider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
)

func TestUnitLocate(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(filepath.Dir(self), PathFile)
	binary := filepath.Join(t.TempDir(), "terraform-provider-aws_v5.100.0_x5")
	if err := os.WriteFile(binary, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, variable, file string
		want                 string
		message              string
	}{
		{"by the variable", binary, "", binary, ""},
		{"by the file beside the executable", "", binary + "\n", binary, ""},
		{"the variable goes first", binary, "/nowhere", binary, ""},
		{"not at all", "", "", "", "set " + PathVariable},
		{"a path to nothing", "/nowhere", "", "", `"/nowhere", named by environment variable ` + PathVariable},
		{"a path to a directory", "", filepath.Dir(binary), "", beside},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(PathVariable, c.variable)
			if c.file != "" {
				if err := os.WriteFile(beside, []byte(c.file), 0o644); err != nil {
					t.Fatal(err)
				}
				defer os.Remove(beside)
			}
			got, err := Locate()
			if got != c.want || (err != nil) != (c.message != "") {
				t.Fatalf("got %q and %v, want %q", got, err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), c.message) {
				t.Errorf("message is %q, want it to contain %q", err, c.message)
			}
		})
	}
}

func TestUnitStoredSchema(t *testing.T) {
	binary, directory := filepath.Join(t.TempDir(), "provider"), t.TempDir()
	if err := os.WriteFile(binary, []byte("one"), 0o755); err != nil {
		t.Fatal(err)
	}
	schema := &tfplugin5.GetProviderSchema_Response{
		Provider: &tfplugin5.Schema{Block: &tfplugin5.Schema_Block{}},
		ResourceSchemas: map[string]*tfplugin5.Schema{"aws_vpc": {Version: 1, Block: &tfplugin5.Schema_Block{
			Attributes: []*tfplugin5.Schema_Attribute{{Name: "tags", Type: []byte(`["map","string"]`), Optional: true}},
		}}},
	}

	first := openStore(binary, directory)
	if first.read() != nil {
		t.Fatal("an empty store has a schema")
	}
	first.save(schema)
	stored := openStore(binary, directory).read()
	if stored == nil || stored.ResourceSchemas["aws_vpc"].Block.Attributes[0].Type.String() != "tftypes.Map[tftypes.String]" {
		t.Fatalf("stored schema reads as %v", stored)
	}

	if err := os.WriteFile(first.file, []byte("not a schema"), 0o644); err != nil {
		t.Fatal(err)
	}
	if openStore(binary, directory).read() != nil {
		t.Error("a damaged file reads as a schema")
	}
	first.save(schema)
	if err := os.Chtimes(binary, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if openStore(binary, directory).read() != nil {
		t.Error("a changed binary has the schema of the one before")
	}
	nowhere := openStore(binary, "")
	nowhere.save(schema)
	if nowhere.read() != nil {
		t.Error("a store with no directory has a schema")
	}
}
