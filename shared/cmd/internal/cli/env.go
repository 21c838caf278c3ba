package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
)

func (a *App) envCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Let this shell talk to the emulator",
		Long: `Prints shell commands that set the variables with which the AWS CLI, an SDK and
plain Pulumi work on an emulated environment:

  eval "$(./ringfence env)"
  aws s3 ls
  cd stacks/network && pulumi preview

Open a new shell to get rid of them.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, _, err := a.deployment(t)
			if err != nil {
				return err
			}
			// Standard output is for the shell alone.
			d.Console = console.New(a.Err, a.getenv)
			lines, err := a.shellLines(cmd.Context(), d)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.Out, strings.Join(lines, "\n"))
			return err
		},
	}
	t.where(cmd)
	return cmd
}

func (a *App) shellLines(ctx context.Context, d *deployment.Deployment) ([]string, error) {
	if !d.Emulated() {
		return nil, fmt.Errorf("environment %s is in account %s: sign in to it as usual; this command is for the emulator",
			d.Name, d.Environment.AccountID)
	}
	emulator, err := d.Open(ctx)
	if err != nil {
		return nil, err
	}
	tools, err := d.Machine.Tools(ctx, func(text string) { d.Console.Line("tools: %s", text) })
	if err != nil {
		return nil, err
	}
	variables := append(d.EmulatorVariables(emulator.Endpoint), d.PulumiVariables()...)
	path := filepath.Dir(tools.CLI)
	if !strings.HasPrefix(a.getenv("PATH"), path+":") {
		variables = append(variables, "PATH="+path+":"+a.getenv("PATH"))
	}
	for _, variable := range tools.Env {
		if !strings.HasPrefix(variable, "PATH=") {
			variables = append(variables, variable)
		}
	}
	lines := []string{"unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN"}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		lines = append(lines, "export "+name+"="+quote(value))
	}
	return lines, nil
}

// quote makes one word of a POSIX shell out of any text.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
