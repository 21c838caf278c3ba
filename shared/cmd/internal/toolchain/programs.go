package toolchain

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
)

// ProgramsVariable names the folder of built programs to our language host.
const ProgramsVariable = "RINGFENCE_PROGRAMS"

// PolicyPack is the name of the policy pack among the programs.
const PolicyPack = "policypack"

// BuildPrograms makes sure that the programs of all stacks and the policy pack
// are built from the sources of the checkout, and returns their folder. Each
// program is called like its stack.
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

// PolicyPackPath is the path of the policy pack that BuildPrograms makes.
func PolicyPackPath(root string) string {
	return filepath.Join(layout{root: root}.programs(), PolicyPack)
}

// programPackages are the packages of the programs, by the program's name.
func programPackages() map[string]string {
	packages := map[string]string{PolicyPack: "./shared/" + PolicyPack}
	for _, stack := range graph.Names() {
		packages[string(stack)] = "./" + stack.Dir()
	}
	return packages
}

func (l layout) programsRecord() string { return l.runtime("programs.json") }

// programsCurrent says whether every program is there and built from the
// sources as they are.
func (l layout) programsCurrent() (bool, error) {
	for program := range programPackages() {
		if !isExecutable(filepath.Join(l.programs(), program)) {
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
	packages := programPackages()
	for _, program := range slices.Sorted(maps.Keys(packages)) {
		_ = os.Link(filepath.Join(l.programs(), program), filepath.Join(fresh, program))
		build.packages = append(build.packages, packages[program])
	}
	if err := build.run(ctx); err != nil {
		return err
	}
	for program := range packages {
		if err := move(filepath.Join(fresh, program), filepath.Join(l.programs(), program)); err != nil {
			return err
		}
	}
	return writeJSON(l.programsRecord(), print)
}
