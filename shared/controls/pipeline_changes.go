package controls

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/workflows"
)

// workflowsKeep reports what package workflows finds against a control.
func workflowsKeep(control string) func(*inspection) {
	return func(in *inspection) {
		if in.pipeline == nil {
			return
		}
		in.checked[""] += 1 + len(in.pipeline.Workflows)
		for _, f := range in.pipeline.check() {
			if f.Control != control {
				continue
			}
			place := "workflows"
			if f.File != "" {
				place = ".github/" + f.File
			}
			in.findings = append(in.findings, Finding{
				Control: in.control.ID, Severity: in.control.Severity, Resource: place, Property: placeInFile(f),
				Wanted: wantedBy(f.Rule), Found: f.Message, Remedy: f.Remedy,
			})
		}
	}
}

// placeInFile is the line and the job, as far as they are known.
func placeInFile(f workflows.Finding) string {
	var parts []string
	if f.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", f.Line))
	}
	if f.Job != "" {
		parts = append(parts, "job "+f.Job)
	}
	return strings.Join(parts, ", ")
}

// wantedBy is what must hold by a rule.
func wantedBy(name string) string {
	for _, rule := range workflows.Rules() {
		if rule.Name == name {
			return rule.Holds
		}
	}
	return name
}

// deployOrderIsKept holds the graph, and the workflows against it.
func deployOrderIsKept(in *inspection) {
	if in.pipeline == nil {
		return
	}
	in.orderHolds(graph.All())
	workflowsKeep(workflows.DeployOrder)(in)
}

// orderHolds wants every stack to stand after all that it depends on, which also
// means that there is no cycle, and that the reverse is an order to destroy them.
func (in *inspection) orderHolds(stacks []graph.Stack) {
	before := map[graph.Name]bool{}
	for _, s := range stacks {
		for _, upstream := range s.DependsOn {
			if !before[upstream] {
				in.report("shared/graph", string(s.Name), "a place after "+string(upstream)+", which it reads", "one before it")
			}
		}
		before[s.Name] = true
	}
}

// report reports what is no resource of a stack.
func (in *inspection) report(where, property, wanted, found string) {
	in.findings = append(in.findings, Finding{
		Control: in.control.ID, Severity: in.control.Severity, Resource: where, Property: property,
		Wanted: wanted, Found: found, Remedy: in.control.Remedy,
	})
}

// exceptionsAreValid wants every exception to say who decided what and why, and
// to count still. That its control and resource exist is known when the register
// is read; that it covers a finding, when all environments are judged.
func exceptionsAreValid(in *inspection) {
	if in.pipeline == nil {
		return
	}
	in.checked[""] += 1 + len(in.pipeline.Exceptions)
	for i, x := range in.pipeline.Exceptions {
		where := fmt.Sprintf("exception %d, of %s", i+1, x.Control)
		for _, text := range [][2]string{
			{"control", x.Control}, {"stack", string(x.Stack)}, {"resource", x.Resource},
			{"owner", x.Owner}, {"reason", x.Reason}, {"compensation", x.Compensation},
		} {
			if strings.TrimSpace(text[1]) == "" {
				in.report(where, text[0], "a text", "nothing")
			}
		}
		last, err := x.lastDay()
		switch today := in.pipeline.Today.UTC().Truncate(24 * time.Hour); {
		case err != nil:
			in.report(where, "expires", "a day such as 2027-06-30", show(x.Expires))
		case today.After(last):
			in.report(where, "expires", "a day that is not over", x.Expires)
		}
	}
}
