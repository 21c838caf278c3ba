package toolchain

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/ringfence/ringfence/shared/graph"
)

// ProgramsVariable names the folder of built programs to our language host.
const ProgramsVariable = "RINGFENCE_PROGRAMS"

// BuildPrograms makes sure that the programs of all stacks are built from the
// sources of the checkout, and returns their folder. Each program is called
// like its stack.
func BuildPrograms(ctx context.Context, root string, say func(string)) (folder string, err error) {
	l, err := at(root)
	if err != nil {
		return "", err
	}
	if current, err := l.programsCurrent(); current || err != nil {
		return l.programs(), err
	}
	release, err := l.lock(ctx, "programs", say)
	if err != nil {
		return "", err
	}
	defer release()
	if current, err := l.programsCurrent(); current || err != nil {
		return l.programs(), err
	}
	say("building the stack programs")
	return l.programs(), l.buildPrograms(ctx)
}

func (l layout) programsRecord() string { return l.runtime("programs.json") }

// programsCurrent says whether every program is there and built from the
// sources as they are.
func (l layout) programsCurrent() (bool, error) {
	for _, stack := range graph.Names() {
		if !isExecutable(filepath.Join(l.programs(), string(stack))) {
			return false, nil
		}
	}
	var recorded fingerprint
	text, err := os.ReadFile(l.programsRecord())
	if err != nil || json.Unmarshal(text, &recorded) != nil {
		return false, nil
	}
	files, err := l.programSources()
	if err != nil {
		return false, err
	}
	now, same := recorded.compare(l.root, files)
	if same && now != recorded {
		_ = writeJSON(l.programsRecord(), now) // only times differ
	}
	return same, nil
}

// buildPrograms builds all programs in one run, beside links to the old ones:
// go build leaves alone what has not changed, and linking is the costly part.
func (l layout) buildPrograms(ctx context.Context) error {
	files, err := l.programSources()
	if err != nil {
		return err
	}
	print, err := take(l.root, files)
	if err != nil {
		return err
	}
	fresh := l.programs() + ".new"
	if err := os.RemoveAll(fresh); err != nil { // what an interrupted run has left
		return err
	}
	if err := os.MkdirAll(fresh, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	build := goBuild{
		folder: l.root, workspace: filepath.Join(l.root, "go.work"), output: fresh + string(filepath.Separator),
	}
	for _, stack := range graph.Names() {
		_ = os.Link(filepath.Join(l.programs(), string(stack)), filepath.Join(fresh, string(stack)))
		build.packages = append(build.packages, "./"+stack.Dir())
	}
	if err := build.run(ctx); err != nil {
		return err
	}
	for _, stack := range graph.Names() {
		if err := move(filepath.Join(fresh, string(stack)), filepath.Join(l.programs(), string(stack))); err != nil {
			return err
		}
	}
	return writeJSON(l.programsRecord(), print)
}
