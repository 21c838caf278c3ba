package toolchain

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/terraform"
)

// layout knows where things are in a checkout.
type layout struct {
	root string
	// download opens the archive of the official AWS plugin.
	download func(context.Context) (io.ReadCloser, error)
	// find searches this machine for HashiCorp's provider.
	find func(version, checkout string) (found terraform.Provider, searched []string)
}

// at makes sure that root is a checkout, and its path absolute: the engine
// runs in other folders.
func at(root string) (layout, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return layout{}, err
	}
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		return layout{}, fmt.Errorf("%s is no checkout of Ringfence: it has no go.work", root)
	}
	return layout{root: root, download: openDownload, find: terraform.Find}, nil
}

func (l layout) runtime(name ...string) string {
	return filepath.Join(append([]string{l.root, ".ringfence"}, name...)...)
}

// bin holds the CLI and, beside it, the language host.
func (l layout) bin(name string) string { return l.runtime("bin", name) }

// home is the CLI's PULUMI_HOME.
func (l layout) home() string { return l.runtime("pulumi") }

// pluginFolder is where the engine looks for the AWS plugin. It must be a real
// folder, not a link to one.
func (l layout) pluginFolder() string {
	return filepath.Join(l.home(), "plugins", "resource-aws-v"+AWSPluginVersion)
}

const pluginName = "pulumi-resource-aws"

func (l layout) plugin() string { return filepath.Join(l.pluginFolder(), pluginName) }

// unpackedProvider is HashiCorp's provider where a mirror has it only packed.
func (l layout) unpackedProvider() string {
	return l.runtime("terraform", "terraform-provider-aws_v"+TerraformAWSVersion)
}

// programs holds the stack programs.
func (l layout) programs() string { return l.runtime("programs") }

// lock makes this process the only one that makes tools, or programs.
func (l layout) lock(ctx context.Context, what string, say func(string)) (release func(), err error) {
	return lockfile.Acquire(ctx, l.runtime(what+".lock"), func() {
		say("waiting for another ringfence that makes the " + what)
	})
}

// scratch makes a folder for unfinished work, on the same file system as where
// the work goes when it is finished.
func (l layout) scratch() (string, error) {
	if err := os.MkdirAll(l.runtime("tmp"), 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(l.runtime("tmp"), "")
}

// clearScratch removes the unfinished work of runs that were interrupted. It is
// called under the lock of the tools.
func (l layout) clearScratch() error { return os.RemoveAll(l.runtime("tmp")) }

// move puts a finished file in its place at once.
func move(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// moveFolder puts a finished folder in the place of another.
func (l layout) moveFolder(from, to string) error {
	if _, err := os.Stat(to); err == nil {
		old, err := l.scratch()
		if err != nil {
			return err
		}
		defer os.RemoveAll(old)
		if err := os.Rename(to, filepath.Join(old, "old")); err != nil {
			return err
		}
	}
	return move(from, to)
}
