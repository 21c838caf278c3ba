package workflows

import (
	"regexp"
	"slices"
)

var driftRules = []Rule{{
	Name: "nightly-drift", Control: Drift, check: nightlyDrift,
	Holds: "every night the estate is compared with its code, and what differs becomes an issue",
}}

var (
	// daily is a time of every day: minute and hour are fixed, the rest is free.
	daily    = regexp.MustCompile(`^\d+ \d+ \* \* \*$`)
	drifting = regexp.MustCompile(`\./ringfence drift\b`)
)

func nightlyDrift(all files) []Finding {
	for _, w := range all {
		schedule, _ := w.On("schedule")
		if !slices.ContainsFunc(schedule.Crons, daily.MatchString) {
			continue
		}
		for _, j := range w.Jobs {
			if j.matches(drifting) && slices.ContainsFunc(w.Jobs, func(r Job) bool { return reports(r, j) }) {
				return nil
			}
		}
	}
	return []Finding{{Message: "no workflow looks for drift every night and reports it",
		Remedy: "run ./ringfence drift in a workflow with a daily schedule, and let a job that needs it write an issue (issues: write)"}}
}

// reports reports whether job r tells people what job j found.
func reports(r, j Job) bool {
	return slices.Contains(r.Needs, j.ID) && r.Permissions.Scope("issues") == "write"
}
