package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/janitor"
)

func (a *App) janitorCommand() *cobra.Command {
	var t target
	var limit time.Duration
	var dryRun bool
	var markdown string
	cmd := &cobra.Command{
		Use:   "janitor",
		Short: "Clear away what ephemeral environments have left behind",
		Long: `Looks at everything that was deployed with the file of an ephemeral environment,
under any name (--name), and destroys what was not updated for its time to live
(timeToLiveHours in the file): from its state, all stacks in reverse order. What
somebody works on is left alone and named.

Locks of jobs on GitHub's runners that must have ended are released; a person's
never are, see "./ringfence help unlock". What carries the environment's tags in
AWS and no state knows is reported, and never deleted. What bootstrap made is not
among it.

Environments whose lifecycle is not ephemeral are refused.`,
		Example: `  ./ringfence janitor --dry-run
  ./ringfence janitor --env sandbox --older-than 2h`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("older-than") && limit <= 0 {
				return usageError{fmt.Errorf("--older-than %s: give a time above zero, such as 6h", limit)}
			}
			d, _, err := a.deployment(t)
			if err != nil {
				return err
			}
			report, err := janitor.Janitor{Site: d, Now: a.now(), Limit: limit, DryRun: dryRun}.Run(cmd.Context())
			if err != nil {
				return err
			}
			if markdown != "" {
				if err := os.WriteFile(markdown, []byte(janitorMarkdown(report)), 0o644); err != nil {
					return err
				}
			}
			if a.json {
				err = a.writeJSON(report)
			} else {
				printJanitor(a.console(), report)
			}
			if err == nil && report.Result != estate.Done {
				err = reported{report.Result}
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&t.environment, "env", "e", "ephemeral", "ephemeral environment: a file in stacks/environments, without .yaml")
	cmd.Flags().DurationVar(&limit, "older-than", 0, "destroy what was not updated for this long (default: timeToLiveHours of the file)")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "change nothing, and say what would be")
	cmd.Flags().StringVar(&markdown, "markdown", "", "write what needs a person into this file as Markdown, empty where nothing does")
	a.asJSON(cmd)
	return cmd
}
