package main

import (
	"slices"

	"github.com/ringfence/ringfence/tests/benchmark/calls"
	"github.com/ringfence/ringfence/tests/benchmark/footprint"
)

// measurement is one run of an operation on one side.
type measurement struct {
	footprint.Footprint
	Calls calls.Count
}

// result holds the measurements of an operation on both sides, one of each round.
type result struct {
	operation
	sides [2][]measurement
}

// results are in the order in which the operations were first measured.
type results []*result

func (r *results) add(o operation, side int, m measurement) {
	i := slices.IndexFunc(*r, func(have *result) bool { return have.title == o.title })
	if i < 0 {
		i = len(*r)
		*r = append(*r, &result{operation: o})
	}
	(*r)[i].sides[side] = append((*r)[i].sides[side], m)
}

// of returns the result of an operation that was measured.
func (r results) of(o operation) *result {
	i := slices.IndexFunc(r, func(have *result) bool { return have.title == o.title })
	return r[i]
}

// quantity is what is compared of a measurement.
type quantity func(measurement) float64

func seconds(m measurement) float64   { return m.Wall.Seconds() }
func processor(m measurement) float64 { return m.CPU.Seconds() }
func mebibytes(m measurement) float64 { return float64(m.Memory) / (1 << 20) }
func callCount(m measurement) float64 { return float64(m.Calls.Total()) }
func writeCount(m measurement) float64 {
	return float64(m.Calls.Writes().Total())
}

// values are a quantity of all rounds on one side.
func (r *result) values(side int, q quantity) []float64 {
	var out []float64
	for _, m := range r.sides[side] {
		out = append(out, q(m))
	}
	return out
}

// ratio is that of the medians, Ringfence to Terraform. Nothing to nothing is 1.
func (r *result) ratio(q quantity) float64 {
	ours, theirs := median(r.values(ringfenceSide, q)), median(r.values(terraformSide, q))
	if ours == theirs {
		return 1
	}
	return ours / theirs
}

// median is the middle one of some values, or the mean of the middle two.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
