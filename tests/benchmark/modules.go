package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/benchmark/footprint"
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
	for _, stack := range graph.Names() {
		if _, _, err := footprint.Run(ctx, m.command(stack, "init", "-input=false", "-no-color")); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *modules) command(stack graph.Name, args ...string) footprint.Command {
	return footprint.Command{
		Folder: filepath.Join(m.dir, string(stack)), Environment: m.env, Arguments: append([]string{"terraform"}, args...),
	}
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

// Run runs Terraform in the modules, one after the other, from the end for what
// destroys.
func (m *modules) Run(ctx context.Context, o operation) (took footprint.Footprint, changes int, err error) {
	stacks := graph.Names()
	if o.terraform[0] == "destroy" {
		slices.Reverse(stacks)
	}
	args := append(slices.Clone(o.terraform), "-input=false", "-no-color")
	for _, stack := range stacks {
		text, one, err := footprint.Run(ctx, m.command(stack, args...))
		if err != nil {
			return took, changes, fmt.Errorf("%s: %w", stack, err)
		}
		took = took.Then(one)
		found, err := summarised(text)
		if err != nil {
			return took, changes, fmt.Errorf("%s: terraform %s: %w", stack, o.terraform[0], err)
		}
		changes += found
	}
	return took, changes, nil
}

// summaries are the lines in which Terraform counts what it has done or would do.
var summaries = regexp.MustCompile(`(?m)^(?:Plan: (\d+) to add, (\d+) to change, (\d+) to destroy\.` +
	`|(?:Apply|Destroy) complete! Resources: (?:(\d+) added, (\d+) changed, )?(\d+) destroyed\.)$`)

// summarised counts the resources that Terraform says it has changed, or would
// change.
func summarised(text string) (int, error) {
	if strings.Contains(text, "This is a refresh-only plan") {
		return 0, nil // of what AWS has computed since, and of nothing that is declared
	}
	found := summaries.FindAllStringSubmatch(text, -1)
	if found == nil {
		if strings.Contains(text, "\nNo changes. ") || strings.HasPrefix(text, "No changes. ") {
			return 0, nil
		}
		return 0, errors.New("it does not say what has changed")
	}
	changes := 0
	for _, count := range found[len(found)-1][1:] { // the deployment comes after its plan
		n, _ := strconv.Atoi(count) // those of the other form are empty
		changes += n
	}
	return changes, nil
}

func (m *modules) Created(*terraform.Estate) (census, error) {
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
