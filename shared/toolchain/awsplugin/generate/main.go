// Command generate writes mapping.json anew from the Go SDK of pulumi-aws and the schema of
// the Terraform provider.
//
// It upholds one rule: the mapping is a function of these two and of nothing else. There is no
// table of exceptions to keep up.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/proto"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/mapping"
	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/tfprovider"
)

const output = "mapping/mapping.json"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	path, err := tfprovider.Locate()
	if err != nil {
		return err
	}
	text, err := generate(ctx, path)
	if err != nil {
		return err
	}
	return os.WriteFile(output, text, 0o644)
}

// generate returns the text of mapping.json for the Terraform provider at path.
func generate(ctx context.Context, path string) ([]byte, error) {
	s, err := downloadSDK(ctx)
	if err != nil {
		return nil, err
	}
	server, err := tfprovider.Start(path, "")
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	return makeMapping(proto.New(ctx, server), s).Encode()
}

func makeMapping(provider shim.Provider, s *sdk) mapping.Mapping {
	return mapping.Mapping{
		Config:    fit("", provider.Schema(), s.config),
		Resources: entries(provider.ResourcesMap(), s.resources, ""),
		Functions: entries(provider.DataSourcesMap(), s.functions, "get"),
	}
}

func entries(types shim.ResourceMap, tokens map[string]properties, prefix string) map[string]mapping.Entry {
	all := map[string]mapping.Entry{}
	for name, token := range match(types, tokens, prefix) {
		all[name] = fit(token, types.Get(name).Schema(), tokens[token])
	}
	return all
}

// downloadSDK reads the SDK from the module cache, where Go puts it if it is not there yet.
func downloadSDK(ctx context.Context) (*sdk, error) {
	module := "github.com/pulumi/pulumi-aws/sdk/v6@v" + mapping.SDKVersion
	text, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", module).Output()
	if err != nil {
		return nil, fmt.Errorf("go mod download %s: %w: %s", module, err, text)
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(text, &downloaded); err != nil {
		return nil, fmt.Errorf("go mod download %s: %w", module, err)
	}
	return readSDK(filepath.Join(downloaded.Dir, "go", "aws"))
}
