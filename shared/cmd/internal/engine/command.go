package engine

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"syscall"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// command runs the CLI for the Automation API.
//
// The API's own command asks for the version first, and after each operation
// for outputs and history: five more processes of some 0.2 s each. Counts come
// from the engine's events here and outputs from the state, so these questions
// are answered without a process.
type command struct {
	Engine
	// known: the stack exists, so selecting it needs no process either.
	known bool
}

var _ auto.PulumiCommand = command{}

// Version is the version that the toolchain has made sure of.
func (c command) Version() semver.Version { return sdk.Version }

// Run runs the CLI in a process group of its own, so that an interrupt from
// the terminal reaches it once, through us.
func (c command) Run(
	ctx context.Context, folder string, stdin io.Reader, outs, errs []io.Writer, env []string, args ...string,
) (stdout, stderr string, code int, err error) {
	if answer, ok := c.answer(args); ok {
		return answer, "", 0, nil
	}
	return c.start(ctx, folder, stdin, outs, errs, env, args...)
}

// ask puts a question of our own to the CLI, whose answer counts.
func (e Engine) ask(ctx context.Context, folder string, args ...string) (stdout, stderr string, err error) {
	stdout, stderr, _, err = command{Engine: e}.start(ctx, folder, nil, nil, nil, nil, args...)
	return stdout, stderr, err
}

func (c command) start(
	ctx context.Context, folder string, stdin io.Reader, outs, errs []io.Writer, env []string, args ...string,
) (stdout, stderr string, code int, err error) {
	var out, errOut bytes.Buffer
	cmd := exec.Command(c.CLI, append([]string{"--non-interactive"}, c.planned(args)...)...)
	cmd.Dir, cmd.Stdin = folder, stdin
	cmd.Env = append(append([]string{}, c.Env...), append(env, "PULUMI_AUTOMATION_API=true")...)
	cmd.Stdout = io.MultiWriter(append(outs, &out)...)
	cmd.Stderr = io.MultiWriter(append(errs, &errOut)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return "", "", -1, err
	}
	err = c.wait(ctx, cmd)
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode(), err
}

// afterKill is how long the pipes of a killed process may stay open in the
// hands of its children.
const afterKill = 2 * time.Second

// wait waits for the process: without limit after an interrupt, shortly after
// a kill.
func (c command) wait(ctx context.Context, cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	interrupt, kill := ctx.Done(), c.Kill
	for {
		select {
		case err := <-ended:
			return err
		case <-interrupt:
			interrupt = nil
			_ = cmd.Process.Signal(syscall.SIGINT)
		case <-kill:
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			select {
			case err := <-ended:
				return err
			case <-time.After(afterKill):
				return context.Cause(ctx)
			}
		}
	}
}

// answer is what the CLI would print to a question whose answer is not used.
func (c command) answer(args []string) (string, bool) {
	if len(args) < 2 || args[0] != "stack" {
		return "", false
	}
	switch args[1] {
	case "output":
		return "{}", true
	case "history":
		return "[]", true
	case "select":
		return "", c.known
	}
	return "", false
}
