package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/affected"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/graph"
)

// comparison is what the command line of affected says.
type comparison struct {
	target
	base    string
	matrix  bool
	orStale bool
}

func (a *App) affectedCommand() *cobra.Command {
	var c comparison
	cmd := &cobra.Command{
		Use:   "affected --base <commit>",
		Short: "Show which stacks a change affects, and why",
		Long: `Compares the checkout with the commit at which it left --base, and says which
stacks the change can change. What is not committed yet counts.

A file counts for the stacks whose programs are built from it, and these count
for the stacks that read what they export. What every stack is built or deployed
with counts for all, and so does what is not known. Documentation and tests count
for none, and an environment file for its own environment alone.

With --or-stale a stack counts too when it is not deployed to its end, or when it
runs on older outputs of the stacks that it reads than these export now.`,
		Example: `  ./ringfence affected --base origin/main
  ./ringfence affected --base origin/main --env prod --or-stale --matrix`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			change, report, err := a.affected(cmd.Context(), c)
			switch {
			case err != nil:
				return err
			case a.json:
				return a.writeJSON(struct {
					Base string `json:"base"`
					affected.Change
					affected.Report
				}{c.base, change, report})
			case c.matrix:
				return json.NewEncoder(a.Out).Encode(map[string]any{"stack": report.Names()})
			}
			printAffected(a.console(), c.base, change, report)
			return nil
		},
	}
	cmd.Flags().StringVar(&c.base, "base", "", "branch, tag or `commit` to compare with, such as origin/main")
	cmd.Flags().StringVarP(&c.environment, "env", "e", "", "leave out what is of other `environments` only")
	cmd.Flags().StringVar(&c.name, "name", "", "with --or-stale: name of the Pulumi stacks, such as pr-42 (default: the environment's)")
	cmd.Flags().BoolVar(&c.orStale, "or-stale", false, "count stacks of --env that need a deployment whatever has changed")
	cmd.Flags().BoolVar(&c.matrix, "matrix", false, `print the affected stacks as a matrix of a GitHub workflow: {"stack":["data","audit"]}`)
	a.asJSON(cmd)
	return cmd
}

// affected judges what has changed.
func (a *App) affected(ctx context.Context, c comparison) (affected.Change, affected.Report, error) {
	none := func(err error) (affected.Change, affected.Report, error) {
		return affected.Change{}, affected.Report{}, err
	}
	switch {
	case a.json && c.matrix:
		a.json = false
		return none(usageError{errors.New("--json and --matrix exclude each other")})
	case c.base == "":
		return none(usageError{errors.New("--base is missing: name the branch, tag or commit to compare with, such as origin/main")})
	}
	behind, err := a.behind(ctx, c)
	if err != nil {
		return none(err)
	}
	change, err := affected.ReadChange(ctx, a.Root, c.base)
	if err != nil {
		return none(err)
	}
	programs, err := affected.ReadPrograms(a.Root, a.Stacks)
	if err != nil {
		return none(err)
	}
	question := affected.Question{Stacks: a.Stacks, Programs: programs, Environment: c.environment}
	return change, question.Add(question.Answer(change), behind), nil
}

// behind are the stacks of the environment that need a deployment whatever has
// changed, where that is asked for.
func (a *App) behind(ctx context.Context, c comparison) (map[graph.Name][]affected.Reason, error) {
	switch {
	case c.environment == "" && (c.orStale || c.name != ""):
		return nil, usageError{errors.New("--or-stale looks at what is deployed: name the environment with --env")}
	case c.environment == "":
		return nil, nil
	}
	d, _, err := a.deployment(c.target)
	if err != nil || !c.orStale {
		return nil, err
	}
	survey, err := d.Survey(ctx)
	if err != nil {
		return nil, err
	}
	if memory, err := d.Memory(ctx); err != nil {
		return nil, err
	} else if memory != nil && memory.Forgotten {
		survey = deployment.Survey{}
	}
	reasons := map[graph.Name][]affected.Reason{}
	for n, whys := range d.Behind(survey) {
		for _, why := range whys {
			reasons[n] = append(reasons[n], affected.Reason{Why: why})
		}
	}
	return reasons, nil
}

func printAffected(c *console.Console, base string, change affected.Change, report affected.Report) {
	if change.Everything {
		c.Line("there is nothing before this commit, so everything counts as changed\n")
	} else {
		c.Line("%s changed since %.12s, where this checkout left %s\n", console.Count(len(change.Files), "file"), change.Since, base)
	}
	var rows [][]string
	for _, s := range report.Stacks {
		rows = append(rows, []string{string(s.Stack), map[bool]string{true: "yes", false: "no"}[s.Affected], because(s)})
	}
	c.Table([]console.Column{{Title: "stack"}, {Title: "affected"}, {Title: "because"}}, rows)
	if len(report.Harmless) == 0 {
		return
	}
	c.Line("\nWithout effect on any stack:")
	for _, r := range report.Harmless[:min(len(report.Harmless), harmlessLines)] {
		c.Line("  %s", inWords(r))
	}
	if more := len(report.Harmless) - harmlessLines; more > 0 {
		c.Line("  and %s more; --json has all", strconv.Itoa(more))
	}
}

// harmlessLines is how many files without effect are listed.
const harmlessLines = 20

// because gives a stack's first reason of its own, how many more there are, and
// what it reads.
func because(s affected.Stack) string {
	var own, upstream []string
	for _, r := range s.Because {
		if r.Upstream != "" {
			upstream = append(upstream, string(r.Upstream))
		} else {
			own = append(own, inWords(r))
		}
	}
	var parts []string
	if len(own) > 0 {
		parts = append(parts, own[0])
	}
	if len(own) > 1 {
		parts = append(parts, console.Count(len(own)-1, "more reason"))
	}
	if len(upstream) > 0 {
		parts = append(parts, "reads "+strings.Join(upstream, " and "))
	}
	return strings.Join(parts, "; ")
}

func inWords(r affected.Reason) string {
	if r.File == "" {
		return r.Why
	}
	return fmt.Sprintf("%s (%s)", printable(r.File), r.Why)
}

// printable quotes a file name that would otherwise break out of its line.
func printable(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return strconv.Quote(name)
	}
	return name
}
