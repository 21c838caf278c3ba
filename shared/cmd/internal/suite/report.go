package suite

import (
	"fmt"
	"io"
)

// Report writes what was proved at each level, the problems, and last of all
// the totals.
func (r Result) Report(w io.Writer) {
	fmt.Fprintln(w, "\nlevel of proof")
	var total Count
	for _, l := range Levels {
		c := r.Counts[l.Level]
		total = Count{total.Passed + c.Passed, total.Failed + c.Failed, total.Skipped + c.Skipped}
		note := ""
		if c == (Count{}) {
			note = "  (none ran)"
		}
		fmt.Fprintf(w, "  %-9s %4d passed  %d failed  %d skipped   %s%s\n", l.Level, c.Passed, c.Failed, c.Skipped, l.Means, note)
	}
	for _, note := range r.notes {
		fmt.Fprintln(w, "  "+note)
	}
	if len(r.Problems) > 0 {
		fmt.Fprintln(w, "\nproblems")
		for _, p := range r.Problems {
			fmt.Fprintln(w, "  "+p)
		}
	}
	fmt.Fprintf(w, "\n%d passed, %d failed, %d skipped\n", total.Passed, total.Failed, total.Skipped)
}
