package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/tests/checkout"
	"github.com/ringfence/ringfence/tests/faults/proxy"
	"github.com/ringfence/ringfence/tests/inventory"
)

// deployment is the name of the stacks, and of the environment file.
const deployment = "local"

// lane is a place to do trials in: a copy of the checkout with an emulator of its
// own, which the command reaches through the proxy.
type lane struct {
	folder string
	// mark is in the environment of every process that a trial starts.
	mark  string
	proxy *proxy.Proxy
	// emulator is the address of the emulator itself.
	emulator string
	account  *inventory.Account
	// before is what the emulator has of its own.
	before []string
	// stacks are those that the lane works on.
	stacks []graph.Name
	// scopes are what a trial may work on, the likelier the more often it is there.
	scopes []scope
	// down are the stacks that the last trial has destroyed.
	down []graph.Name
	// whole: the lane works on the whole estate.
	whole bool
	edits edits
}

func openLane(ctx context.Context, root string, whole bool) (*lane, error) {
	l := &lane{whole: whole, mark: "RINGFENCE_FAULTS=" + rand.Text(), stacks: graph.Names(), edits: newEdits()}
	one := func(n graph.Name) scope { return scope{stacks: []graph.Name{n}} }
	if !whole {
		l.stacks = []graph.Name{graph.Network, graph.Security}
		l.down = l.stacks
		l.scopes = []scope{{stacks: l.stacks}, one(graph.Security), one(graph.Security)}
	} else {
		l.scopes = []scope{{stacks: l.stacks}, one(graph.Network), one(graph.Security), one(graph.Audit), one(graph.Audit)}
	}
	if err := l.open(ctx, root); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// open makes the checkout and starts emulator and proxy.
func (l *lane) open(ctx context.Context, root string) (err error) {
	if root, err = filepath.Abs(root); err != nil {
		return err
	}
	if l.folder, err = os.MkdirTemp("", "ringfence-faults-"); err != nil {
		return err
	}
	if err := checkout.CopyTo(l.folder, root, filepath.Join(root, ".ringfence", "bin")); err != nil {
		return err
	}
	if err := checkout.LendEmulatorTo(l.folder, root); err != nil {
		return err
	}
	// Nothing is built in a trial.
	if err := command(ctx, l.folder, l.env(false), "cp", "-a", filepath.Join(root, ".ringfence", "programs"),
		filepath.Join(root, ".ringfence", "programs.json"), l.path(".ringfence")).Run(); err != nil {
		return fmt.Errorf("copying the stack programs: run ./ringfence up first: %w", err)
	}
	if err := os.Mkdir(l.path("tmp"), 0o700); err != nil {
		return err
	}
	if err := l.startEmulator(ctx); err != nil {
		return err
	}
	l.proxy = proxy.Start(l.emulator)
	if l.before, err = l.account.Read(ctx); err != nil {
		return err
	}
	return l.edits.write(l.path())
}

func (l *lane) path(names ...string) string {
	return filepath.Join(append([]string{l.folder}, names...)...)
}

// state is the folder of Pulumi's state.
func (l *lane) state() string { return l.path(".ringfence", "state", deployment) }

// startEmulator starts the emulator of the lane.
func (l *lane) startEmulator(ctx context.Context) error {
	out, err := command(ctx, l.folder, l.env(false), l.binary(), "emulator", "start", "--json").Output()
	if err != nil {
		return fmt.Errorf("starting an emulator: %w", err)
	}
	var started struct{ Endpoint string }
	if err := json.Unmarshal(out, &started); err != nil {
		return err
	}
	l.emulator = started.Endpoint
	if l.account, err = inventory.Open(ctx, l.emulator, config.WithCredentialsProvider(
		credentials.NewStaticCredentialsProvider("RINGFENCE0FAULTS0000", "inventory", ""))); err != nil {
		return err
	}
	return nil
}

func (l *lane) stopEmulator(ctx context.Context) error {
	return command(ctx, l.folder, l.env(false), l.binary(), "emulator", "stop").Run()
}

// restartEmulator makes the emulator forget everything.
func (l *lane) restartEmulator(ctx context.Context) error {
	if err := l.stopEmulator(ctx); err != nil {
		return err
	}
	if err := l.startEmulator(ctx); err != nil {
		return err
	}
	l.proxy.Follow(l.emulator)
	var err error
	l.before, err = l.account.Read(ctx)
	return err
}

func (l *lane) close() {
	if l.proxy != nil {
		l.proxy.Close()
	}
	for _, p := range processes(l.mark) {
		p.kill()
	}
	if l.emulator != "" {
		_ = l.stopEmulator(context.Background())
	}
	os.RemoveAll(l.folder)
}

func (l *lane) binary() string { return l.path(".ringfence", "bin", "ringfence") }

// canary is a secret of the user's that must never be in a file.
const canary = "canary/of-the-users-own-secret-key"

// env is the environment of a command; tried is one that a fault may strike.
func (l *lane) env(tried bool) []string {
	env := environ("AWS_", "PULUMI_", "RINGFENCE_")
	if tried {
		env = append(env, l.mark, "RINGFENCE_AWS_ENDPOINT="+l.proxy.URL(),
			"TMPDIR="+l.path("tmp"), "AWS_SECRET_ACCESS_KEY="+canary, "NO_COLOR=1")
	}
	return env
}

// build brings the lane's stacks up without any fault.
func (l *lane) build(ctx context.Context) error {
	l.proxy.Keep(proxy.Plan{})
	r := l.ringfence(ctx, "up", scope{stacks: l.stacks})
	if r.exit != 0 {
		return fmt.Errorf("the estate does not come up:\n%s", tail(r.output))
	}
	l.down = nil
	return nil
}

// anew begins with nothing, after a trial that nothing could heal.
func (l *lane) anew(ctx context.Context) error {
	for _, p := range processes(l.mark) {
		p.kill()
	}
	if err := l.restartEmulator(ctx); err != nil {
		return err
	}
	for _, what := range []string{"state", "settings"} {
		if err := os.RemoveAll(l.path(".ringfence", what)); err != nil {
			return err
		}
	}
	l.edits = newEdits()
	if err := l.edits.write(l.path()); err != nil {
		return err
	}
	l.down = l.stacks
	if !l.whole {
		return nil
	}
	return l.build(ctx)
}

// scope says which stacks a command is for, without what they depend on.
type scope struct{ stacks []graph.Name }

func (s scope) String() string {
	if slices.Equal(s.stacks, graph.Names()) {
		return "all"
	}
	var names []string
	for _, n := range s.stacks {
		names = append(names, string(n))
	}
	return strings.Join(names, "+")
}

// args are the flags that choose the stacks.
func (s scope) args() []string {
	var args []string
	if !slices.Equal(s.stacks, graph.Names()) {
		for _, n := range s.stacks {
			args = append(args, "--stack", string(n))
		}
		args = append(args, "--only")
	}
	return args
}

// result is the end of a command.
type result struct {
	exit    int
	output  string
	seconds float64
	// hung: it had to be killed after the time of patience.
	hung bool
}

// patience is how long a command may take, faults included.
const patience = 6 * time.Minute

// ringfence runs a command to its end.
func (l *lane) ringfence(ctx context.Context, name string, s scope, more ...string) result {
	p, err := l.begin(ctx, name, s, more...)
	if err != nil {
		return result{exit: -1, output: err.Error()}
	}
	return p.wait()
}
