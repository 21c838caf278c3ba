package proxy

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Kind is what can go wrong with a call.
type Kind string

// The kinds.
const (
	// None lets everything through.
	None Kind = ""
	// Throttle answers that there were too many calls.
	Throttle Kind = "throttling"
	// Break answers 500.
	Break Kind = "server error"
	// Reset breaks the connection before AWS hears of the call.
	Reset Kind = "connection reset"
	// Slow answers late.
	Slow Kind = "slow answer"
	// Lose lets AWS do what was asked for, and breaks the connection instead of
	// answering.
	Lose Kind = "lost answer"
	// Outage loses the answer of one call, and breaks every connection after it.
	Outage Kind = "lost answer, then no network"
	// Skew lets AWS's clock run apart from ours: answers carry its time, and
	// requests that it finds too old or too new are refused.
	Skew Kind = "clock skew"
)

// Plan says which calls go wrong. It decides by seed, trial and the number of the
// call alone.
type Plan struct {
	Seed  uint64
	Trial int
	Kind  Kind
	// Rate is the share of calls that go wrong, from 0 to 1. Of Lose, it is the
	// share of the calls that change something.
	Rate float64
	// At are the numbers of calls that go wrong whatever the rate, from 1. Of Lose
	// and Outage, only calls that change something count.
	At []int
	// Of, when it is set, is the operation whose calls alone count for Lose, with the
	// service before it, such as "kms CreateKey".
	Of string
	// Delay is how late Slow answers, at most.
	Delay time.Duration
	// Ahead is by how much Skew's clock is ahead of ours.
	Ahead time.Duration
}

// strikes reports whether the call with this number goes wrong.
func (p Plan) strikes(number int) bool {
	for _, at := range p.At {
		if number == at {
			return true
		}
	}
	return p.random(number).Float64() < p.Rate
}

// delay is how late the call with this number is answered.
func (p Plan) delay(number int) time.Duration {
	r := p.random(number)
	r.Float64() // that has decided whether
	return time.Duration(r.Float64() * float64(p.Delay))
}

func (p Plan) random(number int) *rand.Rand {
	return Random(p.Seed, "call", p.Trial, number)
}

// Random is a source of chance that depends on a seed, a purpose and numbers
// alone.
func Random(seed uint64, purpose string, numbers ...int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	for _, n := range numbers {
		for shift := 0; shift < 64; shift += 8 {
			h.Write([]byte{byte(n >> shift)})
		}
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
