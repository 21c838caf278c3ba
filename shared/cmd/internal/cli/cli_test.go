package cli

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulator"
	"github.com/ringfence/ringfence/shared/cmd/internal/toolchain"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestUnitMistakesInTheCommandLine(t *testing.T) {
	tests := []struct {
		args string
		want string
	}{
		{"dance", `unknown command "dance"`},
		{"up --nev local", "unknown flag: --nev"},
		{"up network", `unknown command "network"`},
		{"up --stack databse", `--stack: unknown stack "databse": the stacks are network, security, data, audit`},
		{"up --only", "--only says to leave out what a stack needs: name the stack with --stack"},
		{"up --env stacks/environments/local.yaml", "give the name of an environment"},
		{"graph --json --mermaid", "--json and --mermaid exclude each other"},
		{"affected", "--base is missing: name the branch, tag or commit to compare with, such as origin/main"},
		{"affected --base main --or-stale", "name the environment with --env"},
		{"affected --base main --json --matrix", "--json and --matrix exclude each other"},
		{"emulator restart", `unknown command "restart"`},
		{"destroy --env dev --only", "--only says"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			status, out, errOut := run(t, checkout(t, nil), strings.Fields(tt.args)...)
			if status != exitUsage || !strings.Contains(errOut, tt.want) || !strings.Contains(errOut, "Try: ./ringfence help") {
				t.Errorf("status %d, error %q; want status 2 and %q", status, errOut, tt.want)
			}
			if out != "" {
				t.Errorf("standard output holds %q", out)
			}
		})
	}
}

// The environment file comes first: all its errors, and nothing is started.
func TestUnitMistakesInTheEnvironmentFile(t *testing.T) {
	root := checkout(t, map[string]string{"broken": "target: emulator\nlifecycle: forever\nregin: eu-central-1\n"})
	tests := []struct {
		args string
		want []string
	}{
		{"up --env nowhere", []string{`environment "nowhere"`, "the environments are broken, dev, ephemeral, local"}},
		{"up --env broken", []string{"broken.yaml has", "regin: unknown key"}},
		{"destroy --env broken", []string{"regin: unknown key"}},
		{"status --env broken", []string{"regin: unknown key"}},
		{"up --name PR_42", []string{`stack name "PR_42"`, "lower-case"}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			status, _, errOut := run(t, root, strings.Fields(tt.args)...)
			if status != exitFailed {
				t.Errorf("status %d, want 1", status)
			}
			for _, want := range tt.want {
				if !strings.Contains(errOut, want) {
					t.Errorf("%q lacks %q", errOut, want)
				}
			}
		})
	}
}

func TestUnitErrorsAsJSON(t *testing.T) {
	status, out, errOut := run(t, checkout(t, nil), "up", "--env", "nowhere", "--json")
	var answer struct{ Error string }
	if err := json.Unmarshal([]byte(out), &answer); err != nil || status != exitFailed {
		t.Fatalf("status %d, output %q, %v", status, out, err)
	}
	if !strings.Contains(answer.Error, "nowhere") || !strings.Contains(errOut, "error: ") {
		t.Errorf("error %q, standard error %q", answer.Error, errOut)
	}
}

func TestUnitDestroyOfARealEnvironmentAsks(t *testing.T) {
	status, _, errOut := run(t, checkout(t, nil), "destroy", "--env", "dev", "--stack", "data")
	if status != exitFailed || !strings.Contains(errOut, `that is not "dev": nothing was deleted`) {
		t.Errorf("status %d, %q", status, errOut)
	}
	if want := "This deletes audit, data of environment dev in account 111111111111."; !strings.Contains(errOut, want) {
		t.Errorf("%q lacks %q", errOut, want)
	}
}

func TestUnitStatusNeedsNoEmulatorAndNoTools(t *testing.T) {
	root := checkout(t, nil)
	status, out, errOut := run(t, root, "status")
	if status != exitOK {
		t.Fatalf("status %d: %s", status, errOut)
	}
	check(t, "status-nothing.golden", out)
	if status, out, _ = run(t, root, "outputs"); status != exitOK || out != "nothing is deployed: ./ringfence up\n" {
		t.Errorf("outputs: %d, %q", status, out)
	}
	status, _, errOut = run(t, root, "outputs", "--stack", "data")
	if status != exitFailed || !strings.Contains(errOut, "stack data exports nothing, because it is not deployed: ./ringfence up --stack data") {
		t.Errorf("outputs of data: %d, %q", status, errOut)
	}
}

func TestUnitEnvNeedsARunningEmulator(t *testing.T) {
	status, out, errOut := run(t, checkout(t, nil), "env")
	if status != exitFailed || out != "" || !strings.Contains(errOut, "the emulator does not run: ./ringfence up") {
		t.Errorf("status %d, %q, %q", status, out, errOut)
	}
}

func TestUnitHelp(t *testing.T) {
	for _, command := range []string{"", "up", "destroy", "emulator", "affected"} {
		status, out, errOut := run(t, checkout(t, nil), append(strings.Fields(command), "--help")...)
		if status != exitOK || errOut != "" {
			t.Errorf("%s --help: %d, %q", command, status, errOut)
		}
		check(t, strings.TrimSuffix("help-"+command, "-")+".golden", out)
	}
}

func TestUnitVersion(t *testing.T) {
	_, out, _ := run(t, "", "version")
	for _, want := range []string{"pulumi       " + toolchain.PulumiVersion, "moto         " + emulator.Version} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("%q lacks %q", out, want)
		}
	}
}

func TestUnitGraph(t *testing.T) {
	for name, args := range map[string][]string{
		"graph.golden": {"graph"}, "graph.mermaid.golden": {"graph", "--mermaid"}, "graph.json.golden": {"graph", "--json"},
	} {
		status, out, errOut := run(t, "", args...)
		if status != exitOK {
			t.Errorf("%v: %s", args, errOut)
		}
		check(t, name, out)
	}
}

func TestUnitPicturesOfOtherGraphs(t *testing.T) {
	needs := func(name graph.Name, on ...graph.Name) graph.Stack { return graph.Stack{Name: name, DependsOn: on} }
	pictures := map[string][]graph.Stack{
		"one":         {needs("a")},
		"apart":       {needs("a"), needs("b")},
		"chain":       {needs("a"), needs("b", "a"), needs("c", "b")},
		"diamond":     {needs("a"), needs("b", "a"), needs("c", "a"), needs("d", "b", "c")},
		"passes by":   {needs("a"), needs("b"), needs("c", "a"), needs("d", "b"), needs("e", "a", "d")},
		"over a line": {needs("a"), needs("b"), needs("c", "a"), needs("d", "b", "c")},
	}
	var all strings.Builder
	for _, name := range []string{"one", "apart", "chain", "diamond", "passes by", "over a line"} {
		all.WriteString(name + "\n" + picture(pictures[name]) + "\n\n")
	}
	check(t, "pictures.golden", all.String())
}

func TestUnitOutputsForPeople(t *testing.T) {
	value := map[string]any{"b": "two", "a": []any{}}
	if got := strings.Join(lines(value), "|"); got != "a: none|b: two" {
		t.Errorf("a map is %q", got)
	}
	if got := strings.Join(lines([]any{"x", "y"}), "|"); got != "x|y" {
		t.Errorf("a list is %q", got)
	}
	if got := strings.Join(lines(3.0), "|"); got != "3" {
		t.Errorf("a number is %q", got)
	}
}

func TestUnitShellQuoting(t *testing.T) {
	if got, want := quote("it's $HOME"), `'it'\''s $HOME'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUnitConfirmation(t *testing.T) {
	answers := func(in io.Reader) error {
		site := deployment.Site{Name: "dev", Environment: &config.Environment{Name: "dev", AccountID: "111111111111"}}
		return (&App{In: in, Err: io.Discard}).confirm(&deployment.Deployment{Site: site}, deployment.Selection{})
	}
	if err := answers(strings.NewReader("dev\n")); err != nil {
		t.Errorf("the name: %v", err)
	}
	for _, wrong := range []string{"", "\n", "yes\n", "prod\n"} {
		if err := answers(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q was taken for a yes", wrong)
		}
	}
	nobody, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	var usage usageError
	if err := answers(nobody); !errors.As(err, &usage) || !strings.Contains(err.Error(), "or add --yes") {
		t.Errorf("nobody there to ask: %v", err)
	}
}
