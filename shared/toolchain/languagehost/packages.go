package main

import (
	"debug/buildinfo"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/blang/semver"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// linkedPackages reads from the program itself which provider SDKs it links.
// That is exact where go.mod is not: a go.work may raise a version, and a
// requirement need not be used.
func linkedPackages(program string) ([]*pulumirpc.PackageDependency, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("%s: not a Go program: %w", program, err)
	}
	var packages []*pulumirpc.PackageDependency
	for _, module := range info.Deps {
		if p := providerPackage(module); p != nil {
			packages = append(packages, p)
		}
	}
	return packages, nil
}

// providerPackage returns the plugin behind a provider SDK, or nil for any other
// module. The rule is that of Pulumi's own host for Pulumi's own providers,
// github.com/pulumi/pulumi-<name>/sdk. Any other provider is no loss: the
// engine asks for it when its first resource is registered.
func providerPackage(module *debug.Module) *pulumirpc.PackageDependency {
	rest, ours := strings.CutPrefix(module.Path, "github.com/pulumi/pulumi-")
	name, sdk, _ := strings.Cut(rest, "/")
	if !ours || (sdk != "sdk" && !strings.HasPrefix(sdk, "sdk/")) {
		return nil
	}
	version := module.Version
	if module.Replace != nil && module.Replace.Version != "" {
		version = module.Replace.Version
	}
	// A folder in place of a module, or a commit between releases, has no
	// plugin of its own: name no version and let the engine choose.
	if v, err := semver.ParseTolerant(version); err != nil || len(v.Pre) > 0 {
		version = ""
	}
	return &pulumirpc.PackageDependency{Name: name, Kind: "resource", Version: version}
}
