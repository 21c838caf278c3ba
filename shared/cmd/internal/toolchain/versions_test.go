package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkout is the root of this checkout.
const checkout = "../../../.."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(checkout, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUnitPinnedVersionsAgree(t *testing.T) {
	if got := strings.TrimSpace(read(t, ".pulumi.version")); strings.TrimPrefix(got, "v") != PulumiVersion {
		t.Errorf(".pulumi.version has %q, the toolchain %s", got, PulumiVersion)
	}
	for file, wants := range map[string][]string{
		"shared/toolchain/go.mod": {
			"github.com/pulumi/pulumi/pkg/v3 v" + PulumiVersion, "github.com/pulumi/pulumi/sdk/v3 v" + PulumiVersion, "tool " + cliPackage,
		},
		"shared/go.mod": {"github.com/pulumi/pulumi-aws/sdk/v6 v" + AWSPluginVersion},
	} {
		text := read(t, file)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not have %q", file, want)
			}
		}
	}
}
