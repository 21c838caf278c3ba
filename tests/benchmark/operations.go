package main

import "strings"

// operation is something that both sides do, like against like.
type operation struct {
	title string
	// ringfence is the command, terraform the one that does the same in each of the
	// four modules, one after the other.
	ringfence, terraform []string
	// target is what the ratio of the times may be at the most; 0 for any.
	target float64
	// changes is how many resources the operation must find to change; all for any
	// number, which is then compared in other ways.
	changes int
}

const all = -1

// The operations, in the order of a round. What changes nothing comes between the
// first deployment and the one change, which a file makes that is put in place then.
var (
	firstDeploy = operation{"first deploy", words("up"), words("apply -auto-approve"), 1.0, all}
	standing    = []operation{
		{"no-op deploy", words("up"), words("apply -auto-approve -refresh=false"), 0.5, 0},
		{"no-op preview", words("preview"), words("plan -refresh=false"), 0.5, 0},
		{"no-op preview with refresh", words("preview --refresh"), words("plan"), 0.5, 0},
		{"refresh", words("drift"), words("plan -refresh-only"), 0, 0},
	}
	changing = []operation{
		{"preview of one change", words("preview"), words("plan -refresh=false"), 0, 1},
		{"deploy of one change", words("up"), words("apply -auto-approve -refresh=false"), 0, 1},
	}
	destroy = operation{"destroy", words("destroy"), words("destroy -auto-approve -refresh=false"), 1.0, all}
)

func words(text string) []string { return strings.Fields(text) }
