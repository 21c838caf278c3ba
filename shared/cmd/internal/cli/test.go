package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulator"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/suite"
	"github.com/ringfence/ringfence/shared/cmd/internal/toolchain"
)

// standIn is the module that is built outside the workspace.
const standIn = "./shared/toolchain/awsplugin"

func (a *App) testCommand() *cobra.Command {
	var live string
	cmd := &cobra.Command{
		Use:   "test [package...]",
		Short: "Run the tests of the checkout, and say what each level proved",
		Long: `Runs the tests of all modules, or of the packages named, against an emulator of
their own that goes when they are done. A test that skips itself or does not say
its level of proof fails the run.

The live level is a run of its own: it takes a deployed sandbox, an environment with
github.integration, and the credentials of its integration role.

  ./ringfence test                     everything but the live level
  ./ringfence test ./stacks/data/...   the tests of one stack
  ./ringfence test --live sandbox      what AWS must refuse in that environment`,
		RunE: func(cmd *cobra.Command, packages []string) error {
			if cmd.Flags().Changed("live") {
				return a.testLive(cmd, live, packages)
			}
			tools, err := toolchain.Ensure(cmd.Context(), a.Root, a.say())
			if err != nil {
				return err
			}
			programs, err := toolchain.BuildPrograms(cmd.Context(), a.Root, a.say())
			if err != nil {
				return err
			}
			scratch, err := os.MkdirTemp("", "ringfence-test-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(scratch)
			aws, err := emulator.StartEphemeral(cmd.Context(), a.Root, scratch, a.say())
			if err != nil {
				return err
			}
			defer aws.Stop()
			runner := suite.Runner{Dir: a.Root, Out: a.Out, Env: append(testEnviron(a.Environ, tools),
				"AWS_ACCESS_KEY_ID="+deployment.Keys.AccessKeyID,
				"AWS_SECRET_ACCESS_KEY="+deployment.Keys.SecretAccessKey,
				"RINGFENCE_AWS_ENDPOINT="+aws.Endpoint,
				"RINGFENCE_BIN="+filepath.Dir(tools.Pulumi),
				"RINGFENCE_PROGRAMS="+programs,
			)}
			if tools.StandIn {
				provider, err := tools.TerraformProvider()
				if err != nil {
					return err
				}
				runner.Env = append(runner.Env, "RINGFENCE_TF_AWS_PROVIDER="+provider)
			}
			var result suite.Result
			if err := runTests(cmd, runner, &result, packages, tools.StandIn); err != nil {
				return err
			}
			if len(packages) == 0 {
				result.Note("the live level was not run: it takes a deployed sandbox (docs/ci.md, \"A sandbox\") and ./ringfence test --live <environment>")
			}
			return judged(a.Out, result)
		},
	}
	cmd.Flags().StringVar(&live, "live", "", "try in this deployed environment what AWS must refuse, and run nothing else")
	return cmd
}

func judged(out io.Writer, result suite.Result) error {
	result.Report(out)
	if !result.OK() {
		return reported{estate.Failed}
	}
	return nil
}

// testLive runs the live level against a deployed sandbox. It needs the caller's own
// AWS settings and none of the tools.
func (a *App) testLive(cmd *cobra.Command, environment string, packages []string) error {
	if len(packages) > 0 {
		return usageError{errors.New("--live runs the live level alone: leave the packages out")}
	}
	site, err := a.site(target{environment: environment})
	if err != nil {
		return err
	}
	if !site.Environment.GitHub.Integration {
		return usageError{fmt.Errorf("%s: github.integration is not set: the live level tries what must be refused, in a sandbox only", site.File())}
	}
	runner := suite.Runner{Dir: a.Root, Out: a.Out, Env: append(slices.Clone(a.Environ), "RINGFENCE_LIVE_ENVIRONMENT="+environment)}
	var result suite.Result
	if err := runner.Run(cmd.Context(), &result, []string{"./tests/live"}, "-tags=live", "-run=^TestLive", "-timeout=20m"); err != nil {
		return err
	}
	if result.Counts[suite.Live].Passed == 0 && result.OK() {
		result.Problems = append(result.Problems, "no live test ran")
	}
	return judged(a.Out, result)
}

// runTests runs the packages of the workspace, and then the module outside it,
// the stand-in for the AWS plugin. Where the official plugin is in use there
// need not be a Terraform provider to test the stand-in with.
func runTests(cmd *cobra.Command, runner suite.Runner, result *suite.Result, packages []string, standInUsed bool) error {
	var inside, outside []string
	for _, p := range packages {
		if rest, found := strings.CutPrefix(p, standIn); found {
			outside = append(outside, "."+rest)
		} else {
			inside = append(inside, p)
		}
	}
	if len(packages) == 0 {
		var err error
		if inside, err = runner.Modules(cmd.Context()); err != nil {
			return err
		}
		if standInUsed {
			outside = []string{"./..."}
		} else {
			result.Note("the stand-in for the AWS plugin was not tested: the official plugin is in use (RINGFENCE_AWS_PLUGIN=stand-in tests it)")
		}
	}
	if len(inside) > 0 {
		// The chain waits for AWS most of its time, so more packages than cores
		// run side by side.
		if err := runner.Run(cmd.Context(), result, inside, "-timeout=30m", "-p=4"); err != nil {
			return err
		}
	}
	if len(outside) == 0 {
		return nil
	}
	runner.Dir = filepath.Join(runner.Dir, filepath.FromSlash(standIn))
	runner.Env = append(runner.Env, "GOWORK=off")
	return runner.Run(cmd.Context(), result, outside, "-timeout=20m")
}

// testEnviron is the process environment without anything of the user's own AWS
// and Pulumi, and with the tools of the checkout.
func testEnviron(base []string, tools toolchain.Tools) []string {
	var env []string
	for _, variable := range base {
		if !strings.HasPrefix(variable, "AWS_") && !strings.HasPrefix(variable, "PULUMI_") && !strings.HasPrefix(variable, "RINGFENCE_") {
			env = append(env, variable)
		}
	}
	return append(env, tools.Env()...)
}
