package deployment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
