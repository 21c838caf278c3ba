package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/tests/benchmark/calls"
)

// The targets that hold for every operation.
const (
	callsTarget  = 1.0
	memoryTarget = 1.5
)

// report writes the results as Markdown.
func report(machine string, v versions, created census, all results) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. Pulumi %s, Terraform %s, AWS provider %s under both, moto %s. %s.\n\n",
		machine, v.Pulumi, v.Terraform, v.Provider, v.Moto, plural(rounds(all), "round"))
	requirements(&b, all)
	times(&b, all)
	costs(&b, all)
	equality(&b, created, all)
	return b.String()
}

// rounds is how often what was measured most often was measured.
func rounds(all results) int {
	most := 0
	for _, r := range all {
		most = max(most, len(r.sides[ringfenceSide]))
	}
	return most
}

// requirements says of each target whether it is met.
func requirements(b *strings.Builder, all results) {
	b.WriteString("| must be at most | ratio | target | |\n|---|--:|--:|---|\n")
	row := func(what string, ratio, target float64) {
		verdict := "met"
		if ratio > target {
			verdict = "**missed**"
		}
		fmt.Fprintf(b, "| %s | %.2f | %.1f | %s |\n", what, ratio, target, verdict)
	}
	for _, r := range all {
		if r.target > 0 {
			row("time of "+r.title, r.ratio(seconds), r.target)
		}
	}
	worst := func(q quantity) *result {
		return slices.MaxFunc(all, func(a, b *result) int {
			switch x, y := a.ratio(q), b.ratio(q); {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
	}
	r := worst(callCount)
	row("calls of AWS's API, at the worst: "+r.title, r.ratio(callCount), callsTarget)
	r = worst(mebibytes)
	row("peak memory, at the worst: "+r.title, r.ratio(mebibytes), memoryTarget)
	b.WriteString("\n")
}

func times(b *strings.Builder, all results) {
	b.WriteString("Seconds, median of the rounds (fastest–slowest):\n\n| | Ringfence | Terraform | ratio |\n|---|--:|--:|--:|\n")
	for _, r := range all {
		fmt.Fprintf(b, "| %s: `./ringfence %s` against `terraform %s` ×4 | %s | %s | %.2f |\n", r.title,
			strings.Join(r.ringfence, " "), strings.Join(r.terraform, " "),
			spread(r.values(ringfenceSide, seconds)), spread(r.values(terraformSide, seconds)), r.ratio(seconds))
	}
	b.WriteString("\n")
}

// costs compares what an operation takes besides time.
func costs(b *strings.Builder, all results) {
	b.WriteString("Medians of what else they take; Ringfence / Terraform = ratio:\n\n" +
		"| | processor, s | peak memory, MiB | calls of AWS's API | of these, that write |\n|---|--:|--:|--:|--:|\n")
	for _, r := range all {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", r.title, r.pair(processor, "%.1f"), r.pair(mebibytes, "%.0f"),
			r.pair(callCount, "%.0f"), r.pair(writeCount, "%.0f"))
	}
	b.WriteString("\n")
}

// pair shows the medians of both sides, and their ratio.
func (r *result) pair(q quantity, format string) string {
	return fmt.Sprintf(format+" / "+format+" = %.2f", median(r.values(ringfenceSide, q)), median(r.values(terraformSide, q)), r.ratio(q))
}

// equality shows that both sides have done the same.
func equality(b *strings.Builder, created census, all results) {
	fmt.Fprintf(b, "Both sides create the same: %d resources of %s in four stacks, counted by stack and type.\n",
		created.total(), plural(created.types(), "type"))
	for _, r := range all {
		ours, theirs := r.sides[ringfenceSide][0].Calls.Writes(), r.sides[terraformSide][0].Calls.Writes()
		if ours.Total()+theirs.Total() == 0 {
			continue
		}
		different := calls.Differences(ours, theirs)
		fmt.Fprintf(b, "\nOf %s the writing calls are %d and %d, ", r.title, ours.Total(), theirs.Total())
		if different == nil {
			b.WriteString("operation by operation the same.\n")
			continue
		}
		b.WriteString("and differ in:\n\n| operation | Ringfence | Terraform | because |\n|---|--:|--:|---|\n")
		for _, d := range different {
			fmt.Fprintf(b, "| `%s` | %d | %d | %s |\n", d.Operation, d.Ours, d.Their, because(d))
		}
	}
}

// reasons say why an operation is called more often by one side.
var reasons = map[string]string{
	"ssm:DeleteParameter": "the mark of the emulator goes with the last stack",
	"ssm:PutParameter":    "the mark by which Ringfence knows an emulator again that was restarted",
}

func because(d calls.Difference) string {
	if reason, ok := reasons[d.Operation]; ok {
		return reason
	}
	return "not explained"
}

func spread(values []float64) string {
	if len(values) == 1 {
		return fmt.Sprintf("%.1f", values[0])
	}
	return fmt.Sprintf("%.1f (%.1f–%.1f)", median(values), slices.Min(values), slices.Max(values))
}

func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// markers are those of the part of a page that a target of the Makefile writes.
func markers(target string) (begin, end string) {
	return "<!-- begin of what `make` writes: " + target + " -->\n", "<!-- end of what `make` writes: " + target + " -->\n"
}

// intoPage puts a text between the markers of a page, if there is a page.
func intoPage(page, target, text string) error {
	if page == "" {
		return nil
	}
	content, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	begin, end := markers(target)
	before, rest, begins := strings.Cut(string(content), begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return fmt.Errorf("%s lacks the lines between which the report is put:\n%s%s", page, begin, end)
	}
	return os.WriteFile(page, []byte(before+begin+"\n"+text+"\n"+end+after), 0o644)
}
