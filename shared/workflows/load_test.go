package workflows

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestUnitParseReadsEveryFormGitHubTakes(t *testing.T) {
	w, err := Parse("workflows/x.yml", []byte(`
name: x
on:
  push: { branches: main, tags: ["v*"] }
  schedule:
    - cron: "1 2 * * *"
  workflow_dispatch:
permissions: read-all
concurrency: one
env: { A: b }
jobs:
  first:
    if: ${{ always() }}
    permissions: { contents: read }
    environment: { name: prod, url: "https://example.com" }
    concurrency: { group: g, cancel-in-progress: false, queue: max }
    steps:
      - uses: a/b@c # v1
        with: { x: 1 }
      - run: |
          true
        env: { B: "2" }
        continue-on-error: true
  second:
    needs: first
    environment: dev
    uses: ./.github/workflows/y.yml
    secrets: inherit
`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.Jobs {
		w.Jobs[i].values = nil
	}
	want := Workflow{
		File: "workflows/x.yml", Name: "x",
		Triggers: []Trigger{
			{Event: "push", Line: 4, Branches: []string{"main"}, Tags: []string{"v*"}},
			{Event: "schedule", Line: 5, Crons: []string{"1 2 * * *"}},
			{Event: "workflow_dispatch", Line: 7},
		},
		Permissions: Permissions{Line: 8, All: "read-all"},
		Concurrency: &Concurrency{Line: 9, Group: "one"},
		Env:         []Entry{{"A", "b", 10}},
		Jobs: []Job{
			{
				ID: "first", Line: 12, If: "always()", Environment: "prod",
				Permissions: Permissions{Line: 14, Scopes: []Entry{{"contents", "read", 14}}},
				Concurrency: &Concurrency{Line: 16, Group: "g", CancelInProgress: "false", Queue: "max"},
				Steps: []Step{
					{Line: 18, Uses: "a/b@c", UsesLine: 18, Comment: "# v1", With: []Entry{{"x", "1", 19}}},
					{Line: 20, Run: "true\n", RunLine: 20, Env: []Entry{{"B", "2", 22}}, ContinueOnError: "true"},
				},
			},
			{ID: "second", Line: 24, Needs: []string{"first"}, Environment: "dev", Uses: "./.github/workflows/y.yml", Secrets: "inherit"},
		},
	}
	if !reflect.DeepEqual(w, want) {
		t.Errorf("got  %+v\nwant %+v", w, want)
	}
}

func TestUnitParseTakesAListOfEvents(t *testing.T) {
	w, err := Parse("workflows/x.yml", []byte("on: [push, pull_request_target]\njobs: { a: { steps: [] } }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, found := w.On("pull_request_target"); !found {
		t.Errorf("got %+v", w.Triggers)
	}
}

func TestUnitParseRefusesWhatItCannotJudge(t *testing.T) {
	tests := []struct{ name, file, content, says string }{
		{"not YAML", "workflows/x.yml", "on: [", "workflows/x.yml"},
		{"empty", "workflows/x.yml", "", "must be one YAML mapping"},
		{"a list", "workflows/x.yml", "- a", "must be one YAML mapping"},
		{"no jobs", "workflows/x.yml", "on: push", "must have `on` and `jobs`"},
		{"no event", "workflows/x.yml", "jobs: { a: {} }", "must have `on` and `jobs`"},
		{"an alias", "workflows/x.yml", "on: push\njobs:\n  a: &a { steps: [] }\n  b: *a\n", "workflows/x.yml:3: YAML anchors"},
		{"an action in JavaScript", "actions/x/action.yml", "runs: { using: node24, main: x.js }", `"node24"`},
		{"an action that does nothing", "actions/x/action.yml", "name: x", "must be composite"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.file, []byte(tt.content))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want it to say %q", err, tt.says)
			}
		})
	}
}

func TestUnitLoadReportsEveryFileThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"workflows/a.yml", "workflows/b.yaml", "actions/c/action.yml"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("- nothing"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Load(dir)
	for _, name := range []string{"workflows/a.yml", "workflows/b.yaml", "actions/c/action.yml"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want it to name %s", err, name)
		}
	}
}
