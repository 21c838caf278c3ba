package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/triage"
)

func (a *App) driftCommand() *cobra.Command {
	var t target
	var markdown string
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Show what was changed behind the estate's back",
		Long: `Reads what really stands in AWS and compares it with what was deployed: which
resources are gone, and which of their declared properties are different now.
Nothing is changed, in AWS or in the state.

Each resource is shown with the controls that do not hold because of it, the
gravest first, and with who changed it where CloudTrail tells.

The exit status is 0 when all is as it was deployed, and 1 when it is not.`,
		Example: `  ./ringfence drift --env prod
  ./ringfence drift --env prod --json | jq '.stacks[].drifts'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, selection, err := a.deployment(t)
			if err != nil {
				return err
			}
			drift, err := d.Drift(cmd.Context(), selection)
			if err != nil {
				return err
			}
			if err := a.triage(cmd.Context(), d, &drift); err != nil {
				return err
			}
			if markdown != "" {
				if err := os.WriteFile(markdown, []byte(driftMarkdown(drift)), 0o644); err != nil {
					return err
				}
			}
			if a.json {
				err = a.writeJSON(drift)
			} else {
				printDrift(d.Console, drift)
			}
			switch {
			case err != nil:
				return err
			case drift.Result != estate.Done:
				return reported{drift.Result}
			case drift.Drifted:
				return reported{estate.Failed}
			}
			return nil
		},
	}
	t.where(cmd)
	t.which(cmd, "only this stack (may be repeated)")
	cmd.Flags().StringVar(&markdown, "markdown", "", "write the drift into this file as Markdown, empty where there is none")
	a.asJSON(cmd)
	return cmd
}

// triage notes what each drifted resource breaks, and who changed it.
func (a *App) triage(ctx context.Context, d *deployment.Deployment, drift *deployment.Drift) error {
	if !drift.Drifted {
		return nil
	}
	if err := triage.Classify(d.Site, drift); err != nil {
		return err
	}
	if cfg, running, err := d.AWS(ctx); err == nil && running {
		triage.Name(ctx, cfg, drift)
	}
	return nil
}

// printDrift shows what could not be read, the counts, then what is different.
func printDrift(c *console.Console, drift deployment.Drift) {
	switch {
	case drift.Result == estate.Interrupted:
		c.Line("\nInterrupted. Nothing was changed.")
		return
	case len(drift.Stacks) == 0:
		c.Line("nothing is deployed, so nothing can have drifted")
		return
	}
	var rows [][]string
	for _, s := range drift.Stacks {
		if s.Result == estate.Failed {
			printCause(c, "stack "+string(s.Stack)+" could not be read", s.Error, s.Log)
		}
		changed, deleted := 0, 0
		for _, r := range s.Drifts {
			if r.Deleted {
				deleted++
			} else {
				changed++
			}
		}
		rows = append(rows, []string{string(s.Stack), number(s.Resources), number(changed), number(deleted), verdict(s)})
	}
	c.Line("")
	c.Table([]console.Column{
		{Title: "stack"}, {Title: "resources", Number: true}, {Title: "changed", Number: true},
		{Title: "deleted", Number: true}, {Title: "result"},
	}, rows)
	for _, d := range triage.Gravest(drift) {
		c.Line("\n%s: %s (%s)", d.Stack, d.Label, d.ID)
		for _, control := range brokenControls(d.Drift) {
			c.Line("  breaks %s (%s): %s", control.ID, control.Severity, control.Title)
		}
		c.Line("  changed by %s", actor(d.By))
		printDifferences(c, d.Drift)
	}
}

func verdict(s deployment.StackDrift) string {
	switch {
	case s.Result != estate.Done:
		return string(s.Result)
	case len(s.Drifts) > 0:
		return "drifted"
	default:
		return "as deployed"
	}
}

func printDifferences(c *console.Console, r shadow.Drift) {
	if r.Deleted {
		c.Line("  %s", c.Emphasis("deleted outside of this estate"))
	}
	if !r.Deleted && len(r.Properties) == 0 {
		c.Line("  in a property that is secret")
	}
	for _, p := range r.Properties {
		c.Line("  %s", p.Path)
		c.Line("    was  %s", shadow.Compact(p.Was))
		c.Line("    is   %s", shadow.Compact(p.Is))
	}
}
