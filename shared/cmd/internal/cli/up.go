package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/controls"
)

func (a *App) upCommand() *cobra.Command {
	var t target
	var refresh bool
	var adopt bool
	var plan string
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Deploy the estate, or bring it up to date",
		Long: `Deploys the stacks of an environment, each after those it depends on and
independent ones side by side. What is up to date stays untouched.

The environment file is checked first, and what the programs would register is
held against the control catalogue: a mistake in the one, or a core control that
would not hold, is reported before anything is started. Then the tools are made
ready, for an emulated environment the emulator is started, and the AWS account
is compared with the file's accountId. When a stack fails, those that depend on
it are skipped and the others finished; the cause stands last, and the engine's
whole output in .ringfence/logs/<name>/<stack>.log.

With --plan, nothing is done but what "preview --save-plan" has saved. A plan that
no longer fits (the programs, the environment file or the state are not what they
were) is refused before anything is changed.

Where AWS did what it was asked for and its answer was lost, what stands is in no
state. A deployment that was cut off is looked after by the next one; where AWS says
that something exists already, --adopt takes it into the state.

Ctrl-C lets the engine finish what it is at and save its state; a second one
ends it at once.`,
		Example: `  ./ringfence up                            everything, in the emulator
  ./ringfence up --stack data               data and all that it depends on
  ./ringfence up --stack data --only        data alone
  ./ringfence up --env dev                  everything, in the account of dev.yaml
  ./ringfence up --env dev --plan plan      what preview --save-plan plan has saved
  ./ringfence up --env ephemeral --name pr-42`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if plan != "" && (refresh || adopt) {
				return usageError{errors.New("--plan: a plan is made from the state: leave out --refresh and --adopt")}
			}
			d, selection, err := a.deployment(t)
			if err != nil {
				return err
			}
			judged, err := a.judge(cmd.Context(), d)
			if err != nil {
				return err
			}
			if stop := refusals(judged); len(stop) > 0 {
				return a.refuse(d, stop)
			}
			printAll(d.Console, "advice", advice(judged))
			selection.Refresh, selection.Plan, selection.Adopt = refresh, plan, adopt
			report, err := d.Up(cmd.Context(), selection)
			if err := a.conclude(d, report, err); err != nil {
				return err
			}
			a.closingReport(cmd.Context(), d)
			return nil
		},
	}
	t.where(cmd)
	t.which(cmd, "only this stack and what it depends on (may be repeated)")
	cmd.Flags().BoolVar(&t.only, "only", false, "with --stack: leave out what it depends on")
	cmd.Flags().BoolVar(&refresh, "refresh", false, "read first what really stands, and repair what drifted")
	cmd.Flags().BoolVar(&adopt, "adopt", false, "take what stands already into the state, where its tags or its name say that it is this environment's")
	cmd.Flags().StringVar(&plan, "plan", "", "do only what the plan in this folder says; preview --save-plan makes one")
	a.asJSON(cmd)
	return cmd
}

// refuse says which core controls would not hold.
func (a *App) refuse(d *deployment.Deployment, stop []controls.Finding) error {
	if a.json {
		if err := a.writeJSON(map[string]any{"error": "core controls would not hold", "findings": stop}); err != nil {
			return err
		}
	}
	printAll(d.Console, "nothing was changed", stop)
	return reported{estate.Failed}
}

// conclude prints the result of a run.
func (a *App) conclude(d *deployment.Deployment, report deployment.Report, err error) error {
	if err != nil {
		return err
	}
	if a.json {
		if err := a.writeJSON(report); err != nil {
			return err
		}
	}
	a.printReport(d, report)
	if report.Result != estate.Done {
		return reported{report.Result}
	}
	return nil
}

// next says what one can do now.
func (a *App) next(d *deployment.Deployment, report deployment.Report) {
	c, flags := d.Console, d.Flags()
	what := "Environment " + d.Name
	if len(report.Stacks) < len(d.Estate.Names()) {
		what = "Part of environment " + d.Name
	}
	if !d.Emulated() {
		c.Line("\n%s is up in account %s, %s.", what, d.Environment.AccountID, d.Environment.Region)
		c.Line("./ringfence outputs%s shows what the stacks export.", flags)
		return
	}
	c.Line("\n%s is up in an emulated AWS at %s. To look around in it:\n", what, report.Endpoint)
	c.Line(`  eval "$(./ringfence env%s)"   # this shell now talks to it; plain Pulumi works as well`, flags)
	c.Line("  aws s3 ls")
	c.Line("  aws cloudtrail describe-trails")
	c.Line("\nor in one line:\n")
	c.Line("  AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s aws --endpoint-url %s --region %s s3 ls",
		deployment.Keys.AccessKeyID, deployment.Keys.SecretAccessKey, report.Endpoint, d.Environment.Region)
	c.Line("\n./ringfence outputs%s shows what the stacks export, ./ringfence destroy%[1]s takes everything down.", flags)
}
