// Package emulator runs moto, an emulated AWS, on this machine.
//
// Its rules: there is one emulator to a checkout, however many commands ask
// for it at once; it outlives the command that started it and ends by Stop
// alone, and nothing but it is ever stopped; it listens on the loopback
// interface only. An address given from outside is used as it is: there we
// start nothing and stop nothing.
package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

// Version is the pinned version of moto; requirements.txt has it too.
const Version = "5.2.5"

// patience is how long an emulator may take to end.
const patience = 3 * time.Second

// Status describes the emulator.
type Status struct {
	Running bool `json:"running"`
	// Given: the address comes from RINGFENCE_AWS_ENDPOINT, so the emulator is
	// not ours to start or stop. Only Endpoint is known of it.
	Given    bool   `json:"given"`
	Endpoint string `json:"endpoint,omitempty"`

	process.Identity
	Since   time.Time `json:"since,omitzero"`
	Version string    `json:"version,omitempty"`
	Log     string    `json:"log,omitempty"`
}

// Start makes sure that the emulator of the checkout at root runs, on this port
// or, for 0, on a free one. It calls say with one line for each piece of work
// that takes its time.
func Start(ctx context.Context, root string, port int, say func(string)) (Status, error) {
	if status, given, err := outside(ctx); given {
		return status, err
	}
	f, release, err := lock(ctx, root, say)
	if err != nil {
		return Status{}, err
	}
	defer release()
	status, err := f.status(ctx)
	switch {
	case err != nil:
		say("the emulator runs but does not answer; it is started anew")
		status.Stop(patience)
	case status.Running && port != 0 && status.Endpoint != endpoint(port):
		return status, fmt.Errorf("the emulator runs already, at %s: stop it (./ringfence emulator stop) to start it on port %d",
			status.Endpoint, port)
	case status.Running:
		return status, nil
	}
	python, err := f.python(ctx, say)
	if err != nil {
		return Status{}, err
	}
	l, err := f.launch(ctx, python, port)
	if err != nil {
		return Status{}, f.doubt(err)
	}
	// It leaves the leash only when it is on record: should we be killed
	// before, it ends with us, and nobody is left whom no record names.
	if err := f.write(l.status); err != nil {
		l.stop()
		return Status{}, err
	}
	return l.status, l.release()
}

// Stop ends the emulator and returns what it was; its status says Running when
// there was one to stop.
func Stop(ctx context.Context, root string, say func(string)) (Status, error) {
	if given, err := givenEndpoint(); given != "" || err != nil {
		return Status{Given: true, Endpoint: given}, err
	}
	f, release, err := lock(ctx, root, say)
	if err != nil {
		return Status{}, err
	}
	defer release()
	status := f.read()
	status.Running = status.Alive()
	if status.Running {
		status.Stop(patience)
	}
	err = os.Remove(f.record())
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return status, err
}

// Current returns the status of the emulator. An emulator that is there and
// does not answer is an error.
func Current(ctx context.Context, root string) (Status, error) {
	if status, given, err := outside(ctx); given {
		return status, err
	}
	return folder(runtimeFolder(root)).status(ctx)
}

// Ephemeral is an emulator for a test.
type Ephemeral struct {
	Status
	launched *launched
}

// StartEphemeral starts an emulator besides that of the checkout, on a free
// port, with its log in dir. It ends with Stop or with us, however we end.
func StartEphemeral(ctx context.Context, root, dir string, say func(string)) (*Ephemeral, error) {
	f, release, err := lock(ctx, root, say)
	if err != nil {
		return nil, err
	}
	python, err := f.python(ctx, say)
	release()
	if err != nil {
		return nil, err
	}
	l, err := folder(dir).launch(ctx, python, 0)
	if err != nil {
		return nil, f.doubt(err)
	}
	return &Ephemeral{Status: l.status, launched: l}, nil
}

// Stop ends the emulator.
func (e *Ephemeral) Stop() { e.launched.stop() }

// folder holds all that belongs to an emulator.
type folder string

func runtimeFolder(root string) string { return filepath.Join(root, ".ringfence", "emulator") }

func (f folder) path(name ...string) string {
	return filepath.Join(append([]string{string(f)}, name...)...)
}

func (f folder) record() string { return f.path("emulator.json") }

func lock(ctx context.Context, root string, say func(string)) (folder, func(), error) {
	path, err := filepath.Abs(runtimeFolder(root))
	if err != nil {
		return "", nil, err
	}
	f := folder(path)
	release, err := lockfile.Acquire(ctx, f.path("lock"), func() {
		say("waiting for another ringfence that starts or stops the emulator")
	})
	return f, release, err
}

// status checks what is recorded against what runs.
func (f folder) status(ctx context.Context) (Status, error) {
	status := f.read()
	if !status.Alive() {
		return Status{Log: status.Log}, nil
	}
	status.Running = true
	if err := answers(ctx, status.Endpoint); err != nil {
		return status, fmt.Errorf("the emulator (process %d) runs but does not answer: %w; its log is %s; "+
			"./ringfence emulator stop ends it", status.PID, err, status.Log)
	}
	return status, nil
}

// read returns what is recorded. A record that cannot be read records nothing.
func (f folder) read() Status {
	var status Status
	if text, err := os.ReadFile(f.record()); err == nil && json.Unmarshal(text, &status) != nil {
		return Status{}
	}
	return status
}

func (f folder) write(status Status) error { return f.writeJSON("emulator.json", status) }

// writeJSON replaces a file at once. It is called under the lock.
func (f folder) writeJSON(name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.path(name+".new"), append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(f.path(name+".new"), f.path(name))
}
