package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/graph"
)

func (a *App) graphCommand() *cobra.Command {
	var mermaid bool
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Show the stacks and how they depend on each other",
		Long: `Draws the stacks in deployment order. Lines run from a stack to those that read
what it exports; a stack is deployed after all that it has lines from.`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case a.json && mermaid:
				a.json = false
				return usageError{errors.New("--json and --mermaid exclude each other")}
			case a.json:
				return a.writeJSON(nodes(a.Stacks))
			case mermaid:
				a.console().Line("%s", diagram(a.Stacks))
			default:
				a.console().Line("%s", picture(a.Stacks))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&mermaid, "mermaid", false, "print a Mermaid diagram")
	a.asJSON(cmd)
	return cmd
}

// node is a stack as --json prints it.
type node struct {
	Name      graph.Name   `json:"name"`
	Project   string       `json:"project"`
	Folder    string       `json:"folder"`
	Summary   string       `json:"summary"`
	DependsOn []graph.Name `json:"dependsOn"`
}

func nodes(stacks []graph.Stack) []node {
	var out []node
	for _, s := range stacks {
		out = append(out, node{
			Name: s.Name, Project: s.Name.Project(), Folder: s.Name.Dir(), Summary: s.Summary,
			DependsOn: append([]graph.Name{}, s.DependsOn...),
		})
	}
	return out
}

func diagram(stacks []graph.Stack) string {
	lines := []string{"graph LR"}
	for _, s := range stacks {
		if len(s.DependsOn) == 0 {
			lines = append(lines, "    "+string(s.Name))
		}
		for _, d := range s.DependsOn {
			lines = append(lines, "    "+string(d)+" --> "+string(s.Name))
		}
	}
	return strings.Join(lines, "\n")
}

// picture draws every stack in a row and a column of its own. Its line runs
// down its column to the rows of those that depend on it.
//
//	●         network
//	├─●       security
//	└─┼─●     data
//	  └─┴─●   audit
func picture(stacks []graph.Stack) string {
	last := lastReaders(stacks)
	nameWidth := 0
	for _, s := range stacks {
		nameWidth = max(nameWidth, len(s.Name))
	}
	var lines []string
	for row, s := range stacks {
		var b strings.Builder
		joined := false // the row's line to its node has begun
		for column := range row {
			reads := slices.Contains(s.DependsOn, stacks[column].Name)
			b.WriteString(crossing(reads, joined, last[column], row))
			joined = joined || reads
			if joined {
				b.WriteString("─")
			} else {
				b.WriteString(" ")
			}
		}
		b.WriteString("●" + strings.Repeat("  ", len(stacks)-1-row))
		b.WriteString("  " + string(s.Name) + strings.Repeat(" ", nameWidth-len(s.Name)) + "  " + s.Summary)
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return strings.Join(lines, "\n")
}

// crossing draws the cell of a column's line in a row: whether the row reads
// that column, whether the row's own line runs through here, and where the
// column's line ends.
func crossing(reads, through bool, last, row int) string {
	switch {
	case reads && through && last == row:
		return "┴"
	case reads && through:
		return "┼"
	case reads && last == row:
		return "└"
	case reads:
		return "├"
	case last > row:
		return "│"
	case through:
		return "─"
	default:
		return " "
	}
}

// lastReaders gives for every stack the row of the last one that reads it.
func lastReaders(stacks []graph.Stack) []int {
	last := make([]int, len(stacks))
	for row, s := range stacks {
		for column := range row {
			if slices.Contains(s.DependsOn, stacks[column].Name) {
				last[column] = row
			}
		}
	}
	return last
}
