package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// census counts resources by stack and Terraform type, as "network/aws_vpc".
type census map[string]int

func (c census) total() int {
	total := 0
	for _, count := range c {
		total += count
	}
	return total
}

// differences lists the types of which two censuses have not the same number.
func (c census) differences(other census) []string {
	all := maps.Clone(c)
	maps.Copy(all, other)
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		if c[kind] != other[kind] {
			out = append(out, fmt.Sprintf("%s: %d with %s, %d with %s",
				kind, c[kind], sideNames[ringfenceSide], other[kind], sideNames[terraformSide]))
		}
	}
	return out
}

// types is the number of types, each counted once for all stacks.
func (c census) types() int {
	types := map[string]bool{}
	for kind := range c {
		_, name, _ := strings.Cut(kind, "/")
		types[name] = true
	}
	return len(types)
}
