package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

func (a *App) previewCommand() *cobra.Command {
	var t target
	var refresh, exact bool
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what up would do, over all stacks",
		Long: `Shows what "up" would do to the stacks of an environment, and changes nothing.
What a stack would export is what the stacks that depend on it are previewed
with, so a change in one shows its consequences in all.

The state is copied for this, and the copy is removed afterwards; the state
itself is neither written nor locked. A value that only a deployment can tell is
unknown to the stacks that read it, and is named. An emulated environment is
previewed in the emulator, which is started where it does not run.`,
		Example: `  ./ringfence preview                       all stacks
  ./ringfence preview --stack data          data and all that it depends on
  ./ringfence preview --refresh             look first at what really stands
  ./ringfence preview --env dev --json | jq '.stacks[] | {stack, created}'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.json && exact {
				return usageError{errors.New("--json always says what is exact: leave out --exact")}
			}
			d, selection, err := a.deployment(t)
			if err != nil {
				return err
			}
			selection.Refresh = refresh
			stop, advice, err := a.findings(cmd.Context(), d)
			if err != nil {
				return err
			}
			preview, err := d.Preview(cmd.Context(), selection)
			if err != nil {
				return err
			}
			preview.Findings = append(stop, advice...)
			if len(stop) > 0 && preview.Result == estate.Done {
				preview.Result = estate.Failed
			}
			if a.json {
				err = a.writeJSON(preview)
			} else {
				printPreview(d.Console, preview)
				if exact {
					printExactness(d.Console, preview)
				}
				printAll(d.Console, "advice", advice)
				printAll(d.Console, "a deployment would be refused", stop)
			}
			if err == nil && preview.Result != estate.Done {
				err = reported{preview.Result}
			}
			return err
		},
	}
	t.where(cmd)
	t.which(cmd, "only this stack and what it depends on (may be repeated)")
	cmd.Flags().BoolVar(&t.only, "only", false, "with --stack: leave out what it depends on")
	cmd.Flags().BoolVar(&refresh, "refresh", false, "read first what really stands")
	cmd.Flags().BoolVar(&exact, "exact", false, "say which previews are exact, and what makes the others inexact")
	a.asJSON(cmd)
	return cmd
}
