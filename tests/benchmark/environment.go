package main

import (
	"errors"
	"fmt"
	"strings"
)

// environment is the environment file that both sides deploy.
const environment = "local"

// withWorkloads puts n workloads in the place of those of an environment file. They
// are of every kind in turn, each with places of its own in the bucket.
func withWorkloads(file string, n int) (string, error) {
	head, _, found := strings.Cut(file, "\nworkloads:\n")
	if !found {
		return "", errors.New("the environment file has no line workloads:")
	}
	var b strings.Builder
	b.WriteString(head + "\nworkloads:\n")
	kinds := []struct{ kind, runsOn string }{
		{"training", "sagemaker"}, {"processing", "sagemaker"}, {"notebook", "sagemaker"}, {"inference", "ec2"}, {"agent", "lambda"},
	}
	for i := range n {
		k := kinds[i%len(kinds)]
		fmt.Fprintf(&b, "  - { name: %s-%03d, owner: team-%d, kind: %s, runsOn: %s, reads: [curated/%03d/], writes: [models/%03d/], classification: internal }\n",
			k.kind, i+1, i/10+1, k.kind, k.runsOn, i+1, i+1)
	}
	return b.String(), nil
}

// withOneChange lets the first workload read one more prefix, which changes one
// resource: its grant.
func withOneChange(file string) (string, error) {
	changed := strings.Replace(file, "reads: [", "reads: [raw/one-more/, ", 1)
	if changed == file {
		return "", errors.New("the environment file has no workload that reads")
	}
	return changed, nil
}
