package terraform

import (
	"archive/zip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const version = "5.100.0"

var platform = runtime.GOOS + "_" + runtime.GOARCH

func file(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnitLayouts(t *testing.T) {
	tests := map[string]struct {
		name   string
		mode   os.FileMode
		packed bool
		found  bool
	}{
		"unpacked":                       {"registry.terraform.io/hashicorp/aws/5.100.0/" + platform + "/terraform-provider-aws_v5.100.0_x5", 0o755, false, true},
		"unpacked, as others name it":    {"registry.terraform.io/hashicorp/aws/5.100.0/" + platform + "/terraform-provider-aws_v5.100.0", 0o755, false, true},
		"another registry":               {"registry.opentofu.org/hashicorp/aws/5.100.0/" + platform + "/terraform-provider-aws_v5.100.0", 0o755, false, true},
		"packed":                         {"registry.terraform.io/hashicorp/aws/terraform-provider-aws_5.100.0_" + platform + ".zip", 0o644, true, true},
		"the executable by itself":       {"terraform-provider-aws_v5.100.0_x5", 0o755, false, true},
		"the archive by itself":          {"terraform-provider-aws_5.100.0_" + platform + ".zip", 0o644, true, true},
		"another version":                {"registry.terraform.io/hashicorp/aws/5.99.0/" + platform + "/terraform-provider-aws_v5.99.0_x5", 0o755, false, false},
		"another platform":               {"registry.terraform.io/hashicorp/aws/5.100.0/plan9_mips/terraform-provider-aws_v5.100.0_x5", 0o755, false, false},
		"an archive of another platform": {"terraform-provider-aws_5.100.0_plan9_mips.zip", 0o644, true, false},
		"a file that is no executable":   {"registry.terraform.io/hashicorp/aws/5.100.0/" + platform + "/terraform-provider-aws_v5.100.0_x5", 0o644, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "mirror [1]") // brackets mean something to a pattern
			path := file(t, filepath.Join(folder, filepath.FromSlash(test.name)), "", test.mode)
			want := Provider{}
			if test.found {
				want = Provider{Path: path, Packed: test.packed}
			}
			if got := inMirror(folder, version); got != want {
				t.Errorf("found %+v, want %+v", got, want)
			}
		})
	}
}

func TestUnitUnpackedBeforePacked(t *testing.T) {
	folder := t.TempDir()
	file(t, filepath.Join(folder, "registry.terraform.io/hashicorp/aws/terraform-provider-aws_5.100.0_"+platform+".zip"), "", 0o644)
	want := file(t, filepath.Join(folder, "registry.terraform.io/hashicorp/aws/5.100.0", platform, "terraform-provider-aws_v5.100.0_x5"), "", 0o755)
	if got := inMirror(folder, version); got.Path != want || got.Packed {
		t.Errorf("found %+v, want %s", got, want)
	}
}

func TestUnitSearchPath(t *testing.T) {
	home := t.TempDir()
	settings := file(t, filepath.Join(home, "settings.tfrc"), `
plugin_cache_dir = "$HOME/cache"
# plugin_cache_dir = "/commented"
provider_installation {
  filesystem_mirror {
    path    = "/srv/mirror"
    include = ["registry.terraform.io/*/*"]
  }
  filesystem_mirror { path = "/srv/second" }
}
`, 0o644)
	inJSON := file(t, filepath.Join(home, "settings.tfrc.json"),
		`{"provider_installation": [{"filesystem_mirror": [{"path": "/srv/json"}]}]}`, 0o644)
	file(t, filepath.Join(home, ".terraformrc"), `plugin_cache_dir = "/srv/default"`, 0o644)
	file(t, filepath.Join(home, ".terraform.d", "more.tfrc"), `plugin_cache_dir = "/srv/more"`, 0o644)

	tests := map[string]struct {
		env  map[string]string
		want []string // in this order, perhaps with others between
		not  []string
	}{
		"our variable is first, Terraform's cache second": {
			env:  map[string]string{FolderVariable: "/ours", "TF_PLUGIN_CACHE_DIR": "/cache"},
			want: []string{"/ours", "/cache", "/srv/default", "/srv/more", "/checkout/terraform.d/plugins", home + "/.terraform.d/plugins"},
		},
		"a settings file is read in place of the default one": {
			env:  map[string]string{"TF_CLI_CONFIG_FILE": settings},
			want: []string{home + "/cache", "/srv/mirror", "/srv/second", "/srv/more"},
			not:  []string{"/srv/default", "/commented"},
		},
		"a settings file in JSON": {
			env:  map[string]string{"TF_CLI_CONFIG_FILE": inJSON},
			want: []string{"/srv/json"},
		},
		"a settings file that is missing does no harm": {
			env:  map[string]string{"TF_CLI_CONFIG_FILE": "/no/such/file"},
			want: []string{home + "/.terraform.d/plugins"},
		},
	}
	if runtime.GOOS == "linux" {
		tests["the data folders of the desktop standard"] = struct {
			env  map[string]string
			want []string
			not  []string
		}{
			want: []string{home + "/.local/share/terraform/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"},
		}
		tests["data folders elsewhere"] = struct {
			env  map[string]string
			want []string
			not  []string
		}{
			env:  map[string]string{"XDG_DATA_HOME": "/data", "XDG_DATA_DIRS": "/one:/two"},
			want: []string{"/data/terraform/plugins", "/one/terraform/plugins", "/two/terraform/plugins"},
			not:  []string{"/usr/share/terraform/plugins"},
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			env := func(variable string) string {
				if variable == "HOME" {
					return home
				}
				return test.env[variable]
			}
			got := searchPath(env, home, "/checkout")
			last := -1
			for _, want := range test.want {
				i := slices.Index(got, want)
				if i <= last {
					t.Errorf("%s is at %d, want it after %d in %q", want, i, last, got)
				}
				last = i
			}
			for _, not := range test.not {
				if slices.Contains(got, not) {
					t.Errorf("%s is searched", not)
				}
			}
		})
	}
}

func TestUnitUnpack(t *testing.T) {
	pack := func(name string) Provider {
		path := filepath.Join(t.TempDir(), "provider.zip")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		archive := zip.NewWriter(out)
		entry, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte("provider")); err != nil {
			t.Fatal(err)
		}
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		return Provider{Path: path, Packed: true}
	}
	to := filepath.Join(t.TempDir(), "folder", "provider")
	if err := pack("terraform-provider-aws_v5.100.0_x5").Unpack(to); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(to); err != nil || info.Mode()&0o111 == 0 || info.Size() != int64(len("provider")) {
		t.Errorf("unpacked %v, %v", info, err)
	}
	broken := Provider{Path: file(t, filepath.Join(t.TempDir(), "broken.zip"), "PK", 0o644), Packed: true}
	for name, test := range map[string]struct {
		provider Provider
		want     string
	}{
		"an archive of something else": {pack("LICENSE.txt"), "holds no terraform-provider-aws"},
		"a broken archive":             {broken, "fetch the archive again"},
	} {
		to := filepath.Join(t.TempDir(), "provider")
		if err := test.provider.Unpack(to); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if _, err := os.Stat(to); err == nil {
			t.Errorf("%s: something was left", name)
		}
	}
}
