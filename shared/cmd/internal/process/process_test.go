package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const patience = 2 * time.Second

// family is a shell that writes its child's id to a file and waits for it.
func family(t *testing.T, traps string) (cmd *exec.Cmd, child func() Identity) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "child")
	cmd = exec.Command("sh", "-c", traps+` sleep 600 & echo $! > "$0.new"; mv "$0.new" "$0"; wait; wait`, file)
	return cmd, func() Identity {
		t.Helper()
		for range 200 {
			var pid int
			if text, err := os.ReadFile(file); err == nil {
				fmt.Sscan(string(text), &pid)
				id, err := Identify(pid)
				if err != nil {
					t.Fatal(err)
				}
				return id
			}
			time.Sleep(poll)
		}
		t.Fatal("the shell started no child")
		return Identity{}
	}
}

// ends waits a moment: a signal takes its time.
func ends(id Identity) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(poll) {
		if !id.Alive() {
			return true
		}
	}
	return false
}

func TestUnitStopEndsWholeGroup(t *testing.T) {
	for name, traps := range map[string]string{"polite": "", "stubborn": "trap '' TERM;"} {
		for kind, start := range map[string]func(*exec.Cmd) (*Process, error){"child": StartChild, "detached": StartDetached} {
			t.Run(name+" "+kind, func(t *testing.T) {
				cmd, child := family(t, traps)
				p, err := start(cmd)
				if err != nil {
					t.Fatal(err)
				}
				grandchild := child()
				p.Stop(patience / 10)
				if p.Alive() || !ends(grandchild) {
					t.Errorf("alive after Stop: process %t, its child %t", p.Alive(), grandchild.Alive())
				}
			})
		}
	}
}

func TestUnitStopByIdentity(t *testing.T) {
	cmd, child := family(t, "")
	p, err := StartDetached(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(patience)
	grandchild := child()

	stranger := Identity{PID: p.PID, Started: "another time"}
	stranger.Stop(patience)
	if !p.Alive() {
		t.Fatal("a process was killed for one that had its id before")
	}
	p.Identity.Stop(patience)
	if p.Alive() || !ends(grandchild) {
		t.Errorf("alive after Stop: process %t, its child %t", p.Alive(), grandchild.Alive())
	}
	p.Identity.Stop(patience) // stopping what has ended does nothing
}

func TestUnitStartFails(t *testing.T) {
	if _, err := StartChild(exec.Command("/no/such/program")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
}

// TestUnitChildDiesWithUs kills a copy of this test that has started a child.
func TestUnitChildDiesWithUs(t *testing.T) {
	if file := os.Getenv("PROCESS_TEST_CHILD"); file != "" {
		p, err := StartChild(exec.Command("sleep", "600"))
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%d %s", p.PID, p.Started)
		if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	if runtime.GOOS != "linux" {
		t.Logf("%s has no such kernel service; nothing to test", runtime.GOOS)
		return
	}
	file := filepath.Join(t.TempDir(), "child")
	us := exec.Command(os.Args[0], "-test.run", "^TestUnitChildDiesWithUs$")
	us.Env = append(os.Environ(), "PROCESS_TEST_CHILD="+file)
	if err := us.Start(); err != nil {
		t.Fatal(err)
	}
	var child Identity
	for range 500 {
		if text, err := os.ReadFile(file); err == nil {
			fmt.Sscan(string(text), &child.PID, &child.Started)
			break
		}
		time.Sleep(poll)
	}
	if !child.Alive() {
		t.Fatalf("no child started: %+v", child)
	}
	us.Process.Kill()
	us.Wait()
	if !ends(child) {
		child.Stop(0)
		t.Error("the child outlived us")
	}
}

func TestUnitRun(t *testing.T) {
	if err := Run(t.Context(), exec.Command("true")); err != nil {
		t.Errorf("true: %v", err)
	}
	if err := Run(t.Context(), exec.Command("false")); err == nil {
		t.Error("false succeeded")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd, child := family(t, "")
	ended := make(chan error)
	go func() { ended <- Run(ctx, cmd) }()
	grandchild := child()
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Errorf("a cancelled run: %v", err)
	}
	if !ends(grandchild) {
		t.Error("a cancelled run left a process")
	}
}
