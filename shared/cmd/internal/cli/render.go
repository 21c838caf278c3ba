package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

// printReport shows the table, what stands after an interrupt, what to do next
// or, last, why something failed.
func (a *App) printReport(d *deployment.Deployment, report deployment.Report) {
	if len(report.Stacks) > 0 {
		d.Console.Line("")
		printTable(d.Console, report)
	}
	printLeftBehind(d, report.LeftBehind)
	for _, s := range report.Stacks {
		printViolations(d.Console, s.Stack, s.Violations)
	}
	switch report.Result {
	case estate.Done:
		switch {
		case report.Operation == "up":
			a.next(d, report)
		case d.Emulated() && !report.Given && len(report.Stacks) > 0:
			d.Console.Line("\nThe emulator keeps running; ./ringfence emulator stop ends it.")
		}
	case estate.Interrupted:
		a.printStanding(d, report)
	}
	a.printCauses(d, report)
}

func printTable(c *console.Console, report deployment.Report) {
	columns := []console.Column{{Title: "stack"}}
	for _, title := range []string{"created", "updated", "replaced", "deleted", "unchanged", "seconds"} {
		columns = append(columns, console.Column{Title: title, Number: true})
	}
	columns = append(columns, console.Column{Title: "result"})
	var rows [][]string
	for _, s := range report.Stacks {
		row := []string{string(s.Stack)}
		for _, count := range []int{s.Created, s.Updated, s.Replaced, s.Deleted, s.Unchanged} {
			row = append(row, number(count))
		}
		rows = append(rows, append(row, duration(s.Seconds), s.Outcome()))
	}
	total := []string{"all", "", "", "", "", "", duration(report.Seconds), ""}
	c.Table(columns, append(rows, total))
}

// printLeftBehind names what AWS has and no state knows.
func printLeftBehind(d *deployment.Deployment, arns []string) {
	if len(arns) == 0 {
		return
	}
	d.Console.Line("\nAWS has what carries the tags of this environment and is in no state:\n")
	for _, arn := range arns {
		d.Console.Line("  %s", arn)
	}
	d.Console.Line("\nAn answer of AWS was lost, and the call was made again. Ringfence deletes nothing that it does not know: " +
		"look at it, and delete it by hand.")
}

// number leaves a zero out, so that what changed stands out.
func number(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func duration(seconds float64) string {
	if seconds == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", seconds)
}

// utc is a time as people in several zones can compare it.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// printStanding says what an interrupt left.
func (a *App) printStanding(d *deployment.Deployment, report deployment.Report) {
	d.Console.Line("\nInterrupted. What stands now:\n")
	for _, s := range report.Stacks {
		text := "nothing"
		if s.Standing > 0 {
			text = console.Count(s.Standing, "resource")
		}
		if s.CutOff > 0 {
			text += ", and " + console.Count(s.CutOff, "operation") + " cut off, of which nobody knows the end"
		}
		d.Console.Line("  %-10s %s", s.Stack, text)
	}
	if report.Operation == "destroy" {
		d.Console.Line("\nGo on with ./ringfence destroy%s, or build what is gone anew with ./ringfence up%[1]s.", d.Flags())
		return
	}
	if report.Remake != "" {
		d.Console.Line("\nThe plan does not fit what stands now. Make a new one and go on with that: %s", report.Remake)
		return
	}
	d.Console.Line("\nGo on with ./ringfence %s%s, or take everything down with ./ringfence destroy%[2]s.", report.Operation, d.Flags())
}

// printCauses says why stacks failed, to standard error and last of all.
func (a *App) printCauses(d *deployment.Deployment, report deployment.Report) {
	c, failed := console.New(a.Err, a.getenv), false
	for _, s := range report.Stacks {
		if s.Result == estate.Failed {
			printCause(c, "stack "+string(s.Stack)+" failed", s.Error, s.Log)
			failed = true
		}
	}
	if failed {
		c.Line("What was done is in the state. Once the cause is gone, ./ringfence %s%s goes on from there.", report.Operation, d.Flags())
	}
}

// causeLines is how many lines of an error are shown; the log has them all.
const causeLines = 20

// printCause says why something failed.
func printCause(c *console.Console, what string, lines []string, log string) {
	c.Line("\n%s", c.Emphasis("error: "+what+":"))
	for _, line := range lines[:min(len(lines), causeLines)] {
		c.Line("  %s", line)
	}
	if more := len(lines) - causeLines; more > 0 {
		c.Line("  … and %s", console.Count(more, "line")+" more")
	}
	c.Line("The engine's whole output is in %s.", log)
}
