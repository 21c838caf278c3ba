package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/recording"
	"github.com/ringfence/ringfence/shared/policylint"
)

func (a *App) lintCommand() *cobra.Command {
	var environment string
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Hold every policy against AWS's own reference",
		Long: `Reads every policy that the stack programs would register as AWS would: actions,
condition keys, resource types and sizes, by AWS's Service Authorization
Reference, which is part of this command. No account is asked. Exits with 1 when
there is a finding.`,
		Example: `  ./ringfence lint               every environment
  ./ringfence lint --env prod    one of them`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			environments, err := a.environments(environment)
			if err != nil {
				return err
			}
			programs, err := a.Machine.Programs(cmd.Context(), a.say())
			if err != nil {
				return err
			}
			var linted []lintedEnvironment
			for _, env := range environments {
				taken, err := recording.Source{Root: a.Root, Programs: programs, Environment: env, Name: env.Name}.Take(cmd.Context())
				if err != nil {
					return err
				}
				linted = append(linted, lintedEnvironment{env.Name, policylint.Lint(taken)})
			}
			return a.printLinted(linted)
		},
	}
	cmd.Flags().StringVarP(&environment, "env", "e", "", "read the policies of this environment only")
	a.asJSON(cmd)
	return cmd
}

// lintedEnvironment is what the lint has to say of an environment.
type lintedEnvironment struct {
	name   string
	report policylint.Report
}

func (a *App) printLinted(linted []lintedEnvironment) error {
	failed := false
	for _, l := range linted {
		failed = failed || len(l.report.Findings) > 0
	}
	if a.json {
		if err := a.writeJSON(lintedJSON(linted)); err != nil {
			return err
		}
	} else {
		printLint(a.console(), linted)
	}
	if failed {
		return reported{estate.Failed}
	}
	return nil
}

func printLint(c *console.Console, linted []lintedEnvironment) {
	var rows [][]string
	for _, l := range linted {
		rows = append(rows, []string{l.name, number(l.report.Documents), number(len(l.report.Findings))})
	}
	c.Table([]console.Column{{Title: "environment"}, {Title: "policies", Number: true}, {Title: "findings", Number: true}}, rows)
	for _, l := range linted {
		for _, f := range l.report.Findings {
			c.Line("\n%s in %s, stack %s\n  %s\n  %s\n  %s", c.Emphasis(f.ID), l.name, f.Stack, f.Fault(), f.Rule.Remedy, f.Rule.Source)
		}
	}
}

// lintedJSON is the result for programs.
func lintedJSON(linted []lintedEnvironment) any {
	type finding struct {
		policylint.Finding
		Remedy string `json:"remedy"`
		Source string `json:"source"`
	}
	type environment struct {
		Policies int       `json:"policies"`
		Findings []finding `json:"findings"`
		Unknown  []string  `json:"unknown,omitempty"`
	}
	environments := map[string]environment{}
	for _, l := range linted {
		e := environment{l.report.Documents, []finding{}, l.report.Unknown}
		for _, f := range l.report.Findings {
			e.Findings = append(e.Findings, finding{f, f.Rule.Remedy, f.Rule.Source})
		}
		environments[l.name] = e
	}
	return map[string]any{"environments": environments}
}
