package iameval

import "unicode/utf8"

// glob is a text with wildcards, one rune for each character. The wildcards
// have values that are no runes.
type glob []rune

const (
	anyRun rune = -1 // *: any characters, none too
	anyOne rune = -2 // ?: one character
)

// Like reports whether a value matches a pattern with the wildcards * and ?, as
// StringLike compares it. A policy variable in the pattern stands for itself.
func Like(pattern, value string) bool { return newGlob(pattern).matches(value) }

// newGlob reads * and ? as wildcards.
func newGlob(text string) glob {
	g := make(glob, 0, len(text))
	for _, r := range text {
		switch r {
		case '*':
			r = anyRun
		case '?':
			r = anyOne
		}
		g = append(g, r)
	}
	return g
}

// matches compares the whole of a value, case-sensitive. It walks back to the
// last * only, so it takes at most len(g) × len(value) steps.
//
// Source: "IAM JSON policy elements: Condition operators", String condition
// operators ("multi-character match wildcards (*) and single-character match
// wildcards (?) anywhere in the string").
func (g glob) matches(value string) bool {
	at, star, from := 0, -1, 0
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		broken := r == utf8.RuneError && size == 1 // not UTF-8: no literal equals it
		switch {
		case at < len(g) && g[at] == anyRun:
			star, from = at, i
			at++
		case at < len(g) && (g[at] == anyOne || g[at] == r && !broken):
			at++
			i += size
		case star >= 0:
			_, skipped := utf8.DecodeRuneInString(value[from:])
			from += skipped
			at, i = star+1, from
		default:
			return false
		}
	}
	for at < len(g) && g[at] == anyRun {
		at++
	}
	return at == len(g)
}
