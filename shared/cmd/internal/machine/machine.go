// Package machine is the machine that a deployment runs on: the toolchain and
// the emulator of one checkout.
package machine

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulator"
	"github.com/ringfence/ringfence/shared/cmd/internal/toolchain"
)

// SharedProviderVariable turns the one provider process for all stacks of a
// run off when it is 0. Every engine then starts its own.
const SharedProviderVariable = "RINGFENCE_SHARED_PROVIDER"

// Machine serves the checkout at Root.
type Machine struct {
	Root  string
	tools toolchain.Tools
}

var _ deployment.Machine = (*Machine)(nil)

// Tools implements deployment.Machine.
func (m *Machine) Tools(ctx context.Context, say func(string)) (deployment.Tools, error) {
	tools, err := toolchain.Ensure(ctx, m.Root, say)
	m.tools = tools
	if err != nil {
		return deployment.Tools{}, err
	}
	return deployment.Tools{CLI: tools.Pulumi, Env: tools.Env(), Policies: []string{toolchain.PolicyPackPath(m.Root)}}, nil
}

// Programs implements deployment.Machine. Pulumi's own language host builds the
// programs itself and again; ours are recorded and judged all the same.
func (m *Machine) Programs(ctx context.Context, say func(string)) (string, error) {
	return toolchain.BuildPrograms(ctx, m.Root, say)
}

// Provider implements deployment.Machine.
func (m *Machine) Provider(ctx context.Context, env []string) (attach string, stop func(), err error) {
	if os.Getenv(SharedProviderVariable) == "0" {
		return "", func() {}, nil
	}
	provider, err := toolchain.StartProvider(ctx, m.tools, complete(env, os.Environ()))
	if err != nil {
		return "", nil, err
	}
	return provider.Attach(), provider.Stop, nil
}

// complete empties every variable of ours that env leaves out: the provider
// gets env on top of our own.
func complete(env, ours []string) []string {
	named := map[string]bool{}
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		named[name] = true
	}
	out := slices.Clone(env)
	for _, variable := range ours {
		if name, _, _ := strings.Cut(variable, "="); !named[name] {
			out = append(out, name+"=")
		}
	}
	return out
}

// StartEmulator implements deployment.Machine.
func (m *Machine) StartEmulator(ctx context.Context, say func(string)) (deployment.Emulator, error) {
	status, err := emulator.Start(ctx, m.Root, 0, say)
	return deployment.Emulator{Endpoint: status.Endpoint, Given: status.Given}, err
}

// Emulator implements deployment.Machine.
func (m *Machine) Emulator(ctx context.Context) (deployment.Emulator, bool, error) {
	status, err := emulator.Current(ctx, m.Root)
	return deployment.Emulator{Endpoint: status.Endpoint, Given: status.Given}, status.Running, err
}
