package emulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

// checkout is the root of this checkout. Its pinned moto serves all tests.
const checkout = "../../../.."

// newRoot is a checkout of its own, with the Python of this one.
func newRoot(t *testing.T) string {
	t.Helper()
	f, release, err := lock(t.Context(), checkout, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	p, err := f.python(t.Context(), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	return rootWith(t, p)
}

func rootWith(t *testing.T, p python) string {
	t.Helper()
	t.Setenv(EndpointVariable, "")
	t.Setenv(PythonVariable, "")
	p.Requirements = digest()
	root := t.TempDir()
	if err := os.MkdirAll(runtimeFolder(root), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := folder(runtimeFolder(root)).writeJSON("python.json", p); err != nil {
		t.Fatal(err)
	}
	return root
}

func start(t *testing.T, root string, port int) Status {
	t.Helper()
	status, err := Start(t.Context(), root, port, silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { status.Stop(patience) })
	return status
}

func silent(string) {}

func TestEmulatorStartStatusStop(t *testing.T) {
	root := newRoot(t)
	if status, err := Current(t.Context(), root); err != nil || status.Running {
		t.Fatalf("before the start: %+v, %v", status, err)
	}
	first := start(t, root, 0)
	if again := start(t, root, 0); again != first {
		t.Errorf("a second start gave another emulator:\n%+v\n%+v", first, again)
	}
	if now, err := Current(t.Context(), root); err != nil || now != first {
		t.Errorf("status %+v, %v, want %+v", now, err, first)
	}
	if _, err := Start(t.Context(), root, 65000, silent); err == nil || !strings.Contains(err.Error(), "runs already, at "+first.Endpoint) {
		t.Errorf("a start on another port: %v", err)
	}
	if was, err := Stop(t.Context(), root, silent); err != nil || !was.Running || was.PID != first.PID {
		t.Errorf("stop: %+v, %v", was, err)
	}
	if first.Alive() {
		t.Error("alive after stop")
	}
	if was, err := Stop(t.Context(), root, silent); err != nil || was.Running {
		t.Errorf("a second stop: %+v, %v", was, err)
	}
}

func TestEmulatorConcurrentStartsGiveOne(t *testing.T) {
	root := newRoot(t)
	const starters = 4
	found := make([]Status, starters)
	var all sync.WaitGroup
	for i := range starters {
		all.Go(func() {
			var err error
			if found[i], err = Start(t.Context(), root, 0, silent); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, status := range found {
		defer status.Stop(patience)
		if status != found[0] {
			t.Errorf("different emulators:\n%+v\n%+v", found[0], status)
		}
	}
}

func TestEmulatorPort(t *testing.T) {
	root := newRoot(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := taken.Addr().(*net.TCPAddr).Port
	_, err = Start(t.Context(), root, port, silent)
	if want := fmt.Sprintf("--port %d: another program listens there", port); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("start on a taken port: %v, want %q", err, want)
	}
	taken.Close()
	if status := start(t, root, port); status.Endpoint != endpoint(port) {
		t.Errorf("started at %s, want port %d", status.Endpoint, port)
	}
}

func TestEmulatorThatDoesNotAnswerIsReplaced(t *testing.T) {
	root := newRoot(t)
	frozen := start(t, root, 0)
	patient := answerPatience
	answerPatience = time.Second
	t.Cleanup(func() { answerPatience = patient })
	if err := syscall.Kill(frozen.PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if status, err := Current(t.Context(), root); err == nil || !strings.Contains(err.Error(), "runs but does not answer") || !status.Running {
		t.Errorf("status of a frozen emulator: %+v, %v", status, err)
	}
	if fresh := start(t, root, 0); fresh.Identity == frozen.Identity || frozen.Alive() {
		t.Errorf("the frozen emulator is still there: %t", frozen.Alive())
	}
}

func TestEmulatorIDUsedAgainIsLeftAlone(t *testing.T) {
	root := newRoot(t)
	stranger := exec.Command("sleep", "600")
	p, err := process.StartDetached(stranger)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(patience)
	stale := Status{Endpoint: "http://127.0.0.1:1", Identity: process.Identity{PID: p.PID, Started: "another time"}}
	for name, act := range map[string]func() error{
		"status": func() error {
			status, err := Current(t.Context(), root)
			if status.Running {
				t.Error("status takes it for the emulator")
			}
			return err
		},
		"start": func() error { start(t, root, 0); return nil },
		"stop": func() error {
			_, err := Stop(t.Context(), root, silent)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := folder(runtimeFolder(root)).write(stale); err != nil {
				t.Fatal(err)
			}
			if err := act(); err != nil {
				t.Error(err)
			}
			if !p.Alive() {
				t.Fatal("a stranger was killed")
			}
		})
	}
}

// TestEmulatorEndsWithKilledStarter kills a copy of this test between the start
// of the emulator and its record.
func TestEmulatorEndsWithKilledStarter(t *testing.T) {
	if file := os.Getenv("EMULATOR_TEST_STARTER"); file != "" {
		e, err := StartEphemeral(context.Background(), os.Getenv("EMULATOR_TEST_ROOT"), filepath.Dir(file), silent)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+".new", fmt.Appendf(nil, "%d %s", e.PID, e.Started), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	file := filepath.Join(t.TempDir(), "started")
	starter := exec.Command(os.Args[0], "-test.run", "^TestEmulatorEndsWithKilledStarter$")
	starter.Env = append(os.Environ(), "EMULATOR_TEST_STARTER="+file, "EMULATOR_TEST_ROOT="+newRoot(t))
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	var emulator process.Identity
	for range 600 {
		if text, err := os.ReadFile(file); err == nil {
			fmt.Sscan(string(text), &emulator.PID, &emulator.Started)
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if !emulator.Alive() {
		t.Fatal("no emulator was started")
	}
	starter.Process.Kill()
	starter.Wait()
	for range 50 {
		if !emulator.Alive() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	emulator.Stop(0)
	t.Error("the emulator outlived its starter")
}

func TestEmulatorEphemeral(t *testing.T) {
	root := newRoot(t)
	main := start(t, root, 0)
	e, err := StartEphemeral(t.Context(), root, t.TempDir(), silent)
	if err != nil {
		t.Fatal(err)
	}
	if e.Endpoint == main.Endpoint {
		t.Error("both have one port")
	}
	e.Stop()
	if e.Alive() || !main.Alive() {
		t.Errorf("alive after its Stop: itself %t, the other %t", e.Alive(), main.Alive())
	}
}

func TestEmulatorAnswersOnLoopbackOnly(t *testing.T) {
	status := start(t, newRoot(t), 0)
	_, port, _ := strings.Cut(strings.TrimPrefix(status.Endpoint, "http://"), ":")
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: time.Second}
	for _, address := range addresses {
		if ip := address.(*net.IPNet).IP; !ip.IsLoopback() {
			if response, err := client.Get("http://" + net.JoinHostPort(ip.String(), port)); err == nil {
				response.Body.Close()
				t.Errorf("it answers at %s", ip)
			}
		}
	}
}
