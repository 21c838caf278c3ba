package main

import (
	"bytes"
	_ "embed" // for the report's text
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

//go:embed report.md.tmpl
var reportText string

// explained says what was behind what was not as it must be, by commit and number of
// the trial.
//
//go:embed explained.json
var explained []byte

// report is docs/reliability.md for these trials.
func report(trials []Record) (string, error) {
	t, err := template.New("report").Parse(reportText)
	if err != nil {
		return "", err
	}
	reasons := map[string]string{}
	if err := json.Unmarshal(explained, &reasons); err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{
		"Trials": len(trials), "Struck": count(trials, Record.struck), "Failed": count(trials, Record.failed),
		"Converged": count(trials, Record.converged), "Lost": count(trials, Record.lost), "Left": count(trials, Record.untold),
		"Told": count(trials, Record.told), "Named": count(trials, Record.named), "Problems": count(trials, Record.bad),
		"Commits": commits(trials), "Table": table(trials), "Exceptions": exceptions(trials, reasons),
	})
	return out.String(), err
}

func (r Record) struck() bool    { return r.Struck }
func (r Record) failed() bool    { return r.Exit != 0 }
func (r Record) converged() bool { return r.Converged }
func (r Record) lost() bool      { return len(r.Lost) > 0 }
func (r Record) untold() bool    { return len(r.Left) > len(r.Told) }
func (r Record) told() bool      { return len(r.Told) > 0 }
func (r Record) bad() bool       { return len(r.Problems) > 0 }

// named reports whether a failure said what to do, judged anew by what it said.
func (r Record) named() bool {
	said, _, _ := strings.Cut(r.Message, "\n--- heal")
	return r.Exit != 0 && (r.Named || remedy.MatchString(said))
}

func count(trials []Record, is func(Record) bool) int {
	n := 0
	for _, r := range trials {
		if is(r) {
			n++
		}
	}
	return n
}

// commits says which trials were of which commit, and from which seed.
func commits(trials []Record) string {
	var order []string
	numbers := map[string]int{}
	for _, r := range trials {
		key := fmt.Sprintf("commit `%s`, seed %d", r.Commit, r.Seed)
		if numbers[key] == 0 {
			order = append(order, key)
		}
		numbers[key]++
	}
	var parts []string
	for _, key := range order {
		parts = append(parts, fmt.Sprintf("%d of %s", numbers[key], key))
	}
	return strings.Join(parts, "; ")
}

// operations are in the order of the table.
var operations = []string{"preview", "first up", "up", "destroy"}

// table has a row for each kind of fault and operation.
func table(trials []Record) string {
	var out strings.Builder
	out.WriteString("| fault | during | trials | struck | failed | said what to do | converged | lost | left behind | named as left behind | median heal |\n" +
		"|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, k := range kinds {
		for _, operation := range operations {
			var of []Record
			for _, r := range trials {
				if r.Kind == k.name && r.Operation == operation {
					of = append(of, r)
				}
			}
			if len(of) == 0 {
				continue
			}
			fmt.Fprintf(&out, "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %.1f s |\n", k.name, operation, len(of),
				count(of, Record.struck), count(of, Record.failed), count(of, Record.named), count(of, Record.converged),
				count(of, Record.lost), count(of, Record.untold), count(of, Record.told), medianHeal(of))
		}
	}
	return out.String()
}

func medianHeal(trials []Record) float64 {
	var seconds []float64
	for _, r := range trials {
		seconds = append(seconds, r.HealSeconds)
	}
	slices.Sort(seconds)
	return seconds[len(seconds)/2]
}

// exceptions lists the trials in which something was not as it must be.
func exceptions(trials []Record, reasons map[string]string) string {
	var out strings.Builder
	for _, r := range trials {
		var what []string
		if !r.Converged {
			what = append(what, "did not converge")
		}
		if r.Exit != 0 && !r.named() {
			what = append(what, "did not say what to do")
		}
		if r.lost() {
			what = append(what, "lost "+strings.Join(r.Lost, ", "))
		}
		if r.untold() {
			untold := slices.DeleteFunc(slices.Clone(r.Left), func(line string) bool { return slices.Contains(r.Told, line) })
			what = append(what, "left behind and not named "+strings.Join(untold, ", "))
		}
		if r.told() {
			what = append(what, "left behind and named "+strings.Join(r.Told, ", "))
		}
		what = append(what, r.Problems...)
		if len(what) > 0 {
			fmt.Fprintf(&out, "- trial %d of seed %d (%s during %s of %s, commit `%s`): %s\n",
				r.Trial, r.Seed, r.Kind, r.Operation, r.Stacks, r.Commit, strings.Join(what, "; "))
			if reason := reasons[fmt.Sprintf("%s %d", r.Commit, r.Trial)]; reason != "" {
				fmt.Fprintf(&out, "  *%s*\n", reason)
			}
		}
	}
	if out.Len() == 0 {
		return "None.\n"
	}
	return out.String()
}
