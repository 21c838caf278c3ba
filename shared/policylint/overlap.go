package policylint

import (
	"regexp"
	"strings"
	"sync"
)

// overlap reports whether some ARN is of a form of the reference, such as
// arn:${Partition}:s3:::${BucketName}, and is matched by a resource of a policy.
//
// Source: IAM User Guide, "IAM JSON policy elements: Resource": a wildcard stays
// in its part of the ARN.
func overlap(form, resource string) bool {
	forms, parts := marked(form), split(variable.ReplaceAllString(resource, "*"))
	if len(forms) != len(parts) {
		return false
	}
	for i := range forms {
		if !common(forms[i], parts[i]) {
			return false
		}
	}
	return true
}

// variable is a place in a form of the reference, and a variable of a policy.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

func split(arn string) [][]rune {
	var out [][]rune
	for _, part := range strings.SplitN(arn, ":", 6) {
		out = append(out, []rune(part))
	}
	return out
}

var forms sync.Map // those of the reference that were asked for, marked and split

func marked(form string) [][]rune {
	if found, ok := forms.Load(form); ok {
		return found.([][]rune)
	}
	parts := split(variable.ReplaceAllStringFunc(form, mark))
	forms.Store(form, parts)
	return parts
}

// Marks for what a placeholder stands for: characters, or characters but no
// slash. Neither occurs in an ARN.
const (
	anyText = '\x01'
	oneName = '\x02'
)

// mark turns a placeholder into marks. At least one character stands in its
// place; a bucket's name has no slash, which tells buckets from their objects.
func mark(placeholder string) string {
	if placeholder == "${BucketName}" {
		return "?" + string(oneName)
	}
	return "?" + string(anyText)
}

// globs reports whether a pattern with wildcards matches a plain text.
func globs(pattern, text string) bool { return common([]rune(pattern), []rune(text)) }

// common reports whether two patterns have a text in common. Each step takes one
// character of both, or lets a run of characters end.
func common(a, b []rune) bool {
	seen := make([]bool, (len(a)+1)*(len(b)+1))
	var meet func(i, j int) bool
	meet = func(i, j int) bool {
		at := i*(len(b)+1) + j
		if seen[at] {
			return false
		}
		seen[at] = true
		if i == len(a) && j == len(b) {
			return true
		}
		if i < len(a) && isRun(a[i]) && meet(i+1, j) || j < len(b) && isRun(b[j]) && meet(i, j+1) {
			return true
		}
		return i < len(a) && j < len(b) && share(a[i], b[j]) && meet(next(a, i), next(b, j))
	}
	return meet(0, 0)
}

func isRun(r rune) bool { return r == '*' || r == anyText || r == oneName }

// next is the place after a character was taken: a run goes on.
func next(pattern []rune, i int) int {
	if isRun(pattern[i]) {
		return i
	}
	return i + 1
}

// share reports whether two elements of patterns have a character in common.
func share(a, b rune) bool {
	wild := func(r rune) bool { return r == '?' || isRun(r) }
	switch {
	case a == oneName && b == '/', b == oneName && a == '/':
		return false
	case wild(a), wild(b):
		return true
	}
	return a == b
}
