package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
)

func TestUnitProviderPackage(t *testing.T) {
	module := func(path, version string) *debug.Module { return &debug.Module{Path: path, Version: version} }
	replaced := module("github.com/pulumi/pulumi-aws/sdk/v6", "v6.83.2")
	replaced.Replace = module("example.com/fork", "v6.83.1")
	local := module("github.com/pulumi/pulumi-aws/sdk/v6", "v6.83.2")
	local.Replace = module("../aws", "")

	tests := map[string]struct {
		module *debug.Module
		want   *pulumirpc.PackageDependency
	}{
		"the AWS SDK needs the plugin of its version": {
			module("github.com/pulumi/pulumi-aws/sdk/v6", "v6.83.2"),
			&pulumirpc.PackageDependency{Name: "aws", Kind: "resource", Version: "v6.83.2"},
		},
		"a provider's name may have dashes": {
			module("github.com/pulumi/pulumi-aws-native/sdk", "v1.2.3"),
			&pulumirpc.PackageDependency{Name: "aws-native", Kind: "resource", Version: "v1.2.3"},
		},
		"a replaced module counts with the version in its place": {
			replaced, &pulumirpc.PackageDependency{Name: "aws", Kind: "resource", Version: "v6.83.1"},
		},
		"a module replaced by a folder keeps the version it was asked for": {
			local, &pulumirpc.PackageDependency{Name: "aws", Kind: "resource", Version: "v6.83.2"},
		},
		"a commit between releases names no version": {
			module("github.com/pulumi/pulumi-aws/sdk/v6", "v6.83.3-0.20250101000000-abcdefabcdef"),
			&pulumirpc.PackageDependency{Name: "aws", Kind: "resource"},
		},
		"the Pulumi SDK itself is no provider":        {module("github.com/pulumi/pulumi/sdk/v3", "v3.259.0"), nil},
		"a Pulumi library is no provider":             {module("github.com/pulumi/pulumi-terraform-bridge/v3", "v3.1.0"), nil},
		"a module of the same ending elsewhere is no": {module("example.com/pulumi/pulumi-aws/sdk", "v1.0.0"), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := providerPackage(test.module); !proto.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestUnitLinkedPackages(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if packages, err := linkedPackages(self); err != nil || len(packages) != 0 {
		t.Errorf("this test links no provider, got %v, %v", packages, err)
	}
	script := touch(t, filepath.Join(t.TempDir(), "script"))
	if _, err := linkedPackages(script); err == nil || !strings.Contains(err.Error(), "not a Go program") {
		t.Errorf("a script as program: %v", err)
	}
}
