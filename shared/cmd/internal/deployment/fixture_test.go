package deployment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/awsstub"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// diamond is a graph with a beginning, two independent stacks, and an end.
var diamond = []graph.Stack{
	{Name: "base"},
	{Name: "left", DependsOn: []graph.Name{"base"}},
	{Name: "right", DependsOn: []graph.Name{"base"}},
	{Name: "top", DependsOn: []graph.Name{"left", "right"}},
}

// throwAway is an estate in a temporary folder, deployed by the real engine.
type throwAway struct {
	*deployment.Deployment
	aws    *awsstub.Server
	kill   chan struct{}
	output *bytes.Buffer
}

// behaviour is what the program of a stack does; see testdata/stash.
type behaviour struct {
	Keep              int
	Value, Fail, Hang string
	Tell, Await       string
	Exports           []string
	Reads, Replace    bool
}

func newThrowAway(t *testing.T, stacks []graph.Stack) *throwAway {
	t.Helper()
	root := t.TempDir()
	e, err := estate.New(stacks)
	if err != nil {
		t.Fatal(err)
	}
	aws := awsstub.New(t)
	output := &bytes.Buffer{}
	kill := make(chan struct{})
	a := &throwAway{
		Deployment: &deployment.Deployment{
			Site: deployment.Site{
				Root: root, Estate: e, Name: "local",
				Environment: &config.Environment{
					Name: "local", Target: config.Emulator, AccountID: awsstub.Account, Region: "eu-central-1",
				},
			},
			Machine: &machine{t: t, root: root, aws: aws, stacks: stacks},
			Console: console.New(output, os.Getenv),
			Environ: os.Environ(), Kill: kill,
		},
		aws: aws, kill: kill, output: output,
	}
	for _, s := range stacks {
		a.write(t, filepath.Join(s.Name.Dir(), "Pulumi.yaml"), fmt.Sprintf("name: %s\nruntime: go\n", s.Name.Project()))
		a.behave(t, s.Name, behaviour{Keep: 2, Value: "first"})
	}
	return a
}

func (a *throwAway) write(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join(a.Root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *throwAway) behave(t *testing.T, stack graph.Name, b behaviour) {
	t.Helper()
	content, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, filepath.Join(stack.Dir(), "behaviour"), string(content))
}

func (a *throwAway) all() deployment.Selection {
	return deployment.Selection{Stacks: a.Estate.Names()}
}

// up deploys and fails the test unless the result is as wanted.
func (a *throwAway) up(t *testing.T, want estate.Result) deployment.Report {
	t.Helper()
	return a.result(t, want, a.Up)
}

func (a *throwAway) destroy(t *testing.T, want estate.Result) deployment.Report {
	t.Helper()
	return a.result(t, want, a.Destroy)
}

func (a *throwAway) result(
	t *testing.T, want estate.Result, run func(context.Context, deployment.Selection) (deployment.Report, error),
) deployment.Report {
	t.Helper()
	report, err := run(context.Background(), a.all())
	if err != nil {
		t.Fatalf("%v\n%s", err, a.output)
	}
	if report.Result != want {
		t.Fatalf("the result is %q, want %q: %+v\n%s", report.Result, want, report.Stacks, a.output)
	}
	return report
}

// machine has the real CLI, and an emulator that is a server in this process.
type machine struct {
	t      *testing.T
	root   string
	aws    *awsstub.Server
	stacks []graph.Stack
	// stopped: the emulator does not run.
	stopped bool
	// cli is used in place of the real CLI when it is set.
	cli string
	// at, when it is set, is told what the machine is asked for.
	at func(what string)
}

func (m *machine) asked(what string) {
	if m.at != nil {
		m.at(what)
	}
}

func (m *machine) Tools(context.Context, func(string)) (deployment.Tools, error) {
	m.asked("tools")
	bin := realTools(m.t)
	cli := m.cli
	if cli == "" {
		cli = filepath.Join(bin, "pulumi")
	}
	return deployment.Tools{
		CLI: cli,
		Env: []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "PULUMI_HOME=" + filepath.Join(m.root, "home")},
	}, nil
}

func (m *machine) Programs(context.Context, func(string)) (string, error) {
	m.asked("programs")
	folder := filepath.Join(m.root, "programs")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	for _, s := range m.stacks {
		link := filepath.Join(folder, string(s.Name))
		if err := os.Symlink(filepath.Join(realTools(m.t), "stash"), link); err != nil && !os.IsExist(err) {
			return "", err
		}
	}
	return folder, nil
}

func (m *machine) Provider(context.Context, []string) (string, func(), error) {
	m.asked("provider")
	return "", func() {}, nil
}

func (m *machine) StartEmulator(context.Context, func(string)) (deployment.Emulator, error) {
	m.asked("emulator")
	m.stopped = false
	return deployment.Emulator{Endpoint: m.aws.URL}, nil
}

func (m *machine) Emulator(context.Context) (deployment.Emulator, bool, error) {
	return deployment.Emulator{Endpoint: m.aws.URL}, !m.stopped, nil
}

var tools struct {
	once sync.Once
	bin  string
	err  error
}

// realTools is a folder with the pinned CLI, the language host and the program
// of the throw-away stacks.
func realTools(t *testing.T) string {
	t.Helper()
	tools.once.Do(func() { tools.err = buildTools() })
	if tools.err != nil {
		t.Fatal(tools.err)
	}
	return tools.bin
}

func buildTools() (err error) {
	bin := os.Getenv("RINGFENCE_BIN") // set by ./ringfence test
	if bin == "" {
		bin = "../../../../.ringfence/bin"
	}
	cli, err := filepath.EvalSymlinks(filepath.Join(bin, "pulumi"))
	if err != nil {
		return fmt.Errorf("%w: engine tests need the pinned Pulumi CLI: ./ringfence tools", err)
	}
	if tools.bin, err = os.MkdirTemp("", "ringfence-engine-test-"); err != nil {
		return err
	}
	// A copy, because the CLI looks for the language host beside itself.
	if err := copyFile(cli, filepath.Join(tools.bin, "pulumi")); err != nil {
		return err
	}
	for program, folder := range map[string]string{
		"pulumi-language-go": "../../../toolchain/languagehost", "stash": "testdata/stash",
	} {
		build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(tools.bin, program), ".")
		build.Dir = folder
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", folder, err, out)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

func TestMain(m *testing.M) {
	status := m.Run()
	if tools.bin != "" {
		_ = os.RemoveAll(tools.bin)
	}
	os.Exit(status)
}
