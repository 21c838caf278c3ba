package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/janitor"
)

// printJanitor shows what was found, what became of it, and what is left to
// people.
func printJanitor(c *console.Console, r janitor.Report) {
	if len(r.Deployments) == 0 {
		c.Line("nothing is deployed of environment %s", r.Environment)
	} else {
		var rows [][]string
		for _, d := range r.Deployments {
			updated := "unknown"
			if !d.Updated.IsZero() {
				updated = utc(d.Updated)
			}
			rows = append(rows, []string{d.Name, updated, estate.List(d.Stacks), fate(d, r)})
		}
		c.Line("")
		c.Table([]console.Column{{Title: "name"}, {Title: "last update"}, {Title: "stacks"}, {Title: "result"}}, rows)
	}
	for _, lock := range r.Locks {
		c.Line("\n%s", describeLock(lock, r.DryRun))
	}
	for _, d := range r.Deployments {
		if len(d.Error) > 0 {
			c.Line("\n%s", c.Emphasis("error: "+d.Name+" could not be destroyed:"))
			for _, line := range d.Error {
				c.Line("  %s", line)
			}
		}
	}
	if r.Unseen != "" {
		c.Line("\n%s", c.Emphasis("error: "+unseenOrphans))
		c.Line("  %s", r.Unseen)
	}
	if len(r.Orphans) > 0 {
		c.Line("\n%s of environment %s that no state knows; look at each, and delete it by hand:",
			console.Count(len(r.Orphans), "resource"), r.Environment)
		for _, arn := range r.Orphans {
			c.Line("  %s", arn)
		}
	}
}

const unseenOrphans = "what is in no state could not be looked for"

func fate(d janitor.Deployment, r janitor.Report) string {
	switch d.Fate {
	case janitor.Stays:
		over := d.Updated.Add(time.Duration(r.LimitHours * float64(time.Hour)))
		return "stays until " + utc(over)
	case janitor.InUse:
		return "its time is over, but somebody works on it: left alone"
	case janitor.Expired:
		return "would be destroyed"
	default:
		return string(d.Fate)
	}
}

func describeLock(lock janitor.Lock, dryRun bool) string {
	text := fmt.Sprintf("%s: stack %s is locked by %s since %s: ", lock.Name, lock.Stack, lock.Owner, utc(lock.Since))
	switch {
	case lock.Released && dryRun:
		return text + "that run has ended, so its lock would be released"
	case lock.Released:
		return text + "that run has ended, so its lock was released"
	}
	return text + "left alone"
}

// janitorMarkdown says what needs a person; it is empty where nothing does.
func janitorMarkdown(r janitor.Report) string {
	var b strings.Builder
	if r.Result == estate.Interrupted {
		b.WriteString("### The janitor was interrupted, so it has not seen everything\n\n")
	}
	if r.Unseen != "" {
		fmt.Fprintf(&b, "### W%s\n\n%s\n", unseenOrphans[1:], fenced(r.Unseen))
	}
	for _, d := range r.Deployments {
		if d.Fate == janitor.Failed {
			fmt.Fprintf(&b, "### `%s` could not be destroyed\n\n%s\n", d.Name, fenced(strings.Join(d.Error, "\n")))
		}
		if d.Fate == janitor.InUse {
			fmt.Fprintf(&b, "### `%s` is past its time, and somebody works on it\n\n", d.Name)
			var held []string
			for _, lock := range r.Locks {
				if lock.Name == d.Name && !lock.Released {
					held = append(held, describeLock(lock, r.DryRun))
				}
			}
			if len(held) > 0 {
				b.WriteString(fenced(strings.Join(held, "\n")) + "\n")
			}
		}
	}
	if len(r.Orphans) > 0 {
		fmt.Fprintf(&b, "### %s that no state knows\n\nLook at each, and delete it by hand.\n\n%s\n",
			console.Count(len(r.Orphans), "resource"), fenced(strings.Join(r.Orphans, "\n")))
	}
	return b.String()
}

// fenced is a block of text that Markdown leaves as it is.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + "\n" + fence + "\n"
}
