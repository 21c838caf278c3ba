package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/config"
)

// target is the part of the command line that says where and what.
type target struct {
	environment string
	name        string
	stacks      []string
	only        bool
}

// where adds the flags that choose an environment.
func (t *target) where(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&t.environment, "env", "e", deployment.DefaultEnvironment,
		"environment: a file in stacks/environments, without .yaml")
	cmd.Flags().StringVar(&t.name, "name", "",
		"name of the Pulumi stacks, such as pr-42 (default: the environment's)")
}

// which adds the flag that chooses stacks.
func (t *target) which(cmd *cobra.Command, usage string) {
	cmd.Flags().StringSliceVarP(&t.stacks, "stack", "s", nil, usage)
}

// asJSON adds the flag for machine-readable results.
func (a *App) asJSON(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.json, "json", false, "print the result as JSON, and everything else to standard error")
}

// site loads and checks the environment file.
func (a *App) site(t target) (deployment.Site, error) {
	e, err := estate.New(a.Stacks)
	if err != nil {
		return deployment.Site{}, err
	}
	if strings.ContainsAny(t.environment, `/\`) || strings.HasSuffix(t.environment, ".yaml") {
		return deployment.Site{}, usageError{fmt.Errorf("--env %q: give the name of an environment, such as local, not a path", t.environment)}
	}
	name := t.stackName()
	env, err := config.Load(fromHere(deployment.EnvironmentsDir(a.Root)), t.environment, name)
	if err != nil {
		return deployment.Site{}, err
	}
	return deployment.Site{Root: a.Root, Estate: e, Environment: env, Name: name}, nil
}

// stackName is the name of the Pulumi stacks.
func (t target) stackName() string { return cmp.Or(t.name, t.environment) }

// fromHere shortens a path below the current folder, so that messages name files
// as the user would.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if short, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(short) {
		return short
	}
	return path
}

// selection resolves the stacks of the command line.
func (t target) selection(e estate.Estate) (deployment.Selection, error) {
	if t.only && len(t.stacks) == 0 {
		return deployment.Selection{}, usageError{fmt.Errorf("--only says to leave out what a stack needs: name the stack with --stack")}
	}
	stacks, err := e.Select(t.stacks)
	if err != nil {
		return deployment.Selection{}, usageError{fmt.Errorf("--stack: %w", err)}
	}
	return deployment.Selection{Stacks: stacks, Only: t.only}, nil
}

// deployment prepares work on the site that the command line names.
func (a *App) deployment(t target) (*deployment.Deployment, deployment.Selection, error) {
	site, err := a.site(t)
	if err != nil {
		return nil, deployment.Selection{}, err
	}
	selection, err := t.selection(site.Estate)
	if err != nil {
		return nil, deployment.Selection{}, err
	}
	return &deployment.Deployment{
		Site: site, Machine: a.Machine, Console: a.console(), Environ: a.Environ, Kill: a.kill,
	}, selection, nil
}
