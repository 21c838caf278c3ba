package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/triage"
	"github.com/ringfence/ringfence/shared/controls"
)

// markdownLimit leaves room in an issue of GitHub, which holds 65536 characters.
const markdownLimit = 50000

// driftMarkdown is drift as an issue says it, the gravest first. It is empty
// where all is as it was deployed.
func driftMarkdown(drift deployment.Drift) string {
	if !drift.Drifted && drift.Result == estate.Done {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The environment **%s** is not as it was deployed. Deploy it again, or bring the change into the code.\n\n", drift.Name)
	for _, s := range drift.Stacks {
		if s.Result != estate.Done {
			fmt.Fprintf(&b, "Stack **%s** could not be read:\n\n%s\n", s.Stack, fenced(strings.Join(s.Error, "\n")))
		}
	}
	all := triage.Gravest(drift)
	for i, d := range all {
		text := driftedMarkdown(d)
		if b.Len()+len(text) > markdownLimit {
			fmt.Fprintf(&b, "… and %d more; the run has them all.\n", len(all)-i)
			break
		}
		b.WriteString(text)
	}
	return b.String()
}

func driftedMarkdown(d triage.Drifted) string {
	var b strings.Builder
	severity, breaks := triage.Severity(d.Drift)
	fmt.Fprintf(&b, "### %s: %s in %s\n\n", cmp.Or(string(severity), "breaks no control"), d.Label, d.Stack)
	if breaks {
		for _, c := range brokenControls(d.Drift) {
			fmt.Fprintf(&b, "- **%s** (%s) does not hold: %s\n", c.ID, c.Severity, c.Title)
		}
		b.WriteString("\n")
	}
	lines := []string{d.ID, "changed by " + actor(d.By)}
	if d.Deleted {
		lines = append(lines, "deleted outside of this estate")
	}
	for _, p := range d.Properties {
		lines = append(lines, p.Path, "  was  "+shadow.Compact(p.Was), "  is   "+shadow.Compact(p.Is))
	}
	if !d.Deleted && len(d.Properties) == 0 {
		lines = append(lines, "changed in a property that is secret")
	}
	b.WriteString(fenced(strings.Join(lines, "\n")) + "\n")
	return b.String()
}

// brokenControls are the controls of the findings, each once, the gravest first.
func brokenControls(d shadow.Drift) []*controls.Control {
	var broken []*controls.Control
	for _, f := range d.Breaks {
		if c, known := controls.Find(f.Control); known && !slices.Contains(broken, c) {
			broken = append(broken, c)
		}
	}
	return broken
}

// actor words who changed something.
func actor(by *shadow.Actor) string {
	if by == nil {
		return "unknown"
	}
	return fmt.Sprintf("%s (%s) on %s", by.Name, by.Event, utc(by.Time))
}
