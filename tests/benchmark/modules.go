package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// providerPath is the file in which the AWS plugin notes the Terraform provider
// that it runs on.
const providerPath = ".ringfence/pulumi/plugins/*/terraform-provider-path"

// modules deploys the estate with Terraform, a root module for each stack.
type modules struct {
	dir string
	env []string
}

// newModules writes the modules and initialises them.
func newModules(ctx context.Context, root, scratch, endpoint string, estate *terraform.Estate) (*modules, error) {
	if _, err := exec.LookPath("terraform"); err != nil {
		return nil, errors.New("terraform is not on PATH: install Terraform 1.x to compare with it")
	}
	m := &modules{dir: filepath.Join(scratch, "terraform")}
	settings, err := installation(root, scratch)
	if err != nil {
		return nil, err
	}
	m.env = environ([]string{"AWS_", "TF_"}, append(settings,
		"AWS_ENDPOINT_URL="+endpoint,
		"AWS_ACCESS_KEY_ID="+accessKeyID,
		"AWS_SECRET_ACCESS_KEY="+secretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true",
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1", // ask nobody for updates
	)...)
	if err := estate.Write(m.dir); err != nil {
		return nil, err
	}
	return m, m.each(ctx, graph.Names(), "init")
}

// installation makes Terraform run on the very provider that the AWS plugin
// runs on. With the official plugin there is none; Terraform then gets the
// provider as the user has set it up.
func installation(root, scratch string) ([]string, error) {
	noted, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(providerPath)))
	if err != nil || len(noted) == 0 {
		return keep("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR"), err
	}
	provider, err := os.ReadFile(noted[0])
	if err != nil {
		return nil, err
	}
	mirror := filepath.Join(scratch, "mirror")
	folder := filepath.Join(mirror, "registry.terraform.io", "hashicorp", "aws", terraform.ProviderVersion, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	binary := filepath.Join(folder, "terraform-provider-aws_v"+terraform.ProviderVersion)
	if err := os.Symlink(strings.TrimSpace(string(provider)), binary); err != nil {
		return nil, err
	}
	settings := filepath.Join(scratch, "terraform.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	return []string{"TF_CLI_CONFIG_FILE=" + settings}, os.WriteFile(settings, []byte(text), 0o644)
}

// keep returns the variables that are set.
func keep(names ...string) []string {
	var set []string
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			set = append(set, name+"="+value)
		}
	}
	return set
}

// each runs Terraform in the modules, one after the other.
func (m *modules) each(ctx context.Context, stacks []graph.Name, args ...string) error {
	args = append(args, "-input=false", "-no-color")
	for _, stack := range stacks {
		if _, err := output(command(ctx, filepath.Join(m.dir, string(stack)), m.env, "terraform", args...)); err != nil {
			return fmt.Errorf("%s: %w", stack, err)
		}
	}
	return nil
}

func (m *modules) Deploy(ctx context.Context) error {
	return m.each(ctx, graph.Names(), "apply", "-auto-approve")
}

// Unchanged plans without a refresh, as Ringfence does. The exit status tells
// whether there is anything to do.
func (m *modules) Unchanged(ctx context.Context) error {
	return m.each(ctx, graph.Names(), "plan", "-refresh=false", "-detailed-exitcode")
}

// Previewed is the same: Terraform's deployment without a change is its plan.
func (m *modules) Previewed(ctx context.Context) error { return m.Unchanged(ctx) }

func (m *modules) Refreshed(ctx context.Context) error {
	return m.each(ctx, graph.Names(), "plan", "-detailed-exitcode")
}

func (m *modules) Destroy(ctx context.Context) error {
	stacks := graph.Names()
	slices.Reverse(stacks)
	return m.each(ctx, stacks, "destroy", "-auto-approve", "-refresh=false")
}

func (m *modules) Created() (census, error) {
	created := census{}
	for _, stack := range graph.Names() {
		var state struct {
			Resources []struct {
				Mode, Type string
				Instances  []struct{}
			}
		}
		file := filepath.Join(m.dir, string(stack), "terraform.tfstate")
		if err := readJSON(file, &state); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, resource := range state.Resources {
			if resource.Mode == "managed" {
				created[string(stack)+"/"+resource.Type] += len(resource.Instances)
			}
		}
	}
	return created, nil
}
