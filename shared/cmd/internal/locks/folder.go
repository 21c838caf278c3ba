package locks

import (
	"context"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Folder is the store of a file backend.
type Folder state.Folder

// Locks implements Store.
func (f Folder) Locks(_ context.Context, project, stack string) ([]Lock, error) {
	all, err := state.Folder(f).Locks(project, stack)
	if err != nil {
		return nil, err
	}
	var found []Lock
	for _, lock := range all {
		found = append(found, Lock{Lock: lock})
	}
	return sorted(found), nil
}

// Release implements Store.
func (Folder) Release(_ context.Context, lock Lock) error { return lock.Remove() }
