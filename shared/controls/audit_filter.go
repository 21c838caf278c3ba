package controls

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// clauses are the comparisons of one way in which an event can match a filter,
// such as {$.eventName = "StopLogging"}; all of them must hold. They are sorted.
type clauses []string

func (c clauses) String() string { return "{ " + strings.Join(c, " && ") + " }" }

// filterWays reads a filter pattern for JSON events and returns the ways in which
// an event can match it, whatever their order, brackets, spaces and quotes were
// (Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters").
//
// Every alarm's control looks at every filter, so what was read once is kept.
func filterWays(pattern string) ([]clauses, error) {
	if kept, ok := filtersRead.Load(pattern); ok {
		return kept.([]clauses), nil
	}
	ways, err := readFilter(pattern)
	if err == nil {
		filtersRead.Store(pattern, ways)
	}
	return ways, err
}

var filtersRead sync.Map // of []clauses by pattern

func readFilter(pattern string) ([]clauses, error) {
	p := &filterParser{tokens: filterToken.FindAllString(pattern, -1)}
	if rest := strings.TrimSpace(filterToken.ReplaceAllString(pattern, "")); rest != "" {
		return nil, fmt.Errorf("%q is no part of a pattern for JSON events", rest)
	}
	if !p.take("{") {
		return nil, errors.New("a pattern for JSON events begins with {")
	}
	ways := p.either()
	if !p.take("}") || len(p.tokens) > 0 || p.broken {
		return nil, errors.New("the pattern is no expression in { }")
	}
	slices.SortFunc(ways, func(a, b clauses) int { return slices.Compare(a, b) })
	return slices.CompactFunc(ways, func(a, b clauses) bool { return slices.Equal(a, b) }), nil
}

// filterToken is a piece of a pattern: a bracket, a logical operator, a
// comparison, a selector, a text in quotes or a word.
var filterToken = regexp.MustCompile(`[{}()]|&&|\|\||!=|<=|>=|[=<>]|\$[\w.\[\]*]*|"[^"]*"|[^\s{}()=<>!&|"$]+`)

// mostWays is far above what an alarm needs; a pattern that multiplies out to
// more is not one of ours.
const mostWays = 1000

type filterParser struct {
	tokens []string
	broken bool
}

func (p *filterParser) take(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

// either reads what || joins; && binds tighter.
func (p *filterParser) either() []clauses {
	ways := p.both()
	for p.take("||") {
		ways = append(ways, p.both()...)
	}
	return ways
}

func (p *filterParser) both() []clauses {
	ways := p.one()
	for p.take("&&") {
		right := p.one()
		if len(ways)*len(right) > mostWays {
			p.broken = true
			return nil
		}
		var joined []clauses
		for _, a := range ways {
			for _, b := range right {
				joined = append(joined, slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b)))))
			}
		}
		ways = joined
	}
	return ways
}

func (p *filterParser) one() []clauses {
	if p.take("(") {
		ways := p.either()
		p.broken = p.broken || !p.take(")")
		return ways
	}
	var words []string
	for len(p.tokens) > 0 && !slices.Contains([]string{"{", "}", "(", ")", "&&", "||"}, p.tokens[0]) {
		words = append(words, strings.Trim(p.tokens[0], `"`))
		p.tokens = p.tokens[1:]
	}
	if len(words) < 3 || !strings.HasPrefix(words[0], "$.") {
		p.broken = true
	}
	return []clauses{{strings.Join(words, " ")}}
}
