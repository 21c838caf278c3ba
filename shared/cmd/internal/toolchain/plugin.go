package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/terraform"
)

// The variables that decide where the AWS plugin comes from.
const (
	// PluginVariable is "official" or "stand-in" to take only that plugin.
	PluginVariable = "RINGFENCE_AWS_PLUGIN"
	// ProviderVariable names a folder with HashiCorp's AWS provider.
	ProviderVariable = terraform.FolderVariable
)

// planPlugin finds the way to the AWS plugin: installed, downloaded, or the
// stand-in over HashiCorp's provider. It builds nothing.
func (l layout) planPlugin(ctx context.Context, say func(string)) (func(context.Context) (part, error), error) {
	setting := os.Getenv(PluginVariable)
	if setting != "" && setting != string(official) && setting != string(standIn) {
		return nil, fmt.Errorf("%s=%q: must be %q, %q or unset", PluginVariable, setting, official, standIn)
	}
	provider, searched := l.find(TerraformAWSVersion, l.root)
	haveProvider := provider.Path != "" && setting != string(official)
	makeStandIn := func(ctx context.Context) (part, error) { return l.makeStandIn(ctx, provider, say) }
	if setting == string(standIn) {
		if !haveProvider {
			return nil, missingPlugin(nil, searched)
		}
		return makeStandIn, nil
	}

	if path, ok := l.installedPlugin(); ok {
		return func(context.Context) (part, error) { return l.linkPlugin(path) }, nil
	}
	archive, err := l.download(ctx)
	switch {
	case err == nil:
		return func(ctx context.Context) (part, error) {
			plugin, err := l.unpackPlugin(ctx, archive, say)
			if err != nil && ctx.Err() == nil && haveProvider {
				say(fmt.Sprintf("downloading the AWS plugin failed (%v); the stand-in takes its place", err))
				return makeStandIn(ctx)
			}
			return plugin, err
		}, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case haveProvider:
		return makeStandIn, nil
	}
	return nil, missingPlugin(err, searched)
}

// missingPlugin says all that is missing and every way to supply it.
func missingPlugin(download error, searched []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "the AWS plugin %s is missing. Supply it in one of these ways:\n", AWSPluginVersion)
	fmt.Fprintf(&b, "  - the official plugin: pulumi plugin install resource aws v%s (on a machine without a way to Pulumi's downloads, "+
		"put its archive there with --file)\n", AWSPluginVersion)
	fmt.Fprintf(&b, "  - HashiCorp's AWS provider %s for %s_%s, over which a stand-in is built: run\n"+
		"    `terraform providers mirror DIR` for hashicorp/aws %s where there is a network, and set %s=DIR\n",
		TerraformAWSVersion, runtime.GOOS, runtime.GOARCH, TerraformAWSVersion, ProviderVariable)
	if setting := os.Getenv(PluginVariable); setting != "" {
		fmt.Fprintf(&b, "%s=%s allows only one of them.\n", PluginVariable, setting)
	}
	if download != nil {
		fmt.Fprintf(&b, "The download failed: %v\n", download)
	}
	fmt.Fprintf(&b, "Searched for the provider: %s", strings.Join(searched, ", "))
	return fmt.Errorf("%s", b.String())
}

// pluginSettingsHold says whether the plugin still is what the variables ask
// for. Unset, they ask for nothing.
func pluginSettingsHold(p part) bool {
	if kind := os.Getenv(PluginVariable); kind != "" && kind != string(p.Kind) {
		return false
	}
	folder := os.Getenv(ProviderVariable)
	return p.Kind != standIn || folder == "" || folder == p.Setting
}

// installedPlugin returns the official plugin in the user's own Pulumi home.
func (l layout) installedPlugin() (string, bool) {
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return "", false
		}
		home = filepath.Join(user, ".pulumi")
	}
	folder := filepath.Join(home, "plugins", filepath.Base(l.pluginFolder()))
	path := filepath.Join(folder, pluginName)
	_, err := os.Stat(folder + ".partial") // the mark of an unfinished installation
	return path, path != l.plugin() && isExecutable(path) && os.IsNotExist(err)
}

// linkPlugin makes a plugin folder that holds a link to the installed plugin.
func (l layout) linkPlugin(path string) (part, error) {
	err := l.fillPluginFolder(func(folder string) error {
		return os.Symlink(path, filepath.Join(folder, pluginName))
	})
	return part{Version: AWSPluginVersion, Kind: official, From: "installed as " + path}, err
}

// makeStandIn builds the stand-in and tells it where HashiCorp's provider is.
func (l layout) makeStandIn(ctx context.Context, provider terraform.Provider, say func(string)) (part, error) {
	path := provider.Path
	if provider.Packed {
		say("unpacking HashiCorp's AWS provider " + provider.Path)
		path = l.unpackedProvider()
		if err := provider.Unpack(path); err != nil {
			return part{}, err
		}
	}
	say("building the stand-in for the AWS plugin over HashiCorp's provider " + TerraformAWSVersion + " (minutes the first time)")
	files, err := l.pluginSources()
	if err != nil {
		return part{}, err
	}
	print, err := take(l.root, files)
	if err != nil {
		return part{}, err
	}
	err = l.fillPluginFolder(func(folder string) error {
		build := goBuild{
			folder: filepath.Join(l.root, "shared", "toolchain", "awsplugin"), workspace: "off",
			output: filepath.Join(folder, pluginName), packages: []string{"."},
		}
		if err := build.run(ctx); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			return fmt.Errorf("the official AWS plugin %s cannot be had, and building the stand-in failed; "+
				"install the official one, or let Go reach the modules (GOPROXY): %w", AWSPluginVersion, err)
		}
		return os.WriteFile(filepath.Join(folder, providerPathFile), []byte(path+"\n"), 0o644)
	})
	return part{
		Version: AWSPluginVersion, Kind: standIn, From: "stand-in for trial and test, over " + provider.Path,
		Needs: []string{path}, Setting: os.Getenv(ProviderVariable), Sources: &print,
	}, err
}

// fillPluginFolder replaces the plugin folder by one that fill has filled.
func (l layout) fillPluginFolder(fill func(folder string) error) error {
	scratch, err := l.scratch()
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	folder := filepath.Join(scratch, "plugin")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	if err := fill(folder); err != nil {
		return err
	}
	return l.moveFolder(folder, l.pluginFolder())
}
