package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
)

func (a *App) outputsCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "outputs",
		Short: "Show what the stacks export",
		Long: `Prints the outputs of the deployed stacks: names, ids and ARNs to work with. A
stack's outputs are its contract with the stacks that depend on it. Secrets are
never shown.`,
		Example: `  ./ringfence outputs
  ./ringfence outputs --stack data --json | jq -r .data.dataBucketName`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, selection, err := a.deployment(t)
			if err != nil {
				return err
			}
			survey, err := d.Survey(cmd.Context())
			if err != nil {
				return err
			}
			outputs := map[graph.Name]map[string]any{}
			for _, n := range selection.Stacks {
				if survey.Complete(n) {
					outputs[n] = maps.Clone(survey[n].Outputs)
					delete(outputs[n], contract.ConsumedKey) // not for others
				} else if len(t.stacks) > 0 {
					return fmt.Errorf("stack %s exports nothing, because it is not deployed: ./ringfence up%s --stack %s", n, d.Flags(), n)
				}
			}
			if a.json {
				return a.writeJSON(outputs)
			}
			if len(outputs) == 0 {
				d.Console.Line("nothing is deployed: ./ringfence up%s", d.Flags())
			}
			apart := ""
			for _, n := range selection.Stacks {
				if len(outputs[n]) > 0 {
					d.Console.Line("%s%s", apart, n)
					printOutputs(d.Console, outputs[n])
					apart = "\n"
				}
			}
			return nil
		},
	}
	t.where(cmd)
	t.which(cmd, "only this stack (may be repeated)")
	a.asJSON(cmd)
	return cmd
}

func printOutputs(c *console.Console, outputs map[string]any) {
	width := 0
	for k := range outputs {
		width = max(width, len(k))
	}
	for _, k := range slices.Sorted(maps.Keys(outputs)) {
		values := lines(outputs[k])
		c.Line("  %-*s  %s", width, k, values[0])
		for _, v := range values[1:] {
			c.Line("  %-*s  %s", width, "", v)
		}
	}
}

// lines writes a value for people, a list or a map with a line per element.
func lines(value any) []string {
	var out []string
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			out = append(out, lines(item)...)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, k+": "+lines(v[k])[0])
		}
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return []string{fmt.Sprint(v)}
		}
		return []string{string(text)}
	}
	if len(out) == 0 {
		return []string{"none"}
	}
	return out
}
