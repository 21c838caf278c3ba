// Package suite runs the project's tests and says, level by level, what was
// proved.
//
// Every test's name begins with its level of proof: TestUnit…, TestVerdict…,
// TestEngine…, TestEmulator… or TestLive… A test without one fails the run, and
// so does a test that skips itself: what was not run must not look like proof.
package suite

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// Level is a level of proof.
type Level string

// The levels, from the least to the most that is real.
const (
	Unit     Level = "unit"
	Verdict  Level = "verdict"
	Engine   Level = "engine"
	Emulator Level = "emulator"
	Live     Level = "live"
)

// Levels describes the levels in their order.
var Levels = []struct {
	Level Level
	// Word follows Test in the names of the level's tests.
	Word  string
	Means string
}{
	{Unit, "Unit", "programs and packages, run with mocks"},
	{Verdict, "Verdict", "access, decided by the evaluator"},
	{Engine, "Engine", "the real engine, without a provider"},
	{Emulator, "Emulator", "the real provider code, against the emulated AWS"},
	{Live, "Live", "a real AWS account"},
}

// levelOf reads a test's level from its name; subtests have their parent's.
func levelOf(test string) (Level, bool) {
	test, _, _ = strings.Cut(test, "/")
	for _, prefix := range []string{"Test", "Fuzz", "Example"} {
		rest, found := strings.CutPrefix(test, prefix)
		if !found {
			continue
		}
		for _, l := range Levels {
			if strings.HasPrefix(rest, l.Word) {
				return l.Level, true
			}
		}
	}
	return "", false
}

// Count is what became of the tests of one level, subtests not counted.
type Count struct{ Passed, Failed, Skipped int }

// Result is what became of a run.
type Result struct {
	Counts map[Level]Count
	// Problems are failures that no test's own output explains: packages that
	// did not build, tests without a level, tests that skipped themselves.
	Problems []string

	notes []string
}

// Note adds something that the reader of the report has to know.
func (r *Result) Note(text string) { r.notes = append(r.notes, text) }

// OK reports whether the run proves what it set out to.
func (r Result) OK() bool {
	for _, c := range r.Counts {
		if c.Failed+c.Skipped > 0 {
			return false
		}
	}
	return len(r.Problems) == 0
}

// event is a line of `go test -json` (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

// Runner runs packages of the checkout.
type Runner struct {
	// Dir is the folder to run in, Env the whole environment.
	Dir string
	Env []string
	// Out gets a line per package, and all that failing tests printed.
	Out io.Writer
}

// Modules returns a pattern for the packages of each module of the workspace, the
// last module first: it tests all the others together, which takes longest.
func (r Runner) Modules(ctx context.Context) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}/...")
	cmd.Dir, cmd.Env = r.Dir, r.Env
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the modules of the workspace: %w", err)
	}
	modules := strings.Fields(string(out))
	slices.Reverse(modules)
	return modules, nil
}

// Run runs the tests of packages and adds what became of them to result.
func (r Runner) Run(ctx context.Context, result *Result, packages []string, flags ...string) error {
	// A kept result would be stale: Go does not see that a file outside of the
	// module has changed, and several tests read the whole checkout. To vet is
	// what `make lint` does, with all of its checks.
	args := append(append([]string{"test", "-json", "-trimpath", "-count=1", "-vet=off"}, flags...), packages...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = r.Dir, r.Env
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	failures := len(result.Problems)
	failed := r.read(stdout, result)
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && !errors.As(err, &exit):
		return err
	case err != nil && !failed && len(result.Problems) == failures:
		// go test failed, and no test did: the packages could not be loaded.
		result.Problems = append(result.Problems, strings.TrimSpace(stderr.String()))
	}
	return nil
}

// read follows the events of a run. It reports whether a test failed.
func (r Runner) read(stdout io.Reader, result *Result) bool {
	anyFailed := false
	output := map[string]*strings.Builder{} // by package and test, until it has ended
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(r.Out, lines.Text())
			continue
		}
		key := e.Package + e.ImportPath + " " + e.Test
		if output[key] == nil {
			output[key] = &strings.Builder{}
		}
		switch e.Action {
		case "output", "build-output":
			output[key].WriteString(e.Output)
		case "pass", "fail", "skip":
			failed := e.Action == "fail"
			anyFailed = anyFailed || failed && e.Test != ""
			if failed {
				fmt.Fprint(r.Out, output[key])
			}
			if e.Test == "" {
				r.endPackage(e, result)
			} else {
				result.add(e)
			}
			delete(output, key)
		case "build-fail":
			fmt.Fprint(r.Out, output[key])
			result.Problems = append(result.Problems, e.ImportPath+" does not build")
			delete(output, key)
		}
	}
	return anyFailed
}

func (r Runner) endPackage(e event, result *Result) {
	if e.Action == "skip" {
		return // no test files
	}
	name := e.Package[strings.Index(e.Package, "/ringfence/")+1:]
	fmt.Fprintf(r.Out, "%-4s %s  %.1f s\n", e.Action, strings.TrimPrefix(name, "ringfence/ringfence/"), e.Elapsed)
	if e.Action == "fail" {
		result.Problems = append(result.Problems, e.Package+" failed")
	}
}

func (r *Result) add(e event) {
	if strings.Contains(e.Test, "/") {
		if e.Action == "skip" {
			r.Problems = append(r.Problems, e.Package+": "+e.Test+" skipped itself")
		}
		return
	}
	level, ok := levelOf(e.Test)
	if !ok {
		r.Problems = append(r.Problems, fmt.Sprintf("%s: %s does not say its level of proof: begin its name with TestUnit, TestVerdict, TestEngine, TestEmulator or TestLive", e.Package, e.Test))
	}
	if r.Counts == nil {
		r.Counts = map[Level]Count{}
	}
	count := r.Counts[level]
	switch e.Action {
	case "pass":
		count.Passed++
	case "fail":
		count.Failed++
	case "skip":
		count.Skipped++
		r.Problems = append(r.Problems, e.Package+": "+e.Test+" skipped itself")
	}
	r.Counts[level] = count
}
