package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/bootstrap"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/environmentfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/sandbox"
)

func (a *App) bootstrapCommand() *cobra.Command {
	var t target
	var yes bool
	cmd := &cobra.Command{
		Use:   "bootstrap",
		Short: "Make the place of Pulumi's state: a bucket and a key",
		Long: `Makes, in the account of the environment file, what must be there before the first
deployment: the bucket of Pulumi's state, a bucket for its access logs, and the
key that encrypts the bucket and the secrets in the state. Then it writes both
addresses into the state section of the environment file.

Where the file says github.integration, it also makes what stands in a sandbox: the
role with which the nightly workflow and the janitor deploy and destroy the
environment, and the boundaries that this role may not write.

It says first what it is going to make, and asks. A second run changes nothing; a
setting that somebody has changed is put right, and a run that broke off is
carried on. Nothing of it is ever deleted: that takes a person who changes the
bucket's policy first.

With state.backend: https://api.pulumi.com there is nothing to make. In the
emulator all of it can be tried; the state of an emulated environment stays in
the checkout, and its file as it is.`,
		Example: `  ./ringfence bootstrap --env dev         in the account of dev.yaml
  ./ringfence bootstrap --env dev --yes   without asking
  ./ringfence bootstrap                   in the emulator, to see what it does`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			site, err := a.site(t)
			if err != nil {
				return err
			}
			return a.bootstrap(cmd.Context(), site, yes)
		},
	}
	cmd.Flags().StringVarP(&t.environment, "env", "e", deployment.DefaultEnvironment,
		"environment: a file in stacks/environments, without .yaml")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask before making anything in a real account")
	a.asJSON(cmd)
	return cmd
}

// bootstrapped is the result, as --json prints it.
type bootstrapped struct {
	Environment     string `json:"environment"`
	Account         string `json:"account"`
	Region          string `json:"region"`
	Backend         string `json:"backend"`
	SecretsProvider string `json:"secretsProvider,omitempty"`
	// Steps are the settings in the order of their making. Empty where somebody
	// else keeps the state.
	Steps []bootstrap.Step `json:"steps"`
	// File says what became of the environment file: written, as it should be or
	// left alone.
	File string `json:"file"`
}

func (a *App) bootstrap(ctx context.Context, site deployment.Site, yes bool) error {
	c, env := a.console(), site.Environment
	if !site.Emulated() && isCloud(env.State.Backend) {
		c.Line("There is nothing to make: Pulumi Cloud (%s) keeps the state of environment %s, and its secrets.", env.State.Backend, env.Name)
		return a.bootstrapResult(bootstrapped{
			Environment: env.Name, Account: env.AccountID, Region: env.Region, Backend: env.State.Backend,
			SecretsProvider: env.State.SecretsProvider, Steps: []bootstrap.Step{}, File: "left alone",
		})
	}
	if err := site.Owned(); err != nil {
		return err
	}
	place := backend.Of(env)
	if !site.Emulated() {
		// What the file says otherwise is said before anything is made.
		if _, err := environmentfile.Unwritten(env.State, place.State()); err != nil {
			return fmt.Errorf("%s: %w", site.File(), err)
		}
	}
	cfg, err := a.reachAWS(ctx, site)
	if err != nil {
		return interruptedOr(ctx, err)
	}
	if !site.Emulated() && !yes {
		if err := a.confirmBootstrap(site, place); err != nil {
			return err
		}
	}
	result := bootstrapped{
		Environment: env.Name, Account: env.AccountID, Region: env.Region,
		Backend: place.State().Backend, SecretsProvider: place.State().SecretsProvider, Steps: []bootstrap.Step{},
	}
	of := ""
	err = bootstrap.Open(env, cfg).Make(ctx, func(s bootstrap.Step) {
		result.Steps = append(result.Steps, s)
		if s.Of != of {
			c.Line("%s", c.Emphasis(s.Of))
		}
		of = s.Of
		c.Line("  %-42s %s", s.What, outcome(s))
	})
	if ctx.Err() != nil {
		c.Line("interrupted: what is made stays, and ./ringfence bootstrap%s goes on there", site.Flags())
		return reported{estate.Interrupted}
	}
	if err != nil {
		return err
	}
	if result.File, err = a.writeState(site, place); err != nil {
		return err
	}
	a.afterBootstrap(site, result)
	return a.bootstrapResult(result)
}

// isCloud says whether a service keeps the state, Pulumi's own or one that
// somebody hosts.
func isCloud(backend string) bool {
	return strings.HasPrefix(backend, "https://") || strings.HasPrefix(backend, "http://")
}

func (a *App) bootstrapResult(b bootstrapped) error {
	if !a.json {
		return nil
	}
	return a.writeJSON(b)
}

// reachAWS is the configuration for the site's AWS, once it is certain that it is the
// right account.
func (a *App) reachAWS(ctx context.Context, site deployment.Site) (aws.Config, error) {
	wanted := account.Wanted{File: site.File(), Account: site.Environment.AccountID}
	if site.Emulated() {
		emulator, err := a.Machine.StartEmulator(ctx, a.say())
		if err != nil {
			return aws.Config{}, err
		}
		cfg := account.Emulated(emulator.Endpoint, site.Environment.Region, deployment.Keys)
		return cfg, account.Check(ctx, wanted, cfg)
	}
	cfg, err := account.Real(ctx, site.Environment.Region)
	if err != nil {
		return cfg, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	return cfg, account.Check(ctx, wanted, cfg)
}

// confirmBootstrap says what is to be made, and has the user type the name of
// the environment.
func (a *App) confirmBootstrap(site deployment.Site, place backend.Backend) error {
	env := site.Environment
	box := ""
	if env.GitHub.Integration {
		box = fmt.Sprintf(`  role    %s, with its policies and boundaries, for the workflows that
          deploy and destroy this environment without asking
`, sandbox.Of(env).Role())
	}
	return a.askForName(env.Name, "bootstrapping", "made", fmt.Sprintf(`In account %s, %s, this makes or puts right:

  key     %s, used by
          %s
  bucket  %s, for access logs
  bucket  %s, for the state
%s
`, env.AccountID, env.Region, place.KeyAlias(), strings.Join(place.Users(), "\n          "), place.LogBucket(), place.Bucket(), box))
}

// writeState writes where the state is into the environment file.
func (a *App) writeState(site deployment.Site, place backend.Backend) (string, error) {
	if site.Emulated() {
		return "left alone", nil
	}
	file := filepath.Join(deployment.EnvironmentsDir(a.Root), site.Environment.Name+".yaml")
	changed, err := environmentfile.WriteState(file, place.State())
	if err != nil || !changed {
		return string(bootstrap.Right), err
	}
	return "written", nil
}

func (a *App) afterBootstrap(site deployment.Site, result bootstrapped) {
	c := a.console()
	if site.Emulated() {
		c.Line("\nThis was a trial: the state of environment %s stays in the checkout, because the emulator forgets, and %s is left alone.",
			site.Environment.Name, site.File())
		return
	}
	c.Line("state in %s: %s", site.File(), result.File)
	if result.File == "written" {
		c.Line("\nCommit %s: the workflows read it.", site.File())
	}
	c.Line("\n./ringfence doctor%s says what comes next.", site.Flags())
}

// outcome says what became of a setting, and what was there before.
func outcome(s bootstrap.Step) string {
	if s.Found == "" {
		return string(s.Outcome)
	}
	return fmt.Sprintf("%s (was: %s)", s.Outcome, s.Found)
}

// interruptedOr words the end of a command that the user stopped.
func interruptedOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return deployment.ErrInterrupted
	}
	return err
}
