package main

import (
	"fmt"
	"strings"
)

// What an estate of the larger size may take per workload, as a multiple of what
// one of the smaller size does.
const growthTarget = 1.2

// heading says what was measured on, and with.
func heading(machine string, v versions) string {
	return fmt.Sprintf("%s. Pulumi %s, Terraform %s, AWS provider %s under both, moto %s.\n\n",
		machine, v.Pulumi, v.Terraform, v.Provider, v.Moto)
}

// scaleReport writes how the estate grows as Markdown.
func scaleReport(machine string, v versions, estates []estateOfSize) string {
	var b strings.Builder
	b.WriteString(heading(machine, v))
	scaleRequirements(&b, estates)
	b.WriteString("| workloads |")
	for _, e := range estates {
		fmt.Fprintf(&b, " %d |", e.workloads)
	}
	last := len(estates) - 1
	half := estates[last-1].workloads
	fmt.Fprintf(&b, " one more, up to %d | beyond |\n|---|%s\n", half, strings.Repeat("--:|", len(estates)+2))
	row := func(title, format string, of func(estateOfSize) float64) {
		fmt.Fprintf(&b, "| %s |", title)
		for _, e := range estates {
			fmt.Fprintf(&b, " "+format+" |", of(e))
		}
		each := func(from, to estateOfSize) float64 { return (of(to) - of(from)) / float64(to.workloads-from.workloads) }
		fmt.Fprintf(&b, " %.2f | %.2f |\n", each(estates[0], estates[last-1]), each(estates[last-1], estates[last]))
	}
	row("resources", "%.0f", func(e estateOfSize) float64 { return float64(e.resources) })
	row("state, KiB", "%.0f", func(e estateOfSize) float64 { return float64(e.state) / 1024 })
	for _, quantity := range quantities {
		for _, o := range growing {
			row(o.title+", "+quantity.title, quantity.format, func(e estateOfSize) float64 { return e.took(o, quantity.of) })
		}
	}
	fmt.Fprintf(&b, "\nThe last columns are what each workload adds, up to %d of them and from there on: what is linear has the same in both.\n", half)
	return b.String()
}

// quantities are the columns, or rows, of the tables.
var quantities = []struct {
	title, format string
	of            quantity
}{
	{"s", "%.1f", seconds},
	{"s of processor time", "%.1f", processor},
	{"MiB at the peak", "%.0f", mebibytes},
	{"calls of AWS's API", "%.0f", callCount},
}

// took is the median of what an operation took of something.
func (e estateOfSize) took(o operation, q quantity) float64 {
	return median(e.results.of(o).values(ringfenceSide, q))
}

// scaleRequirements says of each target whether it is met: of all operations, the
// one that grows most.
func scaleRequirements(b *strings.Builder, estates []estateOfSize) {
	from, to := ofWorkloads(estates, smaller), ofWorkloads(estates, larger)
	b.WriteString("| must be at most | ratio | target | |\n|---|--:|--:|---|\n")
	row := func(what string, ratio, target float64) {
		verdict := "met"
		if ratio > target {
			verdict = "**missed**"
		}
		fmt.Fprintf(b, "| %s | %.2f | %.1f | %s |\n", what, ratio, target, verdict)
	}
	for _, q := range quantities[:3] {
		worst, of := 0.0, ""
		for _, o := range growing {
			if ratio := (to.took(o, q.of) / larger) / (from.took(o, q.of) / smaller); ratio > worst {
				worst, of = ratio, o.title
			}
		}
		row(fmt.Sprintf("%s per workload at %d, to those at %d, at the worst: %s", q.title, larger, smaller, of), worst, growthTarget)
	}
	compared := to.results.of(noOpPreview)
	row(fmt.Sprintf("time of %s of %d workloads, to Terraform's (%.1f s)", noOpPreview.title, larger, median(compared.values(terraformSide, seconds))),
		compared.ratio(seconds), noOpPreview.target)
	b.WriteString("\n")
}

func ofWorkloads(estates []estateOfSize, workloads int) estateOfSize {
	for _, e := range estates {
		if e.workloads == workloads {
			return e
		}
	}
	panic(fmt.Sprintf("no estate of %d workloads was measured", workloads))
}

// environmentsReport writes what the others beside it cost an environment, as
// Markdown.
func environmentsReport(machine string, v versions, a among) string {
	var b strings.Builder
	b.WriteString(heading(machine, v))
	fmt.Fprintf(&b, "One environment of five workloads, alone and as one of %d in the same account:\n\n| |", environments)
	for _, q := range quantities {
		fmt.Fprintf(&b, " %s |", q.title)
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("--:|", len(quantities)))
	for _, o := range lookingAt {
		fmt.Fprintf(&b, "| %s |", o.title)
		for _, q := range quantities {
			fmt.Fprintf(&b, " "+q.format+" → "+q.format+" |",
				median(a.alone.of(o).values(ringfenceSide, q.of)), median(a.beside.of(o).values(ringfenceSide, q.of)))
		}
		b.WriteString("\n")
	}
	return b.String()
}
