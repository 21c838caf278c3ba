package iameval

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// The W3C profile of ISO 8601: year, month, day, minutes, seconds, fractions.
// A time of day has a zone; a day without one begins at midnight UTC.
var dateLayouts = []string{
	"2006",
	"2006-01",
	"2006-01-02",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05Z07:00", // takes fractions of a second too
}

// Four digits are a year in the W3C profile, so that epoch time has more.
var epochText = regexp.MustCompile(`^[0-9]{5,12}$`)

func readDate(text string) (time.Time, error) {
	if epochText.MatchString(text) {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return time.Unix(seconds, 0), err
	}
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date such as 2026-01-31T12:00:00Z, nor epoch seconds", text)
}

type dateMatcher struct {
	dates  []time.Time
	accept func(order int) bool
}

// compareDates makes an operator of what it accepts: the order of the request's
// date to the policy's.
//
// Source: "IAM JSON policy elements: Condition operators", Date condition
// operators ("one of the W3C implementations of the ISO 8601 date formats or in
// epoch (UNIX) time"; no wildcards, no variables).
func compareDates(accept func(order int) bool) func([]template) (matcher, error) {
	return func(texts []template) (matcher, error) {
		m := dateMatcher{accept: accept}
		for _, text := range texts {
			at, err := readDate(text.source)
			if err != nil {
				return nil, err
			}
			m.dates = append(m.dates, at)
		}
		return m, nil
	}
}

func (m dateMatcher) matches(value string, _ values) (bool, error) {
	if value == "" { // null matches nothing
		return false, nil
	}
	at, err := readDate(value)
	if err != nil {
		return false, fmt.Errorf("in the request %w", err)
	}
	for _, date := range m.dates {
		if m.accept(at.Compare(date)) {
			return true, nil
		}
	}
	return false, nil
}
