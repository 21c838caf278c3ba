package calls

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Count is how often each operation was called.
type Count map[string]int

// reading are how the names of operations begin that change nothing.
var reading = []string{"BatchGet", "Describe", "GET ", "Get", "HEAD ", "Head", "List", "Lookup", "Search"}

// Writes says whether an operation changes anything.
func Writes(operation string) bool {
	_, action, _ := strings.Cut(operation, ":")
	return !slices.ContainsFunc(reading, func(prefix string) bool { return strings.HasPrefix(action, prefix) })
}

// Total is the number of calls.
func (c Count) Total() int {
	total := 0
	for _, times := range c {
		total += times
	}
	return total
}

// Writes are the calls that change something.
func (c Count) Writes() Count {
	out := Count{}
	for operation, times := range c {
		if Writes(operation) {
			out[operation] = times
		}
	}
	return out
}

// Difference is an operation that two sides have not called equally often.
type Difference struct {
	Operation   string
	Ours, Their int
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %d against %d", d.Operation, d.Ours, d.Their)
}

// Differences compares two counts, sorted by operation.
func Differences(ours, theirs Count) []Difference {
	all := maps.Clone(ours)
	maps.Copy(all, theirs)
	var out []Difference
	for _, operation := range slices.Sorted(maps.Keys(all)) {
		if ours[operation] != theirs[operation] {
			out = append(out, Difference{operation, ours[operation], theirs[operation]})
		}
	}
	return out
}
