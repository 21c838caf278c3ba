package emulator

import (
	"bufio"
	"context"
	_ "embed" // for the server's source
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

//go:embed serve.py
var server []byte

// startPatience is how long the emulator may take to open its port. On an idle
// machine that is about a second.
const startPatience = time.Minute

var errNotStarted = errors.New("the emulator did not start")

// launched is an emulator on its leash: it ends with us until it is released.
type launched struct {
	process *process.Process
	leash   *os.File
	status  Status
}

// launch starts an emulator with its log in the folder.
func (f folder) launch(ctx context.Context, python python, port int) (*launched, error) {
	if err := portFree(port); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(f.path("serve.py"), server, 0o644); err != nil {
		return nil, err
	}
	log, err := os.Create(f.path("emulator.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	reportRead, reportWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reportRead.Close()
	leashRead, leashWrite, err := os.Pipe()
	if err != nil {
		reportWrite.Close()
		return nil, err
	}

	cmd := exec.Command(python.Path, f.path("serve.py"), strconv.Itoa(port), "3", "4")
	cmd.Dir = string(f)
	// Roles may use policies that AWS manages. A setting of the user's wins.
	cmd.Env = append([]string{"MOTO_IAM_LOAD_MANAGED_POLICIES=true"}, os.Environ()...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{reportWrite, leashRead} // descriptors 3 and 4
	p, err := process.StartDetached(cmd)
	reportWrite.Close()
	leashRead.Close()
	if err != nil {
		leashWrite.Close()
		return nil, fmt.Errorf("starting the emulator: %w", err)
	}
	l := &launched{process: p, leash: leashWrite}
	report, err := awaitReport(ctx, reportRead)
	if err != nil {
		l.stop()
		return nil, fmt.Errorf("%w: %w; the end of its log %s:\n%s", errNotStarted, err, log.Name(), lastLines(log.Name()))
	}
	l.status = Status{
		Running: true, Endpoint: endpoint(report.Port), Identity: p.Identity,
		Since: time.Now().UTC().Truncate(time.Second), Version: report.Version, Log: log.Name(),
	}
	if err := answers(ctx, l.status.Endpoint); err != nil {
		l.stop()
		return nil, fmt.Errorf("the emulator has started but does not answer: %w", err)
	}
	return l, nil
}

// release lets the emulator outlive us.
func (l *launched) release() error {
	_, err := l.leash.Write([]byte{1})
	return errors.Join(err, l.leash.Close())
}

func (l *launched) stop() {
	l.process.Stop(patience)
	l.leash.Close()
}

// report is what the server says of itself once its port is open.
type report struct {
	Port    int    `json:"port"`
	Version string `json:"version"`
}

func awaitReport(ctx context.Context, from *os.File) (report, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	// A pipe's read ends when its deadline is moved to the past.
	defer context.AfterFunc(ctx, func() { from.SetReadDeadline(time.Unix(1, 0)) })()
	line, err := bufio.NewReader(from).ReadBytes('\n')
	var r report
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case errors.Is(err, io.EOF):
		return r, errors.New("it ended at once")
	case err != nil:
		return r, err
	}
	return r, json.Unmarshal(line, &r)
}

// portFree says in words what the server would say in a stack trace.
func portFree(port int) error {
	if port == 0 {
		return nil
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("--port %d: another program listens there: choose another port, or leave the flag out for a free one", port)
	case err != nil:
		return fmt.Errorf("--port %d: %w: choose another port, or leave the flag out for a free one", port, err)
	}
	return listener.Close()
}

func lastLines(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
