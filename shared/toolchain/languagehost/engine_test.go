package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// project is a Pulumi project in a folder of its own, with its own state, run
// by the real CLI over the host built from this package.
type project struct {
	bin    string // the CLI and the host
	folder string // Pulumi.yaml and the program's source
	temp   string // where the host may build; must be empty after each command
	env    []string
}

// toolsForTest builds the host beside a link to the real CLI, as they are installed.
func toolsForTest(t *testing.T) (bin string) {
	t.Helper()
	cli, err := filepath.Abs("../../../.ringfence/bin/pulumi")
	if err != nil {
		t.Fatal(err)
	}
	if cli, err = filepath.EvalSymlinks(cli); err != nil {
		t.Fatalf("%v: the engine tests need the pinned Pulumi CLI; run ./ringfence tools", err)
	}
	bin = t.TempDir()
	// A copy, not a link to elsewhere: the CLI looks for the host beside itself.
	if err := os.Link(cli, filepath.Join(bin, "pulumi")); err != nil {
		program, err := os.ReadFile(cli)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, "pulumi"), program, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	compile(t, ".", filepath.Join(bin, "pulumi-language-go"))
	return bin
}

func compile(t *testing.T, folder, to string) {
	t.Helper()
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", to, ".")
	build.Dir = folder
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", folder, err, out)
	}
}

func newProject(t *testing.T, bin string) *project {
	t.Helper()
	p := &project{bin: bin, folder: t.TempDir(), temp: t.TempDir()}
	for to, from := range map[string]string{
		"main.go": "testdata/stash/main.go", "Pulumi.yaml": "testdata/stash/Pulumi.yaml",
		"go.mod": "../go.mod", "go.sum": "../go.sum",
	} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.folder, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.env = append(os.Environ(), "GOWORK=off",
		"PATH="+bin+":"+os.Getenv("PATH"), "TMPDIR="+p.temp, programsVariable+"=",
		"PULUMI_HOME="+t.TempDir(), "PULUMI_BACKEND_URL=file://"+t.TempDir(),
		"PULUMI_CONFIG_PASSPHRASE=passphrase of no value", "PULUMI_SKIP_UPDATE_CHECK=true")
	if out, err := p.pulumi("stack", "init", "test"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

func (p *project) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(filepath.Join(p.bin, "pulumi"), append(args, "--non-interactive")...)
	cmd.Dir, cmd.Env = p.folder, p.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

func (p *project) pulumi(args ...string) (string, error) {
	cmd, out := p.command(args...)
	err := cmd.Run()
	return out.String(), err
}

func (p *project) set(variable, value string) { p.env = append(p.env, variable+"="+value) }

// leftovers are the temporary builds that outlived the host.
func (p *project) leftovers(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(p.temp, "ringfence-program-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEngineRunsProgramFromSource(t *testing.T) {
	p := newProject(t, toolsForTest(t))
	out, err := p.pulumi("up", "--yes", "--skip-preview")
	if err != nil || !strings.Contains(out, "+ 2 created") {
		t.Errorf("up: %v\n%s", err, out)
	}
	if strings.Contains(out, "warning") {
		t.Errorf("up warns:\n%s", out)
	}
	out, err = p.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
	if err != nil || !strings.Contains(out, "2 unchanged") {
		t.Errorf("a second up: %v\n%s", err, out)
	}
	if left := p.leftovers(t); len(left) > 0 {
		t.Errorf("temporary builds left behind: %v", left)
	}
	if out, err = p.pulumi("about"); err != nil || !strings.Contains(out, "go version go") {
		t.Errorf("about: %v\n%s", err, out)
	}
}

func TestEngineSaysWhyProgramDoesNotBuild(t *testing.T) {
	p := newProject(t, toolsForTest(t))
	if err := os.WriteFile(filepath.Join(p.folder, "main.go"), []byte("package main\n\nfunc main() { undefinedThing() }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := p.pulumi("up", "--yes", "--skip-preview")
	if err == nil || strings.Count(out, "undefined: undefinedThing") != 1 {
		t.Errorf("want the compiler's message once and a failure, got %v\n%s", err, out)
	}
}

func TestEngineRunsBuiltProgramAndBuildsNothing(t *testing.T) {
	p := newProject(t, toolsForTest(t))
	programs := t.TempDir()
	compile(t, p.folder, filepath.Join(programs, "stash"))
	if err := os.Remove(filepath.Join(p.folder, "main.go")); err != nil {
		t.Fatal(err)
	}
	p.set(programsVariable, programs)
	out, err := p.pulumi("up", "--yes")
	if err != nil || !strings.Contains(out, "+ 2 created") {
		t.Errorf("up: %v\n%s", err, out)
	}

	failures := map[string]struct {
		stash string
		want  string
	}{
		"an error that the program reported itself is the only one": {"fail", "* the stash is full\n"},
		"a bare exit status is named":                               {"exit", "program exited with non-zero exit code: 3"},
	}
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			failing := *p
			failing.set("STASH", test.stash)
			out, err := failing.pulumi("up", "--yes", "--skip-preview")
			if err == nil || !strings.Contains(out, test.want) || !strings.Contains(out, " 1 error\n") {
				t.Errorf("want one error, %q, got %v\n%s", test.want, err, out)
			}
		})
	}
}

func TestEngineLeavesNoProcess(t *testing.T) {
	bin := toolsForTest(t)
	built := newProject(t, bin)
	programs := t.TempDir()
	compile(t, built.folder, filepath.Join(programs, "stash"))

	for name, how := range map[string]syscall.Signal{"interrupted": syscall.SIGINT, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, bin)
			pids := filepath.Join(t.TempDir(), "pids")
			p.set(programsVariable, programs)
			p.set("STASH", "hang")
			p.set("STASH_PIDS", pids)
			cmd, out := p.command("up", "--yes", "--skip-preview")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			program, child := waitForPids(t, pids)
			// The engine takes the first interrupt as a request and waits for
			// the program; the second ends it.
			for range 2 {
				if err := cmd.Process.Signal(how); err != nil {
					break
				}
				time.Sleep(time.Second)
			}
			guard := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
			defer guard.Stop()
			if err := cmd.Wait(); err == nil {
				t.Errorf("up succeeded\n%s", out)
			}
			for _, pid := range []int{program, child} {
				if !endsWithin(pid, 15*time.Second) {
					syscall.Kill(pid, syscall.SIGKILL)
					t.Errorf("process %d outlived the engine\n%s", pid, out)
				}
			}
		})
	}
}

func waitForPids(t *testing.T, file string) (program, child int) {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(50 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil {
			if _, err := fmt.Sscan(string(text), &program, &child); err != nil {
				t.Fatal(err)
			}
			return program, child
		}
	}
	t.Fatal("the program did not start within a minute")
	return 0, 0
}

func endsWithin(pid int, limit time.Duration) bool {
	for start := time.Now(); time.Since(start) < limit; time.Sleep(50 * time.Millisecond) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
	}
	return false
}
