package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/graph"
)

func (a *App) statusCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is deployed",
		Long: `Shows for every stack whether it is deployed, when its state last changed, how
many resources it has, whether what was last done to it failed, operations that
were cut off, who is working on it, and whether it runs on older outputs of the
stacks that it reads than these export now.
For an emulated environment it also says whether the emulator runs and still
holds what was deployed. Nothing is started or changed.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, _, err := a.deployment(t)
			if err != nil {
				return err
			}
			survey, err := d.Survey(cmd.Context())
			if err != nil {
				return err
			}
			memory, err := d.Memory(cmd.Context())
			if err != nil {
				return err
			}
			failed, err := d.Failed(cmd.Context(), survey)
			if err != nil {
				return err
			}
			status := newStatus(d, survey, memory, failed)
			if a.json {
				return a.writeJSON(status)
			}
			status.print(d.Console, d.Flags())
			return nil
		},
	}
	t.where(cmd)
	a.asJSON(cmd)
	return cmd
}

// status is what is known of an environment, as --json prints it.
type status struct {
	Environment string `json:"environment"`
	Name        string `json:"name"`
	Account     string `json:"account"`
	Region      string `json:"region"`
	// Emulator is there for an emulated environment.
	Emulator *deployment.Memory `json:"emulator,omitempty"`
	Stacks   []stackStatus      `json:"stacks"`
}

type stackStatus struct {
	Stack graph.Name `json:"stack"`
	// State is deployed, in part (no outputs yet) or not deployed.
	State     string     `json:"state"`
	Resources int        `json:"resources"`
	Changed   *time.Time `json:"changed,omitempty"`
	// Failed is what was last done to the stack, in Pulumi's word, where it failed:
	// update, refresh, destroy and others.
	Failed string `json:"failed,omitempty"`
	// CutOff lists operations whose end is not known.
	CutOff []string `json:"cutOff,omitempty"`
	// LockedBy names who works on the stack.
	LockedBy []string `json:"lockedBy,omitempty"`
	// Read compares what the stack has read of others with what they export now.
	Read []deployment.Reading `json:"read,omitempty"`
}

func newStatus(d *deployment.Deployment, survey deployment.Survey, memory *deployment.Memory, failed map[graph.Name]string) status {
	s := status{
		Environment: d.Environment.Name, Name: d.Name,
		Account: d.Environment.AccountID, Region: d.Environment.Region, Emulator: memory,
	}
	for _, n := range d.Estate.Names() {
		known := survey[n]
		stack := stackStatus{
			Stack: n, State: "not deployed", Resources: known.Resources, Failed: failed[n], CutOff: known.Pending, Read: d.Readings(survey, n),
		}
		switch {
		case known.Complete():
			stack.State = "deployed"
		case known.Standing():
			stack.State = "in part"
		}
		if known.Standing() {
			stack.Changed = &known.Modified
		}
		for _, lock := range known.Locks {
			stack.LockedBy = append(stack.LockedBy, lock.String())
		}
		s.Stacks = append(s.Stacks, stack)
	}
	return s
}

func (s status) print(c *console.Console, flags string) {
	where := fmt.Sprintf("account %s, %s", s.Account, s.Region)
	if s.Emulator != nil {
		where = s.Emulator.String()
	}
	c.Line("environment %s: %s\n", s.Name, where)
	var rows [][]string
	for _, stack := range s.Stacks {
		changed, resources := "", ""
		if stack.Changed != nil {
			changed = utc(*stack.Changed)
			resources = strconv.Itoa(stack.Resources)
		}
		rows = append(rows, []string{string(stack.Stack), stack.State, resources, changed, stack.remarks()})
	}
	c.Table([]console.Column{
		{Title: "stack"}, {Title: "state"}, {Title: "resources", Number: true}, {Title: "last change"}, {Title: "remarks"},
	}, rows)
	if s.Emulator != nil && s.Emulator.Forgotten {
		c.Line("\nThe emulator no longer holds what was deployed. ./ringfence up%s builds it anew.", flags)
		return
	}
	s.printStale(c, flags)
	for _, stack := range s.Stacks {
		if len(stack.CutOff) > 0 {
			c.Line("\nNobody knows whether these operations on %s came to an end:\n\n  %s\n", stack.Stack, strings.Join(stack.CutOff, "\n  "))
			c.Line("The next ./ringfence up%s looks for what they have left and goes on from there; ./ringfence destroy%[1]s deletes it.", flags)
		}
	}
}

// printStale says which stacks run on something else than those that they read
// export now.
func (s status) printStale(c *console.Console, flags string) {
	begun := false
	for _, stack := range s.Stacks {
		for _, r := range stack.Read {
			if r.Stale() {
				if !begun {
					c.Line("")
				}
				begun = true
				c.Line("%s %s: ./ringfence up%s --stack %[1]s", stack.Stack, r, flags)
			}
		}
	}
}

func (s stackStatus) remarks() string {
	var remarks []string
	if s.Failed != "" {
		remarks = append(remarks, "the last "+s.Failed+" failed")
	}
	if len(s.CutOff) > 0 {
		remarks = append(remarks, console.Count(len(s.CutOff), "operation")+" cut off")
	}
	for _, owner := range s.LockedBy {
		remarks = append(remarks, "locked by "+owner)
	}
	for _, r := range s.Read {
		switch r.State {
		case deployment.Outdated:
			remarks = append(remarks, "older outputs of "+string(r.Of))
		case deployment.Gone:
			remarks = append(remarks, string(r.Of)+" is gone")
		case deployment.NotNoted:
			remarks = append(remarks, "unknown if outputs of "+string(r.Of)+" are older")
		}
	}
	return strings.Join(remarks, ", ")
}
