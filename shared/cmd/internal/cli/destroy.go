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
	if file, ok := a.In.(*os.File); ok && !term.IsTerminal(int(file.Fd())) {
		return usageError{fmt.Errorf("destroying environment %s needs a yes: run this in a terminal and type its name, or add --yes", d.Name)}
	}
	fmt.Fprintf(a.Err, "This deletes %s of environment %s in account %s.\nType %[2]s to go on: ",
		estate.List(plan.Stacks()), d.Name, d.Environment.AccountID)
	answer, _ := bufio.NewReader(a.In).ReadString('\n')
	if strings.TrimSpace(answer) != d.Name {
		return fmt.Errorf("that is not %q: nothing was deleted", d.Name)
	}
	return nil
}
