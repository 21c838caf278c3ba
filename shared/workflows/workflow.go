package workflows

import (
	"slices"
	"strings"
)

// Workflow is a file below .github: a workflow, or a composite action.
type Workflow struct {
	// File is the path relative to the .github folder, with slashes.
	File string
	Name string
	// Composite says that the file is a composite action. It then has one job,
	// with the action's steps and no name, and runs in the job that uses it.
	Composite   bool
	Triggers    []Trigger
	Permissions Permissions
	Concurrency *Concurrency
	Env         []Entry
	Jobs        []Job
}

// Trigger is an event that starts a workflow.
type Trigger struct {
	// Event is the event's name, such as pull_request.
	Event string
	// Line is where it stands in the file.
	Line int
	// Branches and Tags are the patterns that a push must match.
	Branches, Tags []string
	// Crons are the times of a schedule, in cron's five fields, UTC.
	Crons []string
}

// Permissions are what the workflow's token may do on GitHub.
type Permissions struct {
	// Line is where they are stated, 0 where they are not.
	Line int
	// All is the short form, read-all or write-all.
	All string
	// Scopes are the stated scopes; those left out are none.
	Scopes []Entry
}

// Entry is a key of a mapping with its value, as written.
type Entry struct {
	Key, Value string
	Line       int
}

// Concurrency says what may not run side by side.
type Concurrency struct {
	Line  int
	Group string
	// CancelInProgress is as written, empty where it is left out: it may be an
	// expression.
	CancelInProgress string
	// Queue is "max" where every waiting run keeps its place. With "single",
	// the default, a newer one takes the place of the one that waits.
	Queue string
}

// Job is a job of a workflow.
type Job struct {
	ID   string
	Line int
	// If is the condition, without the ${{ }} around it.
	If          string
	Needs       []string
	Permissions Permissions
	Concurrency *Concurrency
	// Environment is the GitHub environment, whose rules the job waits for.
	Environment string
	Env         []Entry
	// Uses is the reusable workflow that is the job, and With its inputs.
	Uses string
	With []Entry
	// Secrets is what a reusable workflow is handed: "inherit" for everything.
	Secrets         string
	ContinueOnError string
	Steps           []Step

	// values are all scalars of the job, wherever they stand.
	values []Entry
}

// Step is a step of a job or of a composite action.
type Step struct {
	Name, If string
	Line     int
	Uses     string
	// UsesLine and Comment are the line of Uses and the comment behind it.
	UsesLine int
	Comment  string
	With     []Entry
	// Run is the script, and RunLine the line it begins at.
	Run             string
	RunLine         int
	Env             []Entry
	ContinueOnError string
}

// On returns the trigger for an event.
func (w Workflow) On(event string) (Trigger, bool) {
	i := slices.IndexFunc(w.Triggers, func(t Trigger) bool { return t.Event == event })
	if i < 0 {
		return Trigger{}, false
	}
	return w.Triggers[i], true
}

// Job returns the job with an id.
func (w Workflow) Job(id string) (Job, bool) {
	i := slices.IndexFunc(w.Jobs, func(j Job) bool { return j.ID == id })
	if i < 0 {
		return Job{}, false
	}
	return w.Jobs[i], true
}

// Runs reports whether a step of the job runs a script that contains text.
func (j Job) Runs(text string) bool {
	return slices.ContainsFunc(j.Steps, func(s Step) bool { return strings.Contains(s.Run, text) })
}

// Scope returns what a permission is stated as, or "none".
func (p Permissions) Scope(name string) string {
	if value, found := entry(p.Scopes, name); found {
		return value.Value
	}
	return "none"
}

// action is the name of the action that a step uses, without its version.
func (s Step) action() string {
	name, _, _ := strings.Cut(s.Uses, "@")
	return name
}

func entry(entries []Entry, key string) (Entry, bool) {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Key == key })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}
