package workflows

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Load reads the workflows and composite actions of a .github folder, sorted
// by their files. All that cannot be read is one error.
func Load(dir string) ([]Workflow, error) {
	var files []string
	for _, pattern := range []string{"workflows/*.yml", "workflows/*.yaml", "actions/*/action.yml", "actions/*/action.yaml"} {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	var all []Workflow
	var problems []error
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return nil, err
		}
		w, err := Parse(filepath.ToSlash(name), content)
		problems = append(problems, err)
		all = append(all, w)
	}
	return all, errors.Join(problems...)
}

// Parse reads one file. Its name, relative to the .github folder, says whether
// it is a workflow or a composite action.
func Parse(file string, content []byte) (Workflow, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return Workflow{File: file}, fmt.Errorf("%s: %w", file, err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return Workflow{File: file}, fmt.Errorf("%s: must be one YAML mapping, with `on` and `jobs` or with `runs`", file)
	}
	root := document.Content[0]
	if alias := anchored(root); alias != nil {
		return Workflow{File: file}, fmt.Errorf("%s:%d: YAML anchors and aliases hide what a job does from its reader: write it out", file, alias.Line)
	}
	w := Workflow{
		File: file, Name: text(child(root, "name")), Composite: path.Dir(path.Dir(file)) == "actions",
		Triggers: triggers(child(root, "on")), Permissions: permissions(root),
		Concurrency: concurrency(child(root, "concurrency")), Env: entries(child(root, "env")),
	}
	if w.Composite {
		runs := child(root, "runs")
		if using := text(child(runs, "using")); using != "composite" {
			return w, fmt.Errorf("%s: runs.using is %q: an action of this repository must be composite", file, using)
		}
		w.Jobs = []Job{{Line: runs.Line, Steps: steps(child(runs, "steps")), values: scalars(root, "")}}
		return w, nil
	}
	for key, value := range pairs(child(root, "jobs")) {
		w.Jobs = append(w.Jobs, job(key, value))
	}
	if len(w.Jobs) == 0 || len(w.Triggers) == 0 {
		return w, fmt.Errorf("%s: a workflow must have `on` and `jobs`", file)
	}
	return w, nil
}

func job(key, n *yaml.Node) Job {
	environment := child(n, "environment")
	if name := child(environment, "name"); name != nil {
		environment = name
	}
	return Job{
		ID: key.Value, Line: key.Line, If: bare(text(child(n, "if"))), Needs: words(child(n, "needs")),
		Permissions: permissions(n), Concurrency: concurrency(child(n, "concurrency")),
		Environment: text(environment), Env: entries(child(n, "env")),
		Uses: text(child(n, "uses")), With: entries(child(n, "with")), Secrets: text(child(n, "secrets")),
		ContinueOnError: text(child(n, "continue-on-error")),
		Steps:           steps(child(n, "steps")), values: scalars(n, ""),
	}
}

func steps(n *yaml.Node) []Step {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	out := make([]Step, len(n.Content))
	for i, s := range n.Content {
		uses, run := child(s, "uses"), child(s, "run")
		out[i] = Step{
			Name: text(child(s, "name")), If: bare(text(child(s, "if"))), Line: s.Line,
			Uses: text(uses), With: entries(child(s, "with")), Run: text(run),
			Env: entries(child(s, "env")), ContinueOnError: text(child(s, "continue-on-error")),
		}
		if uses != nil {
			out[i].UsesLine, out[i].Comment = uses.Line, uses.LineComment
		}
		if run != nil {
			out[i].RunLine = run.Line
		}
	}
	return out
}

func triggers(n *yaml.Node) []Trigger {
	if n == nil {
		return nil
	}
	var out []Trigger
	if n.Kind != yaml.MappingNode {
		for _, event := range words(n) {
			out = append(out, Trigger{Event: event, Line: n.Line})
		}
		return out
	}
	for key, value := range pairs(n) {
		t := Trigger{Event: key.Value, Line: key.Line, Branches: words(child(value, "branches")), Tags: words(child(value, "tags"))}
		if value.Kind == yaml.SequenceNode {
			for _, at := range value.Content {
				t.Crons = append(t.Crons, text(child(at, "cron")))
			}
		}
		out = append(out, t)
	}
	return out
}

func permissions(n *yaml.Node) Permissions {
	p := child(n, "permissions")
	if p == nil {
		return Permissions{}
	}
	return Permissions{Line: p.Line, All: text(p), Scopes: entries(p)}
}

func concurrency(n *yaml.Node) *Concurrency {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return &Concurrency{Line: n.Line, Group: n.Value}
	}
	return &Concurrency{
		Line: n.Line, Group: text(child(n, "group")),
		CancelInProgress: text(child(n, "cancel-in-progress")), Queue: text(child(n, "queue")),
	}
}
