package main

import (
	"cmp"
	"slices"
	"strings"

	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// candidate is a Terraform type and a token that may stand for it.
type candidate struct {
	tfName, token string
	score         float64
}

// Weights of the evidence that a token stands for a Terraform type: the names of properties
// weigh more than the name of the type, because Pulumi renames types more freely.
const (
	weightProperties = 2.0
	weightName       = 1.0
	weightSuffix     = 0.3
	weightModule     = 0.2
	leastScore       = 2.0
)

// match gives each Terraform type the token that stands for it. No table of names says so: the
// best pair by score goes first, then the best of those left. prefix is what the names of all
// tokens start with.
func match(types shim.ResourceMap, tokens map[string]properties, prefix string) map[string]string {
	var candidates []candidate
	for tfName, r := range types.Range {
		names := propertyNames(r.Schema())
		for token, p := range tokens {
			score := weightProperties * propertyScore(names, p)
			if score < leastScore-weightName-weightSuffix-weightModule {
				continue // Not even the best name would do; comparing names takes the longest.
			}
			if score += nameScore(tfName, token, prefix); score >= leastScore {
				candidates = append(candidates, candidate{tfName, token, score})
			}
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(b.score, a.score),
			cmp.Compare(a.tfName, b.tfName),
			cmp.Compare(a.token, b.token))
	})
	matched, taken := map[string]string{}, map[string]bool{}
	for _, c := range candidates {
		if _, done := matched[c.tfName]; !done && !taken[c.token] {
			matched[c.tfName] = c.token
			taken[c.token] = true
		}
	}
	return matched
}

// propertyNames returns the names that each top-level property of a Terraform type may have in
// Pulumi.
func propertyNames(schema shim.SchemaMap) [][2]string {
	var all [][2]string
	for name := range schema.Range {
		if !ownProperty(name) {
			one, many := pulumiNames(name, schema)
			all = append(all, [2]string{one, many})
		}
	}
	return all
}

// propertyScore is the share of properties that both sides have.
func propertyScore(names [][2]string, p properties) float64 {
	total := len(names)
	for name := range p {
		if !ownProperty(name) {
			total++
		}
	}
	if total == 0 {
		return 1
	}
	shared := 0
	for _, n := range names {
		if p[n[0]] != nil || p[n[1]] != nil {
			shared++
		}
	}
	return 2 * float64(shared) / float64(total)
}

// ownProperty tells the properties that Terraform or Pulumi adds to every type by itself.
func ownProperty(name string) bool { return name == "id" || name == "timeouts" }

func nameScore(tfName, token, prefix string) float64 {
	flat := strings.ReplaceAll(strings.TrimPrefix(tfName, "aws_"), "_", "")
	module, name := splitToken(token)
	name = strings.TrimPrefix(name, prefix)
	score := weightName * similarity(flat, module+name)
	if strings.HasSuffix(flat, name) || strings.HasSuffix(flat, strings.TrimSuffix(name, "v2")) {
		score += weightSuffix
	}
	if module != "" && strings.HasPrefix(flat, module) {
		score += weightModule
	}
	return score
}

// splitToken takes s3 and bucketv2 from aws:s3/bucketV2:BucketV2.
func splitToken(token string) (module, name string) {
	parts := strings.Split(strings.ToLower(token), ":")
	module, _, _ = strings.Cut(parts[1], "/")
	if module == "index" {
		module = ""
	}
	return module, parts[2]
}

// similarity is the share of pairs of neighbouring letters that a and b have in common.
func similarity(a, b string) float64 {
	pairs := map[string]int{}
	for i := range len(a) - 1 {
		pairs[a[i:i+2]]++
	}
	shared := 0
	for i := range len(b) - 1 {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			shared++
		}
	}
	return 2 * float64(shared) / float64(max(1, len(a)+len(b)-2))
}
