package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/ringfence/ringfence/shared/cmd/internal/locks"
)

func (a *App) unlockCommand() *cobra.Command {
	var t target
	var yes bool
	cmd := &cobra.Command{
		Use:   "unlock --stack <stack>",
		Short: "Release the lock of somebody whose update has ended",
		Long: `Shows who has locked a stack, from where and since when, and releases the lock
when you type the stack's name. Ask the owner first: while their update runs, the
lock is all that keeps two updates of one stack apart.`,
		Example: `  ./ringfence unlock --env dev --stack data`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(t.stacks) != 1 {
				return usageError{errors.New("name the one stack to unlock with --stack")}
			}
			d, selection, err := a.deployment(t)
			if err != nil {
				return err
			}
			stack := selection.Stacks[0]
			store, err := d.Locks(cmd.Context())
			if err != nil {
				return err
			}
			found, err := store.Locks(cmd.Context(), stack.Project(), d.Name)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				a.console().Line("nobody has locked stack %s of environment %s", stack, d.Name)
				return nil
			}
			for _, lock := range found {
				fmt.Fprintf(a.Err, "stack %s of environment %s is locked by %s since %s\n", stack, d.Name, lock, utc(lock.Timestamp))
			}
			if err := a.confirmUnlock(string(stack), yes); err != nil {
				return err
			}
			return a.release(cmd, store, found)
		},
	}
	t.where(cmd)
	t.which(cmd, "the stack")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// confirmUnlock has the user type the name of the stack.
func (a *App) confirmUnlock(stack string, yes bool) error {
	if yes {
		return nil
	}
	if file, ok := a.In.(*os.File); ok && !term.IsTerminal(int(file.Fd())) {
		return usageError{errors.New("releasing a lock needs a yes: run this in a terminal and type the stack's name, or add --yes")}
	}
	fmt.Fprintf(a.Err, "Type %s to release the lock: ", stack)
	answer, _ := bufio.NewReader(a.In).ReadString('\n')
	if strings.TrimSpace(answer) != stack {
		return fmt.Errorf("that is not %q: nothing was released", stack)
	}
	return nil
}

func (a *App) release(cmd *cobra.Command, store locks.Store, found []locks.Lock) error {
	for _, lock := range found {
		if err := store.Release(cmd.Context(), lock); err != nil {
			return err
		}
		a.console().Line("released the lock of %s", lock)
	}
	return nil
}
