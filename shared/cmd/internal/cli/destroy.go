package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

func (a *App) destroyCommand() *cobra.Command {
	var t target
	var yes bool
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Take the estate down",
		Long: `Deletes everything that the stacks of an environment have created, each stack
after those that depend on it.

An environment in a real account asks for its name before anything is deleted;
--yes answers for you. What its lifecycle protects is not deleted: data, keys
and the audit log, unless it is ephemeral.

In the emulator, what Pulumi keeps of the stacks goes as well. The emulator
itself keeps running; "./ringfence emulator stop" ends it.`,
		Example: `  ./ringfence destroy                       everything in the emulator
  ./ringfence destroy --stack data          data and all that depends on it
  ./ringfence destroy --stack data --only   data alone; refused while something depends on it`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, selection, err := a.deployment(t)
			if err != nil {
				return err
			}
			if !d.Emulated() && !yes {
				if err := a.confirm(d, selection); err != nil {
					return err
				}
			}
			report, err := d.Destroy(cmd.Context(), selection)
			return a.conclude(d, report, err)
		},
	}
	t.where(cmd)
	t.which(cmd, "only this stack and what depends on it (may be repeated)")
	cmd.Flags().BoolVar(&t.only, "only", false, "with --stack: leave out what depends on it")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask before deleting from a real account")
	a.asJSON(cmd)
	return cmd
}

// confirm has the user type the name of what is about to be deleted.
func (a *App) confirm(d *deployment.Deployment, selection deployment.Selection) error {
	plan := d.Estate.Destroy(selection.Stacks, selection.Only)
	return a.askForName(d.Name, "destroying", "deleted", fmt.Sprintf("This deletes %s of environment %s in account %s.\n",
		estate.List(plan.Stacks()), d.Name, d.Environment.AccountID))
}

// askForName says what is about to be done, and has the user type the name of
// the environment that it is done to.
func (a *App) askForName(name, doing, done, what string) error {
	if file, ok := a.In.(*os.File); ok && !term.IsTerminal(int(file.Fd())) {
		return usageError{fmt.Errorf("%s environment %s needs a yes: run this in a terminal and type its name, or add --yes", doing, name)}
	}
	fmt.Fprintf(a.Err, "%sType %s to go on: ", what, name)
	answer, _ := bufio.NewReader(a.In).ReadString('\n')
	if strings.TrimSpace(answer) != name {
		return fmt.Errorf("that is not %q: nothing was %s", name, done)
	}
	return nil
}
