package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The operations, in the words of the report.
const (
	firstDeploy = "first deploy"
	noChange    = "no change"
	preview     = "preview"
	refreshed   = "preview of what stands"
	destroy     = "destroy"
)

// results holds the times of each operation on both sides, in the order in
// which the operations were first measured.
type results []result

type result struct {
	operation string
	times     [2][]time.Duration
}

func (r *results) add(operation string, side int, took time.Duration) {
	i := slices.IndexFunc(*r, func(have result) bool { return have.operation == operation })
	if i < 0 {
		i = len(*r)
		*r = append(*r, result{operation: operation})
	}
	(*r)[i].times[side] = append((*r)[i].times[side], took)
}

// median is the middle one of some times, or the mean of the middle two.
func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// commands says what each side runs for an operation.
var commands = map[string][2]string{
	firstDeploy: {"`./ringfence up`", "`terraform apply` ×4"},
	noChange:    {"`./ringfence up`", "`terraform plan -refresh=false` ×4"},
	preview:     {"`./ringfence preview`", "`terraform plan -refresh=false` ×4"},
	refreshed:   {"`./ringfence preview --refresh`", "`terraform plan` ×4"},
	destroy:     {"`./ringfence destroy`", "`terraform destroy -refresh=false` ×4"},
}

// report writes the results as Markdown.
func report(machine string, v versions, resources int, all results) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d resources in four stacks, the same on both sides. %s.\n", resources, machine)
	fmt.Fprintf(&b, "Pulumi %s, Terraform %s, AWS provider %s, moto %s.\n\n", v.Pulumi, v.Terraform, v.Provider, v.Moto)
	b.WriteString("| | Ringfence | Terraform | ratio |\n|---|--:|--:|--:|\n")
	for _, r := range all {
		ours, theirs := r.times[ringfenceSide], r.times[terraformSide]
		fmt.Fprintf(&b, "| %s: %s against %s | %s | %s | %.2f |\n", r.operation,
			commands[r.operation][ringfenceSide], commands[r.operation][terraformSide],
			cell(ours), cell(theirs), median(ours).Seconds()/median(theirs).Seconds())
	}
	fmt.Fprintf(&b, "\nSeconds: median of the rounds (fastest–slowest); rounds: %d.\n", len(all[0].times[ringfenceSide]))
	return b.String()
}

func cell(times []time.Duration) string {
	if len(times) == 1 {
		return fmt.Sprintf("%.1f", times[0].Seconds())
	}
	return fmt.Sprintf("%.1f (%.1f–%.1f)", median(times).Seconds(), slices.Min(times).Seconds(), slices.Max(times).Seconds())
}
