package locks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A person's lock is never taken for a dead run's, however old it is.
func TestUnitWhoseLockItIs(t *testing.T) {
	old, young := now.Add(-6*time.Hour-time.Second), now.Add(-6*time.Hour)
	for _, tt := range []struct {
		name       string
		user, host string
		since      time.Time
		dead       bool
	}{
		{"a job's that must have ended", "runner", "fv-az1234-567", old, true},
		{"a job's on a newer runner", "runner", "runnervmw9dnm", old, true},
		{"a job's that may still run", "runner", "runnervmw9dnm", young, false},
		{"a job's of tomorrow, by another clock", "runner", "runnervmw9dnm", now.Add(time.Hour), false},
		{"a person's", "alice", "laptop", now.Add(-1000 * time.Hour), false},
		{"a person's called runner", "runner", "laptop", old, false},
		{"a person's on a machine with an odd name", "alice", "fv-az1234-567", old, false},
		{"a machine's whose name only begins so", "runner", "runnervm.example.com", old, false},
		{"a machine's whose name only ends so", "runner", "my-fv-az1234-567", old, false},
		{"nobody's", "", "", old, false},
	} {
		lock := Lock{Lock: state.Lock{Username: tt.user, Hostname: tt.host, Timestamp: tt.since}}
		if lock.Dead(now) != tt.dead {
			t.Errorf("%s: dead is %t", tt.name, !tt.dead)
		}
	}
}

const content = `{"pid": 4711, "username": "alice", "hostname": "laptop", "timestamp": "2026-11-22T11:00:00Z"}`

func TestUnitLocksOfAFileBackend(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, ".pulumi/locks/organization/ringfence-data/pr-42/1.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := Open("file://"+root+"?no_tmp_dir=true", aws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	releaseTheOne(t, store)
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the lock is still there: %v", err)
	}
}

// releaseTheOne finds alice's lock, releases it twice, and finds no more.
func releaseTheOne(t *testing.T, store Store) {
	t.Helper()
	found, err := store.Locks(t.Context(), "ringfence-data", "pr-42")
	if err != nil || len(found) != 1 || found[0].String() != "alice@laptop (process 4711)" {
		t.Fatalf("found %v, %v", found, err)
	}
	if others, err := store.Locks(t.Context(), "ringfence-data", "pr-4"); err != nil || len(others) != 0 {
		t.Errorf("a stack whose name begins alike: %v, %v", others, err)
	}
	for range 2 { // the owner may have been faster
		if err := store.Release(t.Context(), found[0]); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := store.Locks(t.Context(), "ringfence-data", "pr-42"); err != nil || len(found) != 0 {
		t.Errorf("left: %v, %v", found, err)
	}
}

func TestUnitBackendsWithoutLocksToRead(t *testing.T) {
	cloud, err := Open("https://api.pulumi.com", aws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := cloud.Locks(t.Context(), "ringfence-data", "pr-42"); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v", found, err)
	}
	for _, backend := range []string{"gs://bucket", "file://.", "azblob://container"} {
		if _, err := Open(backend, aws.Config{}); err == nil || !strings.Contains(err.Error(), backend) {
			t.Errorf("%s: %v", backend, err)
		}
	}
}
