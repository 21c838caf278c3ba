package deployment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
)

// Unlock and the janitor remove locks too, and what the engine has left half written
// stays then.
func TestUnitWhatADeadEngineLeftGoesWithoutItsLock(t *testing.T) {
	s := newScripted(t)
	s.stands(holds(theStack, ""))
	hollow := s.stateFile() + ".attrs"
	left := func() bool { _, err := os.Stat(hollow); return err == nil }
	if err := os.WriteFile(hollow, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	living := Survey{"network": {Locks: []state.Lock{{PID: os.Getpid(), Hostname: "elsewhere"}}}}
	if err := s.releaseAbandoned(living); err != nil || !left() || len(living["network"].Locks) != 1 {
		t.Errorf("what somebody works on was mended: %v", err)
	}
	if err := s.releaseAbandoned(Survey{}); err != nil || left() {
		t.Errorf("it is left: %v", err)
	}
}

func TestUnitWayOutOfADamagedStateNamesTheSite(t *testing.T) {
	s := newScripted(t)
	s.Name = "pr-42"
	s.stands("{")
	file := filepath.Join(string(s.State()), ".pulumi/stacks/ringfence-network/pr-42.json")
	if err := os.Rename(s.stateFile(), file); err != nil {
		t.Fatal(err)
	}
	says := func(want string) {
		t.Helper()
		if _, err := s.surveyFolder(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	says("./ringfence emulator stop forgets everything, and ./ringfence up --name pr-42 builds it anew")
	if err := os.WriteFile(file+".bak", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	says("put its copy " + file + ".bak in its place, and run ./ringfence up --name pr-42 --refresh")
}
