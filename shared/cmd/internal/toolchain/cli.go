package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	cliPackage  = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
	hostPackage = "./languagehost"
	hostName    = "pulumi-language-go"
)

// makeCLI makes the CLI and the language host: an installed Pulumi of the
// pinned version as it is, with its own host, or else both built.
func (l layout) makeCLI(ctx context.Context, r record, cli, host bool, say func(string)) (part, part, error) {
	if !cli && !host {
		return r.CLI, r.Host, nil
	}
	if path, ok := l.installedCLI(ctx); ok {
		return l.linkCLI(path)
	}
	if r.CLI.Kind != built || r.Host.Kind != built {
		cli, host = true, true // never one of each
	}
	return l.buildCLI(ctx, r, cli, host, say)
}

// installedCLI returns the first CLI on PATH that has the pinned version and
// its language host beside it.
func (l layout) installedCLI(ctx context.Context) (string, bool) {
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := filepath.EvalSymlinks(filepath.Join(folder, "pulumi"))
		if err != nil || !filepath.IsAbs(path) || !isExecutable(filepath.Join(filepath.Dir(path), hostName)) {
			continue
		}
		if own, err := filepath.EvalSymlinks(l.runtime()); err == nil && strings.HasPrefix(path, own+string(filepath.Separator)) {
			continue
		}
		if cliVersion(ctx, path) == "v"+PulumiVersion {
			return path, true
		}
	}
	return "", false
}

func cliVersion(ctx context.Context, path string) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = append(os.Environ(), "PULUMI_SKIP_UPDATE_CHECK=true")
	out, _ := cmd.Output()
	return strings.TrimSpace(string(out))
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// linkCLI links an installed CLI and its host.
func (l layout) linkCLI(path string) (cli, host part, err error) {
	folder := filepath.Dir(path)
	for _, name := range []string{"pulumi", hostName} {
		if err := l.link(filepath.Join(folder, name), l.bin(name)); err != nil {
			return part{}, part{}, err
		}
	}
	made := part{Version: PulumiVersion, Kind: installed, From: "installed in " + folder}
	return made, made, nil
}

// link makes a symbolic link, replacing what is there at once.
func (l layout) link(target, path string) error {
	scratch, err := l.scratch()
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	fresh := filepath.Join(scratch, "link")
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	return move(fresh, path)
}

// buildCLI builds the CLI, the host, or both in one run, which share most of
// their packages.
func (l layout) buildCLI(ctx context.Context, r record, cli, host bool, say func(string)) (part, part, error) {
	scratch, err := l.scratch()
	if err != nil {
		return part{}, part{}, err
	}
	defer os.RemoveAll(scratch)
	var packages []string
	if cli {
		packages = append(packages, cliPackage)
		say("building the Pulumi CLI " + PulumiVersion + " from its Go module (minutes the first time)")
	}
	if host {
		packages = append(packages, hostPackage)
	}
	// The fingerprints are taken before the build: what changes during it
	// counts as changed.
	cliPart, err := l.builtPart(l.cliSources)
	if err != nil {
		return part{}, part{}, err
	}
	hostPart, err := l.builtPart(l.hostSources)
	if err != nil {
		return part{}, part{}, err
	}
	err = goBuild{
		folder: filepath.Join(l.root, "shared", "toolchain"), workspace: "off",
		// Without its version the CLI fails the version check of the Automation API.
		ldflags: []string{"-X", "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v" + PulumiVersion},
		output:  scratch + string(filepath.Separator), packages: packages,
	}.run(ctx)
	if ctx.Err() != nil {
		return part{}, part{}, ctx.Err()
	}
	if err != nil {
		return part{}, part{}, fmt.Errorf("the Pulumi CLI %s is not installed, and building it failed; "+
			"install that version with its language host (https://www.pulumi.com/docs/install), or let Go reach its modules (GOPROXY): %w",
			PulumiVersion, err)
	}
	if cli {
		r.CLI, err = cliPart, move(filepath.Join(scratch, "pulumi"), l.bin("pulumi"))
	}
	if host && err == nil {
		r.Host, err = hostPart, move(filepath.Join(scratch, filepath.Base(hostPackage)), l.bin(hostName))
	}
	return r.CLI, r.Host, err
}

func (l layout) builtPart(sources func() ([]string, error)) (part, error) {
	files, err := sources()
	if err != nil {
		return part{}, err
	}
	print, err := take(l.root, files)
	return part{Version: PulumiVersion, Kind: built, From: "built in this checkout", Sources: &print}, err
}
