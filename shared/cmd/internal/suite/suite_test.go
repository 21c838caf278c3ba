package suite

import (
	"bytes"
	"strings"
	"testing"
)

func TestUnitLevelIsReadFromTheName(t *testing.T) {
	tests := []struct {
		name string
		want Level
	}{
		{"TestUnitNames", Unit},
		{"FuzzUnitParse", Unit},
		{"TestVerdictBoundary", Verdict},
		{"TestEngineInterrupt/second", Engine},
		{"TestEmulatorChain", Emulator},
		{"TestLiveStopLogging", Live},
		{"TestNames", ""},
		{"TestUNIT", ""},
	}
	for _, tt := range tests {
		if got, ok := levelOf(tt.name); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

func TestUnitEventsBecomeCounts(t *testing.T) {
	const module = "github.com/ringfence/ringfence/"
	events := `
{"Action":"run","Package":"` + module + `shared/a","Test":"TestUnitA"}
{"Action":"output","Package":"` + module + `shared/a","Test":"TestUnitA","Output":"quiet when it passes\n"}
{"Action":"pass","Package":"` + module + `shared/a","Test":"TestUnitA/sub"}
{"Action":"pass","Package":"` + module + `shared/a","Test":"TestUnitA"}
{"Action":"output","Package":"` + module + `shared/a","Test":"TestEngineB","Output":"why it failed\n"}
{"Action":"fail","Package":"` + module + `shared/a","Test":"TestEngineB"}
{"Action":"skip","Package":"` + module + `shared/a","Test":"TestEmulatorC"}
{"Action":"pass","Package":"` + module + `shared/a","Test":"TestNameless"}
{"Action":"fail","Package":"` + module + `shared/a","Elapsed":1.5}
{"Action":"skip","Package":"` + module + `shared/no-tests"}
{"ImportPath":"` + module + `shared/b","Action":"build-output","Output":"undefined: x\n"}
{"ImportPath":"` + module + `shared/b","Action":"build-fail"}
`
	var out bytes.Buffer
	var r Result
	if !(Runner{Out: &out}).read(strings.NewReader(strings.TrimSpace(events)), &r) {
		t.Error("the failed test went unnoticed")
	}
	want := map[Level]Count{Unit: {Passed: 1}, Engine: {Failed: 1}, Emulator: {Skipped: 1}, "": {Passed: 1}}
	for level, count := range want {
		if r.Counts[level] != count {
			t.Errorf("level %q: got %+v, want %+v", level, r.Counts[level], count)
		}
	}
	if r.OK() {
		t.Error("the run counts as proof")
	}
	for _, text := range []string{"why it failed", "undefined: x", "fail shared/a  1.5 s"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("output lacks %q:\n%s", text, out.String())
		}
	}
	if strings.Contains(out.String(), "quiet") {
		t.Error("a passing test's output is shown")
	}
	out.Reset()
	r.Report(&out)
	for _, text := range []string{"TestNameless does not say its level", "TestEmulatorC skipped itself", "shared/b does not build", "\n1 passed, 1 failed, 1 skipped\n"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("report lacks %q:\n%s", text, out.String())
		}
	}
}

func TestUnitCleanRunIsProof(t *testing.T) {
	r := Result{Counts: map[Level]Count{Unit: {Passed: 3}}}
	if !r.OK() {
		t.Error("a run without a problem does not count")
	}
}
