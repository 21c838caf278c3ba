package environmentfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/golden"
)

var wanted = config.State{
	Backend:         "s3://ringfence-dev-state-412345678901-eu-west-1?region=eu-west-1",
	SecretsProvider: "awskms://alias/ringfence-dev-state?region=eu-west-1",
}

// forms are ways to write an environment file in which the state is not yet
// what it must be.
var forms = []struct{ name, content string }{
	{"no state", "# The first line.\ntarget: aws\n\n# Who answers.\nowner: platform # for now\n\n# The network.\nnetwork:\n  cidr: 10.0.0.0/16 # small\n"},
	{"no state and no owner", "target: aws\nnetwork:\n  cidr: 10.0.0.0/16\n"},
	{"no end of the last line", "target: aws\nowner: platform"},
	{"an empty state", "owner: a\n\n# Where the state is.\nstate:   # to come\n\nregion: eu-west-1\n"},
	{"an empty mapping", "owner: a\nstate: {} # to come\nregion: eu-west-1\n"},
	{"the bucket only", "state:\n    # Ours.\n    backend: s3://ringfence-dev-state-412345678901-eu-west-1?region=eu-west-1\n\nowner: a\n"},
	{"the key only", "state:\n  secretsProvider: awskms://alias/ringfence-dev-state?region=eu-west-1 # ours\nowner: a\n"},
	{"empty values", "state:\n  secretsProvider: \"\" # the key\n  backend: # the bucket\nowner: a\n"},
	{"on one line", "owner: a\nstate: { backend: \"\" } # short\nregion: eu-west-1\n"},
	{"the values of a fresh fork", "# Ours.\nstate: # of this environment\n  backend: s3://ringfence-dev-state-111111111111-eu-central-1?region=eu-central-1 # the bucket\n  secretsProvider: awskms://alias/ringfence-dev-state?region=eu-central-1\n\nowner: a\n"},
	{"lines that end as on Windows", "owner: a\r\n\r\nregion: eu-west-1 # ours\r\n"},
	{"a list before", "owner:\n  # Two teams.\n  - a\n  - b # the second\n\nregion: eu-west-1\n"},
}

func TestUnitStateIsWrittenAndNothingElseChanges(t *testing.T) {
	var all strings.Builder
	for _, form := range forms {
		edited, err := SetState([]byte(form.content), wanted)
		if err != nil {
			t.Errorf("%s: %v", form.name, err)
			continue
		}
		all.WriteString("──── " + form.name + "\n" + strings.ReplaceAll(string(edited), "\r", "␍"))
		for line := range strings.Lines(form.content) {
			_, comment, found := strings.Cut(strings.TrimSpace(line), "#")
			if found && !strings.Contains(string(edited), "#"+comment) {
				t.Errorf("%s: the comment %q is lost", form.name, comment)
			}
		}
		if again, err := SetState(edited, wanted); err != nil || string(again) != string(edited) {
			t.Errorf("%s: the second time, %v and\n%s", form.name, err, again)
		}
	}
	golden.Check(t, "testdata/written.txt", []byte(all.String()))
}

// A fresh fork whose account was set has nothing else to do; of a file that is
// right not a byte changes.
func TestUnitStateOfTheRepositorysOwnFiles(t *testing.T) {
	for _, name := range []string{"dev", "staging", "prod"} {
		content, err := os.ReadFile(filepath.Join("../../../../stacks/environments", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		edited, err := SetState(content, wanted)
		if err != nil {
			t.Fatal(err)
		}
		before, after := strings.Split(string(content), "\n"), strings.Split(string(edited), "\n")
		if len(before) != len(after) {
			t.Fatalf("%s: %d lines, before %d", name, len(after), len(before))
		}
		changed := 0
		for i := range before {
			if before[i] != after[i] {
				changed++
			}
		}
		if changed != 2 {
			t.Errorf("%s: %d lines changed, want 2", name, changed)
		}
	}
}

func TestUnitStateThatSomebodyChoseStays(t *testing.T) {
	for name, content := range map[string]string{
		"another bucket":   "state:\n  backend: s3://mine\n",
		"another account":  "state:\n  backend: s3://ringfence-dev-state-412345678902-eu-west-1?region=eu-west-1\n",
		"a passphrase":     "state:\n  backend: " + wanted.Backend + "\n  secretsProvider: passphrase\n",
		"a file":           "state: { backend: file://~ }\n",
		"another key only": "state:\n  secretsProvider: awskms://alias/mine?region=eu-west-1\n",
	} {
		var conflict Conflict
		_, err := SetState([]byte(content), wanted)
		if !errors.As(err, &conflict) || !strings.Contains(err.Error(), "take the line out") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What this package cannot edit is said, with what to write, and stays as it is.
func TestUnitStateInAFormThatIsNotEditedIsRefused(t *testing.T) {
	for name, content := range map[string]string{
		"an alias":           "owner: &a\n  backend: \"\"\nstate: *a\n",
		"over several lines": "state: {\n  backend: \"\",\n  secretsProvider: \"\"\n}\n",
		"a list":             "state: [a]\n",
		"a text":             "state: soon\n",
		"no mapping":         "- state\n",
		"nothing":            "",
		"no YAML":            "state: {\n",
		"a long text":        "owner: |\n  a\n  b\nregion: eu-west-1\n",
		"a merged mapping":   "x: &x {backend: s3://b}\nstate:\n  <<: *x\n",
	} {
		file := filepath.Join(t.TempDir(), "dev.yaml")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		changed, err := WriteState(file, wanted)
		now, _ := os.ReadFile(file)
		if name == "a long text" && err == nil {
			continue // what was inserted was read back
		}
		if err == nil || changed || string(now) != content {
			t.Errorf("%s: %v, changed %t:\n%s", name, err, changed, now)
		}
	}
}

func TestUnitStateIsWrittenAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dev.yaml")
	if err := os.WriteFile(file, []byte("owner: a\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if changed, err := WriteState(file, wanted); err != nil || changed != want {
			t.Errorf("changed %t, %v", changed, err)
		}
	}
	entries, _ := os.ReadDir(filepath.Dir(file))
	info, err := os.Stat(file)
	if err != nil || len(entries) != 1 || info.Mode().Perm() != 0o640 {
		t.Errorf("left %v, %v, %v", entries, info.Mode(), err)
	}
}

// Whatever a file looks like, it stays readable and keeps what is not the state.
func FuzzUnitStateIsWritten(f *testing.F) {
	for _, form := range forms {
		f.Add(form.content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		edited, err := SetState([]byte(content), wanted)
		if err != nil {
			return
		}
		before, _, err := read([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		after, now, err := read(edited)
		if err != nil || now != wanted || !sameBesidesState(before, after) {
			t.Errorf("%q became %q: %v", content, edited, err)
		}
	})
}
