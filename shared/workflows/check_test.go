package workflows

import (
	"slices"
	"strings"
	"testing"
)

// github is the folder of the real workflows: the rules are tried on what they
// are there for. It is a link, because go test takes an old result for a new one
// where only files outside of the module have changed.
const github = "testdata/github"

func TestUnitTheRepositoryKeepsEveryRule(t *testing.T) {
	all, err := Load(github)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 8 {
		t.Fatalf("read %d files only", len(all))
	}
	for _, f := range Check(all) {
		t.Error(f)
	}
}

// Each defect is put into the real workflows, and must be found by the rule
// that is there for it and by no other.
func TestUnitEveryDefectIsFound(t *testing.T) {
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			found := Check(parse(t, d.apply(t, sources(t))))
			if len(found) == 0 {
				t.Fatalf("nobody noticed; rule %s should have", d.rule)
			}
			for _, f := range found {
				if f.Rule != d.rule {
					t.Errorf("found by %s, want %s only: %s", f.Rule, d.rule, f)
				}
				if f.Message == "" || f.Remedy == "" || f.Control == "" {
					t.Errorf("says too little: %#v", f)
				}
			}
			if d.says != "" && !strings.Contains(found[0].String(), d.says) {
				t.Errorf("got %q, want it to say %q", found[0], d.says)
			}
		})
	}
}

func TestUnitEveryRuleHasADefect(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.Name] {
			t.Errorf("there are two rules %s", r.Name)
		}
		seen[r.Name] = true
		if r.Holds == "" || !strings.HasPrefix(r.Control, "PIP-0") {
			t.Errorf("rule %s does not say what holds, or for which control", r.Name)
		}
		if !slices.ContainsFunc(defects, func(d defect) bool { return d.rule == r.Name }) {
			t.Errorf("no defect shows that rule %s finds anything", r.Name)
		}
	}
}

// A repository without workflows keeps no control.
func TestUnitMissingWorkflowsAreFound(t *testing.T) {
	var controls []string
	for _, f := range Check(nil) {
		if f.File != "" || f.Line != 0 {
			t.Errorf("blames a place: %s", f)
		}
		controls = append(controls, f.Control)
	}
	for _, want := range []string{DeployOrder, Dependencies, Drift} {
		if !slices.Contains(controls, want) {
			t.Errorf("nobody misses what keeps %s", want)
		}
	}
}

func TestUnitRequires(t *testing.T) {
	const own = OwnPullRequest
	tests := []struct {
		condition string
		want      bool
	}{
		{own, true},
		{own + " && vars.X", true},
		{"vars.X  &&  " + strings.ReplaceAll(own, " == ", "  ==  "), true},
		{"contains(fromJSON(vars.X || '[]'), 'dev') && " + own, true},
		{"", false},
		{"vars.X", false},
		{own + " || vars.X", false},
		{"(" + own + " || vars.X) && vars.Y", false},
		{"!(" + own + ")", false},
		{"always() && vars.X || " + own, false},
		{strings.ReplaceAll(own, "==", "!="), false},
	}
	for _, tt := range tests {
		if got := requires(tt.condition, own); got != tt.want {
			t.Errorf("%q: got %v", tt.condition, got)
		}
	}
}
