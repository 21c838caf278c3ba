package toolchain

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

const (
	// providerStart is how long the AWS plugin may take to start. It starts
	// HashiCorp's provider and reads the whole of its schema.
	providerStart = 2 * time.Minute
	// providerPatience is how long it may take to end.
	providerPatience = 5 * time.Second
)

// Provider is one AWS plugin that several engines share. They share its
// configuration too, so every stack must configure its provider alike.
type Provider struct {
	Port    int
	process *process.Process
}

// Attach returns the variable, "NAME=value", that makes an engine use it.
func (p *Provider) Attach() string { return "PULUMI_DEBUG_PROVIDERS=aws:" + strconv.Itoa(p.Port) }

// Stop ends the plugin, with whatever it has started.
func (p *Provider) Stop() { p.process.Stop(providerPatience) }

// StartProvider starts the AWS plugin. Its whole environment is env
// ("NAME=value"), or ours when env is nil. It ends with Stop, or with us.
func StartProvider(ctx context.Context, tools Tools, env []string) (*Provider, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(tools.AWSPlugin)
	cmd.Env = env
	complaints := &tail{}
	cmd.Stdout, cmd.Stderr = write, complaints
	cmd.WaitDelay = providerPatience // should a grandchild keep the error stream open
	started, err := process.StartChild(cmd)
	write.Close()
	if err != nil {
		read.Close()
		return nil, fmt.Errorf("starting the AWS plugin: %w", err)
	}
	p := &Provider{process: started}
	if p.Port, err = readPort(ctx, read); err != nil {
		p.Stop()
		read.Close()
		return nil, fmt.Errorf("starting the AWS plugin %s: %w; nothing was changed: run the command again\n%s", tools.AWSPlugin, err, complaints)
	}
	return p, nil
}

// readPort reads the plugin's first line, its port, and then drains the rest.
func readPort(ctx context.Context, out *os.File) (int, error) {
	type answer struct {
		line string
		err  error
	}
	first := make(chan answer, 1)
	go func() {
		lines := bufio.NewReader(out)
		line, err := lines.ReadString('\n')
		first <- answer{strings.TrimSpace(line), err}
		_, _ = io.Copy(io.Discard, lines)
		out.Close()
	}()
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(providerStart):
		return 0, fmt.Errorf("no port within %s", providerStart)
	case a := <-first:
		if a.err != nil {
			return 0, fmt.Errorf("it ended before it named its port")
		}
		return strconv.Atoi(a.line)
	}
}

// tail keeps the last that was written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailLength = 2000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if excess := len(t.text) - tailLength; excess > 0 {
		t.text = t.text[excess:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.text))
}
