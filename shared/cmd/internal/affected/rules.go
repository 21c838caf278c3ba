package affected

import (
	"path"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// environments is the folder of the environment files.
const environments = "stacks/environments"

// estateWide are files, and folders where the name ends with a slash, that every
// stack is built, tested or deployed with.
var estateWide = []struct{ name, why string }{
	{"shared/toolchain/", "part of the toolchain"},
	{".github/", "part of the workflows"},
	{".ci/", "part of continuous integration"},
	{"Makefile", "what every stack is built with"},
	{"ringfence", "builds the command, which deploys every stack"},
	{".pulumi.version", "the pinned Pulumi"},
	{"go.work", "decides the versions of all modules"},
	{"go.work.sum", "decides the versions of all modules"},
}

// judge says which stacks a change of one file affects, and why; none where it is
// harmless.
func (q Question) judge(file string) (Reason, []graph.Name) {
	reason := func(why string) Reason { return Reason{File: file, Why: why} }
	switch base := path.Base(file); {
	case path.Dir(file) == environments:
		return q.judgeEnvironment(file)
	case !isTest(file) && (base == "go.mod" || base == "go.sum"), file == "tests/go.mod", file == "tests/go.sum":
		// In a workspace, each has a say in the versions of every module.
		return reason("decides the versions of all modules"), q.all()
	case q.Programs.Embeds(file):
		return q.judgePackage(file)
	case isTest(file):
		return reason("only for tests"), nil
	case path.Ext(file) == ".md", base == "LICENSE":
		return reason("documentation"), nil
	}
	for _, wide := range estateWide {
		if file == wide.name || strings.HasSuffix(wide.name, "/") && strings.HasPrefix(file, wide.name) {
			return reason(wide.why), q.all()
		}
	}
	if path.Ext(file) == ".go" {
		return q.judgePackage(file)
	}
	if stack, ok := q.owner(file); ok {
		return reason("in the folder of the stack"), []graph.Name{stack}
	}
	if q.Programs.Holds(path.Dir(file)) {
		return q.judgePackage(file)
	}
	return reason("not known to belong to one stack only"), q.all()
}

// isTest reports whether a file is there for tests alone.
func isTest(file string) bool {
	return strings.HasPrefix(file, "tests/") || strings.HasSuffix(file, "_test.go") ||
		slices.Contains(strings.Split(path.Dir(file), "/"), "testdata")
}

// judgeEnvironment judges a file beside the environment files.
func (q Question) judgeEnvironment(file string) (Reason, []graph.Name) {
	reason := func(why string) Reason { return Reason{File: file, Why: why} }
	name, isEnvironment := strings.CutSuffix(path.Base(file), ".yaml")
	switch {
	case path.Base(file) == config.ExceptionsFile:
		return reason("decides which findings stop a deployment, of any stack"), q.all()
	case path.Base(file) == "environment.schema.json":
		return reason("read by editors only"), nil
	case path.Ext(file) == ".md":
		return reason("documentation"), nil
	case !isEnvironment:
		return reason("not known to belong to one stack only"), q.all()
	case q.Environment != "" && q.Environment != name:
		return reason("environment " + name + " only"), nil
	}
	return reason("environment " + name), q.all()
}

// judgePackage judges a file that is part of a Go package, or lies beside its
// files, where the program may find it when it runs.
func (q Question) judgePackage(file string) (Reason, []graph.Name) {
	folder := path.Dir(file)
	if !q.Programs.Holds(folder) {
		folder = q.Programs.embedder(file)
	}
	if folder == "" && !q.Programs.inModule(file) {
		return Reason{File: file, Why: "in no module of the workspace"}, q.all()
	}
	reason := Reason{File: file, Package: folder, Why: "package " + folder}
	var stacks []graph.Name
	for _, program := range q.Programs.users[folder] {
		if program.stack == "" {
			reason.Why += " of " + program.what
			return reason, q.all()
		}
		stacks = append(stacks, program.stack)
	}
	if len(stacks) == 0 {
		// Also where the whole package was deleted: what imported it was changed too.
		return Reason{File: file, Why: "no program is built from it"}, nil
	}
	return reason, stacks
}

// owner is the stack in whose folder a file is.
func (q Question) owner(file string) (graph.Name, bool) {
	for _, s := range q.Stacks {
		if strings.HasPrefix(file, s.Name.Dir()+"/") {
			return s.Name, true
		}
	}
	return "", false
}

func (q Question) all() []graph.Name {
	names := make([]graph.Name, len(q.Stacks))
	for i, s := range q.Stacks {
		names[i] = s.Name
	}
	return names
}
