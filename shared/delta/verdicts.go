package delta

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// VerdictChange is a request that is allowed on one side only.
type VerdictChange struct {
	access.Question
	// Was and Is are the answers; Absent where what the request is about is not
	// there.
	Was iameval.Verdict `json:"was"`
	Is  iameval.Verdict `json:"is"`
	// Why is what decides it after the change or, where nothing is left to decide,
	// what did before.
	Why string `json:"why"`
}

// Absent stands for the answer to a request about what is not there.
const Absent iameval.Verdict = "not there"

// Opens reports whether the request is newly allowed.
func (v VerdictChange) Opens() bool { return v.Is == iameval.Allow }

// compareVerdicts puts every question of one side to the other as well.
func compareVerdicts(before, after *access.Model) (changes []VerdictChange, unread []string) {
	was, is := answers(before), answers(after)
	causes := map[string]int{}
	for q := range was {
		if _, asked := is[q]; !asked {
			is[q] = ask(after, q)
		}
	}
	for q, now := range is {
		then, asked := was[q]
		if !asked {
			then = ask(before, q)
		}
		if then.unread != nil || now.unread != nil {
			causes[cause(cmp.Or(now.unread, then.unread))]++
			continue
		}
		if then.verdict == now.verdict || then.verdict != iameval.Allow && now.verdict != iameval.Allow {
			continue
		}
		changes = append(changes, VerdictChange{Question: q, Was: then.verdict, Is: now.verdict, Why: cmp.Or(now.why, then.why)})
	}
	slices.SortFunc(changes, func(a, b VerdictChange) int {
		opens := func(v VerdictChange) int {
			if v.Opens() {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(opens(a), opens(b)), a.Question.Compare(b.Question))
	})
	for _, why := range slices.Sorted(maps.Keys(causes)) {
		unread = append(unread, counted(causes[why], "verdict")+": "+why)
	}
	return changes, unread
}

// cause is why there is no answer, without the question.
func cause(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	return err.Error()
}

// answer is what one side says to a question.
type answer struct {
	verdict iameval.Verdict
	why     string
	unread  error
}

func answers(m *access.Model) map[access.Question]answer {
	out := map[access.Question]answer{}
	for _, a := range m.Matrix() {
		out[a.Question] = answered(a.Decision, a.Err)
	}
	return out
}

func ask(m *access.Model, q access.Question) answer { return answered(m.Decide(q)) }

func answered(d iameval.Decision, err error) answer {
	switch {
	case errors.Is(err, access.ErrAbsent):
		return answer{verdict: Absent}
	case err != nil:
		return answer{unread: err}
	}
	return answer{verdict: d.Verdict, why: d.String()}
}
