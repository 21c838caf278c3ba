package evidence

import (
	"slices"
	"time"

	"github.com/ringfence/ringfence/shared/controls"
)

// Exception is a decision of the register that is for this environment.
type Exception struct {
	controls.Exception
	// DaysLeft counts the days on which it still counts after the day of the
	// report; 0 is its last day, below that it has expired.
	DaysLeft int `json:"daysLeft"`
	// Covers are the findings that it covers.
	Covers []controls.Finding `json:"covers,omitempty"`
}

func exceptions(in Input) []Exception {
	out := []Exception{}
	today := in.Time.UTC().Truncate(24 * time.Hour)
	for _, x := range in.Exceptions {
		if len(x.Environments) > 0 && !slices.Contains(x.Environments, in.Snapshot.Environment.Name) {
			continue
		}
		e := Exception{Exception: x, DaysLeft: -1}
		if last, err := time.Parse(time.DateOnly, x.Expires); err == nil {
			e.DaysLeft = int(last.Sub(today).Hours() / 24)
		}
		for _, r := range in.Results {
			for _, f := range r.Excepted {
				if x.Covers(f, in.Snapshot.Environment.Name) {
					e.Covers = append(e.Covers, f)
				}
			}
		}
		out = append(out, e)
	}
	return out
}
