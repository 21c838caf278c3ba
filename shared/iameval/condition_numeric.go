package iameval

import (
	"fmt"
	"regexp"
	"strings"
)

// number is a decimal number, kept as its digits so that no comparison rounds.
type number struct {
	negative bool
	whole    string // without leading zeros
	fraction string // without trailing zeros
}

var numberText = regexp.MustCompile(`^([+-]?)([0-9]+)(?:\.([0-9]+))?$`)

// readNumber reads "an integer or decimal value"; AWS documents no exponents.
func readNumber(text string) (number, error) {
	m := numberText.FindStringSubmatch(text)
	if m == nil {
		return number{}, fmt.Errorf("%q is not a number such as 10 or 1.2", text)
	}
	n := number{m[1] == "-", strings.TrimLeft(m[2], "0"), strings.TrimRight(m[3], "0")}
	if n.whole == "" && n.fraction == "" {
		n.negative = false
	}
	return n, nil
}

// compare is -1, 0 or 1.
func (n number) compare(o number) int {
	if n.negative != o.negative {
		if n.negative {
			return -1
		}
		return 1
	}
	order := len(n.whole) - len(o.whole)
	if order == 0 {
		order = strings.Compare(n.whole, o.whole)
	}
	if order == 0 {
		order = strings.Compare(n.fraction, o.fraction)
	}
	order = min(max(order, -1), 1)
	if n.negative {
		return -order
	}
	return order
}

type numberMatcher struct {
	numbers []number
	accept  func(order int) bool
}

// compareNumbers makes an operator of what it accepts: the order of the
// request's number to the policy's.
//
// Source: "IAM JSON policy elements: Condition operators", Numeric condition
// operators.
func compareNumbers(accept func(order int) bool) func([]template) (matcher, error) {
	return func(texts []template) (matcher, error) {
		m := numberMatcher{accept: accept}
		for _, text := range texts {
			n, err := readNumber(text.source)
			if err != nil {
				return nil, err
			}
			m.numbers = append(m.numbers, n)
		}
		return m, nil
	}
}

func (m numberMatcher) matches(value string, _ values) (bool, error) {
	if value == "" { // null matches nothing
		return false, nil
	}
	n, err := readNumber(value)
	if err != nil {
		return false, fmt.Errorf("in the request %w", err)
	}
	for _, o := range m.numbers {
		if m.accept(n.compare(o)) {
			return true, nil
		}
	}
	return false, nil
}
