package lockfile

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestUnitLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "lock")
	release, err := Acquire(t.Context(), path, func() { t.Error("the first had to wait") })
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 4*retry)
	defer cancel()
	waits := 0
	if _, err := Acquire(ctx, path, func() { waits++ }); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a second took the held lock, or failed otherwise: %v", err)
	}
	if waits != 1 {
		t.Errorf("the second was told %d times that it waits, want once", waits)
	}

	time.AfterFunc(2*retry, release)
	again, err := Acquire(t.Context(), path, func() {})
	if err != nil {
		t.Fatalf("after release: %v", err)
	}
	again()
}
