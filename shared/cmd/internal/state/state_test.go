package state

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUnitStateOfAStack(t *testing.T) {
	s, found, err := Folder("testdata").Stack("ringfence-data", "local")
	if err != nil || !found {
		t.Fatalf("found %t, %v", found, err)
	}
	want := Stack{
		Modified:  time.Date(2026, 11, 22, 11, 40, 35, 0, time.UTC),
		Resources: 3, // without the default provider and the reference
		Pending:   []string{"creating urn:pulumi:local::ringfence-data::aws:kms/key:Key::data"},
		Outputs: map[string]any{
			"dataBucketName":  "ringfence-local-data",
			"password":        Secret,
			"inner":           map[string]any{"list": []any{Secret, "open"}},
			"contractVersion": 1.0,
		},
	}
	if s.Deployment.Version != 3 || !json.Valid(s.Deployment.Content) {
		t.Errorf("the deployment is of version %d: %s", s.Deployment.Version, s.Deployment.Content)
	}
	s.Deployment = Deployment{}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	if !s.Standing() || !s.Complete() {
		t.Errorf("standing %t, complete %t", s.Standing(), s.Complete())
	}
}

func TestUnitStacksThatAreNotThere(t *testing.T) {
	if _, found, err := Folder("testdata").Stack("ringfence-audit", "local"); found || err != nil {
		t.Errorf("a stack that does not exist: %t, %v", found, err)
	}
	s, found, err := Folder("testdata").Stack("ringfence-network", "local")
	if err != nil || !found || s.Standing() || s.Complete() {
		t.Errorf("a stack that was only initialised: %+v, %t, %v", s, found, err)
	}
	if Folder("testdata").Empty() || !Folder(t.TempDir()).Empty() {
		t.Error("Empty does not tell a folder with stacks from one without")
	}
}

func TestUnitBackendThatNobodyHasUsed(t *testing.T) {
	used, home := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	for _, folder := range []string{used, home} {
		if err := os.Mkdir(filepath.Join(folder, ".pulumi"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for url, want := range map[string]bool{
		"file://" + t.TempDir(): true, "file://" + used: false, "file://" + used + "?no_tmp_dir=true": false,
		"file://~": false, "file://~/elsewhere": true, "file://.": false, "s3://bucket": false,
	} {
		if got := Unused(url); got != want {
			t.Errorf("%s: unused %t, want %t", url, got, want)
		}
	}
}

func TestUnitCopiedStateIsReadAsTheOriginal(t *testing.T) {
	original, _, err := Folder("testdata").Stack("ringfence-data", "local")
	if err != nil {
		t.Fatal(err)
	}
	to := Folder(t.TempDir())
	original.Deployment.Features = []string{"something-new"}
	if err := to.Put("ringfence-data", "local", original.Deployment); err != nil {
		t.Fatal(err)
	}
	copied, found, err := to.Stack("ringfence-data", "local")
	if err != nil || !found || !reflect.DeepEqual(copied.Outputs, original.Outputs) || copied.Resources != original.Resources {
		t.Errorf("got %+v, %t, %v", copied, found, err)
	}
	if !reflect.DeepEqual(copied.Deployment.Features, original.Deployment.Features) {
		t.Errorf("the features are %v", copied.Deployment.Features)
	}
	if err := to.Put("ringfence-audit", "local", Deployment{}); err != nil {
		t.Fatal(err)
	}
	if empty, found, err := to.Stack("ringfence-audit", "local"); err != nil || !found || empty.Standing() {
		t.Errorf("a stack that was never deployed: %+v, %t, %v", empty, found, err)
	}
}

func TestUnitDamagedStateNamesItsFile(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, ".pulumi", "stacks", "ringfence-data", "local.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`{"checkpoint": [`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Folder(folder).Stack("ringfence-data", "local"); err == nil || !strings.HasPrefix(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

func TestUnitExportedState(t *testing.T) {
	s, err := ParseExport([]byte(`{"version": 3, "deployment": {"resources": [{"type": "pulumi:pulumi:Stack", "outputs": {"a": "b"}}]}}`))
	if err != nil || s.Resources != 1 || s.Outputs["a"] != "b" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestUnitLocks(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		lock      Lock
		abandoned bool
	}{
		{"of a process that is gone", Lock{PID: gone.Process.Pid, Hostname: host}, true},
		{"of a living process", Lock{PID: os.Getpid(), Hostname: host}, false},
		{"of another machine", Lock{PID: gone.Process.Pid, Hostname: host + "-2"}, false},
		{"without a process", Lock{Hostname: host}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			file := filepath.Join(folder, ".pulumi/locks/organization/ringfence-data/local/1.json")
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			content, err := json.Marshal(tt.lock)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			locks, err := Folder(folder).Locks("ringfence-data", "local")
			if err != nil || len(locks) != 1 {
				t.Fatalf("found %v, %v", locks, err)
			}
			released := locks[0].Release() == nil
			_, err = os.Stat(file)
			if released != tt.abandoned || os.IsNotExist(err) != tt.abandoned {
				t.Errorf("released %t, file: %v; want released %t", released, err, tt.abandoned)
			}
		})
	}
	if locks, err := Folder(t.TempDir()).Locks("ringfence-data", "local"); err != nil || len(locks) > 0 {
		t.Errorf("a stack that nobody ever locked: %v, %v", locks, err)
	}
}

// A killed engine can leave the attributes of a state without content, and the
// next one would say no more than EOF.
func TestUnitMendRemovesWhatAKilledEngineLeft(t *testing.T) {
	folder := t.TempDir()
	states := filepath.Join(folder, ".pulumi", "stacks", "ringfence-data")
	if err := os.MkdirAll(states, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"local.json": "{}", "local.json.attrs": "", "local.json.1.tmp": "{", "other.json": "{}", "other.json.attrs": "{}",
	} {
		if err := os.WriteFile(filepath.Join(states, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Folder(folder).Mend("ringfence-data"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(states)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if got := strings.Join(left, " "); got != "local.json other.json other.json.attrs" {
		t.Errorf("left are %s", got)
	}
	if err := Folder(t.TempDir()).Mend("ringfence-data"); err != nil {
		t.Errorf("a project that nobody ever deployed: %v", err)
	}
}

// A full disk has left Pulumi's own copy as empty as the state.
func TestUnitDamagedStateNamesTheCopyThatIsWhole(t *testing.T) {
	f := Folder(t.TempDir())
	file := f.file("ringfence-data", "local")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	says := func(want string) {
		t.Helper()
		if _, _, err := f.Stack("ringfence-data", "local"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	write(file, `{"version": 3}`)
	if err := f.Keep("ringfence-data", "local"); err != nil {
		t.Fatal(err)
	}
	write(file, "")
	write(file+".bak", "{}")
	says("put its copy " + file + ".bak in its place")
	write(file+".bak", "")
	says("put its copy " + f.before("ringfence-data", "local") + " in its place")
	if err := os.RemoveAll(filepath.Join(string(f), "before")); err != nil {
		t.Fatal(err)
	}
	says("there is no whole copy of it")
}

func TestUnitCreationsThatWereCutOff(t *testing.T) {
	d := Deployment{Content: []byte(`{"resources": [{"urn": "urn:there", "type": "t", "initErrors": ["no network"]}], "pending_operations": [
		{"type": "creating", "resource": {"urn": "urn:there"}}, {"type": "updating", "resource": {"urn": "urn:other"}},
		{"type": "creating", "resource": {"urn": "urn:new", "type": "t", "provider": "p::1", "inputs": {"name": "n"}}}]}`)}
	creations, err := d.Creations()
	if err != nil || len(creations) != 1 || creations[0].URN != "urn:new" || creations[0].Inputs["name"] != "n" {
		t.Errorf("creations are %+v, %v", creations, err)
	}
	s, err := parse(d)
	if err != nil || !s.CutOff() || len(s.Unfinished) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A group that a run has taken in before it was cut off itself is not finished either.
func TestUnitWhatWasTakenInAndNotSettledIsUnfinished(t *testing.T) {
	s, err := parse(Deployment{Content: []byte(`{"resources": [{"urn": "urn:taken", "type": "t"}, {"urn": "urn:updated", "type": "t"}],
		"pending_operations": [{"type": "creating", "resource": {"urn": "urn:taken"}}, {"type": "updating", "resource": {"urn": "urn:updated"}}]}`)})
	if err != nil || !slices.Equal(s.Unfinished, []string{"urn:taken"}) {
		t.Errorf("unfinished are %v, %v", s.Unfinished, err)
	}
}

func TestUnitWhatNothingInTheStateDependsOn(t *testing.T) {
	d := Deployment{Content: []byte(`{"resources": [{"urn": "parent"}, {"urn": "named"}, {"urn": "read"}, {"urn": "keeper"},
		{"urn": "alone", "parent": "parent", "dependencies": ["named"], "propertyDependencies": {"vpcId": ["read"]}, "deletedWith": "keeper"}]}`)}
	alone, err := d.Alone([]string{"parent", "named", "read", "keeper", "alone", "gone"})
	if err != nil || !slices.Equal(alone, []string{"alone"}) {
		t.Errorf("alone are %v, %v", alone, err)
	}
}

// A destruction reads what stands before it begins.
func TestUnitAFailedDestructionMakesNothingYounger(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	s := Stack{Modified: at(9)}
	for name, c := range map[string]struct {
		kinds []string // the newest first, of nine o'clock and the hours before
		want  time.Time
	}{
		"updated":                               {[]string{"update", "update"}, at(9)},
		"destroyed in part":                     {[]string{"destroy", "update"}, at(8)},
		"cut off, and destroyed in part":        {[]string{"destroy", "refresh", "resource-import", "update"}, at(6)},
		"destroyed in part twice, after a look": {[]string{"destroy", "destroy", "refresh", "update"}, at(6)},
		"read":                                  {[]string{"refresh", "update"}, at(9)},
		"read before it was updated":            {[]string{"destroy", "update", "refresh"}, at(8)},
		"nothing but a destruction":             {[]string{"destroy"}, at(9)},
	} {
		var history []Update
		for i, kind := range c.kinds {
			history = append(history, Update{Kind: kind, Ended: at(9 - i)})
		}
		if got := s.Kept(history); !got.Equal(c.want) {
			t.Errorf("%s: kept at %s, want %s", name, got, c.want)
		}
	}
}
