package deployment

import (
	"context"
	"errors"
	"testing"
)

func TestUnitNoMoreEnginesLookThanThereAreSeats(t *testing.T) {
	r := &replica{seats: make(chan struct{}, 2)}
	first, err := r.seat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.seat(t.Context()); err != nil {
		t.Fatal(err)
	}
	dropped, drop := context.WithCancel(t.Context())
	drop()
	if _, err := r.seat(dropped); !errors.Is(err, context.Canceled) {
		t.Errorf("a third one sits down: %v", err)
	}
	first()
	if _, err := r.seat(t.Context()); err != nil {
		t.Errorf("a seat that was left stays taken: %v", err)
	}
}

func TestUnitThereAreAlwaysTwoSeats(t *testing.T) {
	if atOnce() < 2 {
		t.Errorf("%d seats: a preview would not begin the next stack while one is awaited", atOnce())
	}
}
