package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/terraform"
)

// bench is a checkout on a machine where nothing is installed. Its go command
// writes down what it is asked to build and "builds" it.
type bench struct {
	layout
	t    *testing.T
	path string // the only folder on PATH besides the system's
	said []string
	mu   sync.Mutex
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, path: t.TempDir()}
	b.layout = layout{
		root:     t.TempDir(),
		download: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("no network") },
		find: func(version, checkout string) (terraform.Provider, []string) {
			if os.Getenv(ProviderVariable) == "" { // whatever this machine has
				return terraform.Provider{}, []string{"/nowhere"}
			}
			return terraform.Find(version, checkout)
		},
	}
	for _, name := range []string{
		"go.work", "shared/toolchain/go.mod", "shared/toolchain/go.sum",
		"shared/toolchain/languagehost/main.go", "shared/toolchain/awsplugin/main.go",
	} {
		b.file(filepath.Join(b.root, name), "// "+name, 0o644)
	}
	b.file(filepath.Join(b.path, "go"), `#!/bin/sh
echo "GOWORK=$GOWORK $*" >> "$BENCH_LOG"
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=$2; shift ;;
	-*) [ "$1" = -ldflags ] && shift ;;
	build) ;;
	*)  case $out in
		*/) to=$out$(basename "$1") ;;
		*)  to=$out ;;
		esac
		printf '#!/bin/sh\n' > "$to"; chmod +x "$to" ;;
	esac
	shift
done
`, 0o755)
	t.Setenv("PATH", b.path+":/usr/bin:/bin")
	t.Setenv("BENCH_LOG", filepath.Join(b.path, "log"))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("PULUMI_HOME", "")
	for _, variable := range []string{PluginVariable, ProviderVariable, "TF_PLUGIN_CACHE_DIR", "TF_CLI_CONFIG_FILE"} {
		t.Setenv(variable, "")
	}
	return b
}

func (b *bench) file(path, text string, mode os.FileMode) string {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// installPulumi puts a CLI of this version on PATH, behind a link as package
// managers do, with its language host beside it.
func (b *bench) installPulumi(version string) (folder string) {
	b.t.Helper()
	folder = filepath.Join(b.t.TempDir(), "pulumi")
	b.file(filepath.Join(folder, "pulumi"), "#!/bin/sh\necho "+version+"\n", 0o755)
	b.file(filepath.Join(folder, hostName), "#!/bin/sh\n", 0o755)
	if err := os.Symlink(filepath.Join(folder, "pulumi"), filepath.Join(b.path, "pulumi")); err != nil {
		b.t.Fatal(err)
	}
	return folder
}

// installPlugin puts the official plugin into the user's Pulumi home.
func (b *bench) installPlugin() string {
	b.t.Helper()
	return b.file(filepath.Join(os.Getenv("HOME"), ".pulumi", "plugins", "resource-aws-v"+AWSPluginVersion, pluginName), "official", 0o755)
}

// mirrorProvider makes a Terraform mirror with HashiCorp's provider.
func (b *bench) mirrorProvider() (mirror, provider string) {
	b.t.Helper()
	mirror = b.t.TempDir()
	name := fmt.Sprintf("registry.terraform.io/hashicorp/aws/%[1]s/%[2]s_%[3]s/terraform-provider-aws_v%[1]s_x5",
		TerraformAWSVersion, runtime.GOOS, runtime.GOARCH)
	b.t.Setenv(ProviderVariable, mirror)
	return mirror, b.file(filepath.Join(mirror, name), "provider", 0o755)
}

func (b *bench) make() (Tools, error) {
	return b.ensure(b.t.Context(), func(line string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.said = append(b.said, line)
	})
}

func (b *bench) mustMake() Tools {
	b.t.Helper()
	tools, err := b.make()
	if err != nil {
		b.t.Fatal(err)
	}
	return tools
}

// builds returns what go was asked to build since the last call.
func (b *bench) builds() []string {
	b.t.Helper()
	log := os.Getenv("BENCH_LOG")
	text, err := os.ReadFile(log)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.Remove(log); err != nil {
		b.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func (b *bench) clean() {
	b.t.Helper()
	if left, _ := filepath.Glob(b.runtime("tmp", "*")); len(left) > 0 {
		b.t.Errorf("unfinished work left behind: %v", left)
	}
}
