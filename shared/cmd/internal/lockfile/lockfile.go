// Package lockfile lets one process at a time do a piece of work in a checkout.
//
// Its rule: a lock never outlives its holder. The kernel releases it when the
// process ends, however it ends, so nobody ever has to remove one by hand. The
// file itself stays.
package lockfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// retry is how often a waiting process looks whether the lock is free.
const retry = 50 * time.Millisecond

// Acquire takes the lock at path, making its folder when there is none. When
// another process holds it, it calls waiting once and waits until ctx ends.
func Acquire(ctx context.Context, path string, waiting func()) (release func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { file.Close() }, nil
		case errors.Is(err, syscall.EINTR):
			continue
		case !errors.Is(err, syscall.EWOULDBLOCK):
			file.Close()
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-time.After(retry):
		}
	}
}

// Try takes the lock at path when nobody holds it; free says whether it did.
func Try(path string) (release func(), free bool, err error) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	release, err = Acquire(over, path, func() {})
	if errors.Is(err, context.Canceled) {
		return nil, false, nil
	}
	return release, err == nil, err
}
