package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/awsstub"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/graph"
)

// looking is a machine with a running emulator and tools, where nothing may be
// built or started.
type looking struct {
	untouchable
	aws *awsstub.Server
}

func (m looking) Emulator(context.Context) (deployment.Emulator, bool, error) {
	return deployment.Emulator{Endpoint: m.aws.URL}, true, nil
}

func (m looking) Tools(context.Context, func(string)) (deployment.Tools, error) {
	return deployment.Tools{CLI: "/checkout/bin/pulumi", Env: []string{"PATH=ignored", "PULUMI_HOME=/it's here"}}, nil
}

func look(t *testing.T, root string, aws *awsstub.Server, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	app := &App{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr, Environ: []string{"PATH=/usr/bin"},
		Root: root, Stacks: graph.All(), Machine: looking{untouchable{t: t}, aws},
	}
	status = app.Run(t.Context(), make(chan struct{}), args)
	return status, stdout.String(), stderr.String()
}

// deployed puts a state of the data stack in place, marked as aws is.
func deployed(t *testing.T, root string, aws *awsstub.Server) {
	t.Helper()
	folder := filepath.Join(root, ".ringfence/state/local")
	if err := os.CopyFS(folder, os.DirFS("../state/testdata")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "session"), []byte("m1"), 0o600); err != nil {
		t.Fatal(err)
	}
	aws.Put("/ringfence/local/session", "m1")
}

func TestUnitEnvCanBeEvaluatedByAShell(t *testing.T) {
	aws := awsstub.New(t)
	status, out, errOut := look(t, checkout(t, nil), aws, "env")
	if status != exitOK || errOut != "" {
		t.Fatalf("status %d: %s", status, errOut)
	}
	shell := exec.Command("sh", "-c", out+`echo "$AWS_ENDPOINT_URL|$PULUMI_HOME|$PATH|$PULUMI_STACK|$AWS_PROFILE|"`)
	shell.Env = []string{"PATH=/bin:/usr/bin", "AWS_PROFILE=production"}
	got, err := shell.Output()
	if want := aws.URL + "|/it's here|/checkout/bin:/usr/bin|local||\n"; err != nil || string(got) != want {
		t.Errorf("a shell has %q, %v; want %q", got, err, want)
	}
	if names := aws.Names(); len(names) != 1 {
		t.Errorf("the emulator is not marked, so the next up would not know what plain Pulumi deploys: %v", names)
	}
}

func TestUnitStatusOfWhatIsDeployed(t *testing.T) {
	root, aws := checkout(t, nil), awsstub.New(t)
	deployed(t, root, aws)
	status, out, errOut := look(t, root, aws, "status", "--json")
	var got struct {
		Emulator deployment.Memory
		Stacks   []stackStatus
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || status != exitOK {
		t.Fatalf("status %d, %v: %s", status, err, errOut)
	}
	if !got.Emulator.Running || got.Emulator.Forgotten || got.Emulator.Endpoint != aws.URL {
		t.Errorf("the emulator is %+v", got.Emulator)
	}
	if data := got.Stacks[2]; data.Stack != graph.Data || data.State != "deployed" || data.Resources != 3 || len(data.CutOff) != 1 {
		t.Errorf("data is %+v", data)
	}

	aws.Reset()
	_, out, _ = look(t, root, aws, "status")
	for _, want := range []string{"1 operation cut off", "no longer holds what was deployed. ./ringfence up builds it anew."} {
		if !strings.Contains(out, want) {
			t.Errorf("%q lacks %q", out, want)
		}
	}
	if status, _, errOut = look(t, root, aws, "env"); status != exitFailed || !strings.Contains(errOut, "./ringfence up builds it anew") {
		t.Errorf("env of what is gone: %d, %s", status, errOut)
	}
	aws.Close()
	if status, out, _ = look(t, root, aws, "status"); status != exitOK || !strings.Contains(out, "nothing answers at "+aws.URL) {
		t.Errorf("status of an emulator that does not answer: %d, %s", status, out)
	}
}

func TestUnitOutputsHideSecrets(t *testing.T) {
	root, aws := checkout(t, nil), awsstub.New(t)
	deployed(t, root, aws)
	_, out, _ := look(t, root, aws, "outputs")
	check(t, "outputs.golden", out)
	_, out, _ = look(t, root, aws, "outputs", "--json")
	var got map[string]map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil || got["data"]["password"] != "[secret]" {
		t.Errorf("%v: %s", err, out)
	}
}
