package deployment

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Tools is the toolchain, ready to be used.
type Tools struct {
	// CLI is the path of the pulumi executable.
	CLI string
	// Env holds the variables that make it find its plugins, "NAME=value".
	Env []string
	// Policies are the folders of the policy packs that judge every preview
	// and every deployment.
	Policies []string
}

// Machine is what a deployment needs of the machine that it runs on. Say is
// told, in one line, of work that takes its time.
type Machine interface {
	// Tools makes sure of the toolchain.
	Tools(ctx context.Context, say func(string)) (Tools, error)
	// Programs builds the stack programs and returns their folder. It is empty
	// where the engine builds them itself. Call it after Tools.
	Programs(ctx context.Context, say func(string)) (string, error)
	// Provider starts one provider process for all stacks of a run and
	// returns the variable that makes an engine use it, "NAME=value". It is
	// empty where every engine starts a provider of its own. Call it after
	// Tools.
	Provider(ctx context.Context, env []string) (attach string, stop func(), err error)
	// StartEmulator makes sure that the emulator runs.
	StartEmulator(ctx context.Context, say func(string)) (Emulator, error)
	// Emulator returns the emulator, or false when it does not run.
	Emulator(ctx context.Context) (Emulator, bool, error)
}

// Emulator is a running emulated AWS.
type Emulator struct {
	// Endpoint is its address, such as http://127.0.0.1:5000.
	Endpoint string
	// Given: the address was given from outside, so the emulator is not ours
	// to start or stop.
	Given bool
}

// Keys are the credentials for the emulator, which accepts any. They are no
// everyday words, because Pulumi hides a secret wherever it occurs in its
// output.
var Keys = aws.Credentials{
	AccessKeyID:     "RINGFENCE0EMULATOR00",
	SecretAccessKey: "not-a-secret/ringfence-emulated-aws",
	Source:          "Ringfence",
}
