package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Interrupts returns a context that ends with the first interrupt and a
// channel that closes with the second. A third one ends this process, whatever
// it waits for.
func Interrupts() (ctx context.Context, kill <-chan struct{}) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	return follow(signals, func() { signal.Stop(signals) })
}

// echo is how long after an interrupt another one counts as the same: some
// senders signal a process and then its whole group.
const echo = time.Second

func follow(signals <-chan os.Signal, enough func()) (ctx context.Context, kill <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	second := make(chan struct{})
	go func() {
		<-signals
		cancel()
		for again := time.Now().Add(echo); time.Now().Before(again); {
			<-signals
		}
		close(second)
		enough()
	}()
	return ctx, second
}
