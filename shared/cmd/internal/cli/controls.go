package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/catalogue"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
)

func (a *App) controlsCommand() *cobra.Command {
	var environment string
	var optional bool
	cmd := &cobra.Command{
		Use:   "controls [ID]",
		Short: "Say which controls hold, and explain one",
		Long: `Judges every environment by the control catalogue, on what the stack programs
would register: no account is asked and nothing is changed. Exits with 1 when a
control does not hold, or when an exception has expired or covers nothing.

With the id of a control, explains that control.`,
		Example: `  ./ringfence controls               every environment
  ./ringfence controls --env prod    one of them
  ./ringfence controls NET-05        what NET-05 means, and where it holds
  ./ringfence controls --optional    the controls that are not on by default, and why`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("controls takes one id, such as NET-05, not %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if optional {
				return a.printOptions()
			}
			environments, err := a.environments(environment)
			if err != nil {
				return err
			}
			programs, err := a.Machine.Programs(cmd.Context(), a.say())
			if err != nil {
				return err
			}
			judged, stale, err := catalogue.Checkout{Root: a.Root, Programs: programs, Today: a.now()}.JudgeAll(cmd.Context(), environments)
			if err != nil {
				return err
			}
			if environment != "" {
				stale = expired(stale) // what one environment does not need, another may
			}
			if len(args) == 1 {
				return a.explain(args[0], judged)
			}
			return a.printJudged(judged, stale)
		},
	}
	cmd.Flags().StringVarP(&environment, "env", "e", "", "judge this environment only")
	cmd.Flags().BoolVar(&optional, "optional", false, "list the optional controls, and why they are optional")
	a.asJSON(cmd)
	return cmd
}

// environments loads one environment, or all of them.
func (a *App) environments(only string) ([]*config.Environment, error) {
	names := config.List(deployment.EnvironmentsDir(a.Root))
	if only != "" {
		names = []string{only}
	}
	var out []*config.Environment
	for _, name := range names {
		site, err := a.site(target{environment: name})
		if err != nil {
			return nil, err
		}
		out = append(out, site.Environment)
	}
	return out, nil
}

// expired leaves out the exceptions that only cover nothing here.
func expired(stale []controls.Stale) []controls.Stale {
	var out []controls.Stale
	for _, s := range stale {
		if s.Expired {
			out = append(out, s)
		}
	}
	return out
}

// tally counts the controls of a tier by their status.
func tally(j catalogue.Judged, tier controls.Tier) map[controls.Status]int {
	counts := map[controls.Status]int{}
	for _, r := range j.Results {
		if r.Control.Tier == tier {
			counts[r.Status]++
			counts[""]++
		}
	}
	return counts
}

func (a *App) printJudged(judged []catalogue.Judged, stale []controls.Stale) error {
	broken := len(stale) > 0
	for _, j := range judged {
		broken = broken || len(j.Broken(controls.Core, controls.Plus, controls.Optional, controls.Waived)) > 0
	}
	if a.json {
		if err := a.writeJSON(judgedJSON(judged, stale)); err != nil {
			return err
		}
	} else {
		printCoverage(a.console(), judged)
		printFindings(a.console(), judged, stale)
	}
	if broken {
		return reported{estate.Failed}
	}
	return nil
}

func printCoverage(c *console.Console, judged []catalogue.Judged) {
	columns := []console.Column{{Title: "environment"}, {Title: "core", Number: true}, {Title: "plus", Number: true},
		{Title: "optional, on", Number: true}, {Title: "excepted", Number: true}, {Title: "broken", Number: true}}
	var rows [][]string
	for _, j := range judged {
		row := []string{j.Environment}
		excepted, broken := 0, 0
		for _, tier := range []controls.Tier{controls.Core, controls.Plus, controls.Optional} {
			counts := tally(j, tier)
			row = append(row, fmt.Sprintf("%d of %d hold", counts[controls.Holds]+counts[controls.Excepted], counts[""]-counts[controls.Off]))
		}
		for _, r := range j.Results {
			excepted += count(r.Status == controls.Excepted)
			broken += count(r.Status == controls.Broken || r.Status == controls.CannotTell)
		}
		rows = append(rows, append(row, number(excepted), number(broken)))
	}
	c.Table(columns, rows)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func printFindings(c *console.Console, judged []catalogue.Judged, stale []controls.Stale) {
	for _, j := range judged {
		for _, r := range j.Results {
			if len(r.Findings) == 0 {
				continue
			}
			c.Line("\n%s %s in %s: %s", c.Emphasis(r.Control.ID), r.Control.Severity, j.Environment, r.Control.Title)
			for _, f := range r.Findings {
				c.Line("  %s", strings.TrimPrefix(f.String(), f.Control+" "))
			}
			c.Line("  %s", r.Control.Remedy)
		}
	}
	for _, s := range stale {
		c.Line("\nexception for %s on %s %s", s.Exception.Control, s.Exception.Resource, s.Why)
	}
}

// judgedJSON is the result for programs.
func judgedJSON(judged []catalogue.Judged, stale []controls.Stale) any {
	type result struct {
		Control  string             `json:"control"`
		Tier     controls.Tier      `json:"tier"`
		Status   controls.Status    `json:"status"`
		Findings []controls.Finding `json:"findings,omitempty"`
		Unknown  []controls.Finding `json:"unknown,omitempty"`
		Excepted []controls.Finding `json:"excepted,omitempty"`
	}
	environments := map[string][]result{}
	for _, j := range judged {
		for _, r := range j.Results {
			environments[j.Environment] = append(environments[j.Environment],
				result{r.Control.ID, r.Control.Tier, r.Status, r.Findings, r.Unknown, r.Excepted})
		}
	}
	return map[string]any{"environments": environments, "staleExceptions": append([]controls.Stale{}, stale...)}
}

// explain says all that there is to know of one control.
func (a *App) explain(id string, judged []catalogue.Judged) error {
	control, ok := controls.Find(strings.ToUpper(id))
	if !ok {
		return usageError{fmt.Errorf("there is no control %q; docs/controls.md lists them", id)}
	}
	c := a.console()
	c.Line("%s  %s", c.Emphasis(control.ID), control.Title)
	c.Line("\n%s, %s severity\n", control.Tier, control.Severity)
	for _, f := range controls.AllFrameworks {
		var ids []string
		for _, r := range f.Requirements(control) {
			ids = append(ids, r.String())
		}
		if len(ids) > 0 {
			c.Line("  %-40s %s", f.Title, strings.Join(ids, ", "))
		}
	}
	c.Line("\nWhen it does not hold: %s\n", control.Remedy)
	for _, j := range judged {
		for _, r := range j.Results {
			if r.Control == control {
				c.Line("  %-12s %s%s", j.Environment, r.Status, looked(r))
			}
		}
	}
	return nil
}

// looked says in which stacks a control looked at how much.
func looked(r controls.Result) string {
	var parts []string
	for _, stack := range r.Stacks() {
		parts = append(parts, fmt.Sprintf("%s %d", stack, r.Checked[stack]))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (resources looked at: " + strings.Join(parts, ", ") + ")"
}

func (a *App) printOptions() error {
	if a.json {
		return a.writeJSON(config.Options)
	}
	var rows [][]string
	for _, o := range config.Options {
		lacks := ""
		if o.EmulatorLacks != "" {
			lacks = "not in the emulator, which lacks " + o.EmulatorLacks
		}
		rows = append(rows, []string{o.Control, o.Feature, o.Why, lacks})
	}
	a.console().Table([]console.Column{{Title: "control"}, {Title: "feature"}, {Title: "off by default, because it"}, {Title: ""}}, rows)
	return nil
}
