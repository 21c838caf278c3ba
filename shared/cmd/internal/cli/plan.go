package cli

import (
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
)

// printPlan says where the plan is and what to do with it.
func printPlan(d *deployment.Deployment, folder string, p deployment.Preview) {
	if p.Plan == "" {
		d.Console.Line("\nNo plan was saved: what fails is not to be deployed.")
		return
	}
	d.Console.Line("\nThe plan is saved. To deploy this and nothing else: ./ringfence up%s --plan %s", d.Flags(), folder)
	for _, s := range p.Stacks {
		if !s.Exact {
			d.Console.Line("  %s: accepts any value for what is unknown until then", s.Stack)
		}
	}
}
