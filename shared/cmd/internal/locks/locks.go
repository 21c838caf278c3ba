// Package locks reads the locks that Pulumi's engine leaves in a backend, and
// decides whose they are.
//
// A lock of a file or S3 backend has no lease: it stays when its owner is killed.
// So the rule is strict. A lock is taken for that of a dead run only where a
// runner of GitHub's has set it longer ago than any job there may run. Every
// other lock is somebody's, and only a person may release it.
package locks

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Store is where a backend keeps its locks.
type Store interface {
	// Locks returns the locks on a stack, oldest first. A healthy one has at
	// most one.
	Locks(ctx context.Context, project, stack string) ([]Lock, error)
	// Release removes a lock, whoever it belongs to.
	Release(ctx context.Context, lock Lock) error
}

// Lock is a lock on a stack.
type Lock struct {
	state.Lock
	// key is the lock's place in a bucket.
	key string
}

// longestJob is how long GitHub lets a job on one of its runners run (GitHub
// Docs, "Actions limits": job execution time, 6 hours).
const longestJob = 6 * time.Hour

// runner is the host name of a Linux runner of GitHub's, such as fv-az1234-567
// or runnervmw9dnm. All work there is done by the user "runner".
var runner = regexp.MustCompile(`^(fv-az[0-9]+-[0-9]+|runnervm[a-z0-9]+)$`)

// OfRunner reports whether a job on a runner of GitHub's has set the lock.
func (l Lock) OfRunner() bool { return l.Username == "runner" && runner.MatchString(l.Hostname) }

// Dead reports whether the job that has set the lock cannot run any more.
func (l Lock) Dead(now time.Time) bool { return l.OfRunner() && now.Sub(l.Timestamp) > longestJob }

// Open returns the store of a backend. Pulumi Cloud has none: its locks are
// leases, which end by themselves.
func Open(backend string, cfg aws.Config) (Store, error) {
	address, err := url.Parse(backend)
	if err != nil {
		return nil, fmt.Errorf("backend %s: %w", backend, err)
	}
	if folder, local := state.FolderAt(backend); local {
		return Folder(folder), nil
	}
	switch address.Scheme {
	case "s3":
		return newBucket(address, cfg), nil
	case "http", "https":
		return none{}, nil
	}
	return nil, fmt.Errorf("backend %s: locks can be read in s3:// backends and in file:// backends with a full path", backend)
}

// sorted brings locks into the order of their age.
func sorted(found []Lock) []Lock {
	slices.SortFunc(found, func(a, b Lock) int {
		return cmp.Or(a.Timestamp.Compare(b.Timestamp), cmp.Compare(a.String(), b.String()))
	})
	return found
}

type none struct{}

func (none) Locks(context.Context, string, string) ([]Lock, error) { return nil, nil }
func (none) Release(context.Context, Lock) error                   { return nil }
