package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/tfprovider"
)

// asPlugin makes the test's executable be the plugin, so that tests run the plugin as a process.
const asPlugin = "RINGFENCE_TEST_AS_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(asPlugin) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// aPlugin is a running plugin and the engine's side of it.
type aPlugin struct {
	pulumirpc.ResourceProviderClient
	process *exec.Cmd
}

// startPlugin starts the plugin as for attaching and attaches to it.
func startPlugin(t *testing.T) *aPlugin {
	t.Helper()
	if _, err := tfprovider.Locate(); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(os.Environ(), asPlugin+"=1")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	port, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("plugin ended before it told its port: %v", err)
	}
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	p := &aPlugin{pulumirpc.NewResourceProviderClient(connection), command}
	if _, err := p.Attach(t.Context(), &pulumirpc.PluginAttach{Address: startEngine(t)}); err != nil {
		t.Fatal(err)
	}
	return p
}

// anEngine receives what the plugin logs.
type anEngine struct {
	pulumirpc.UnimplementedEngineServer
	mu       sync.Mutex
	messages []string
}

func (e *anEngine) Log(_ context.Context, r *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.Severity >= pulumirpc.LogSeverity_WARNING {
		e.messages = append(e.messages, r.Message)
	}
	return &emptypb.Empty{}, nil
}

func startEngine(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	engine, server := &anEngine{}, grpc.NewServer()
	pulumirpc.RegisterEngineServer(server, engine)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		for _, message := range engine.messages {
			t.Log("plugin says:", message)
		}
	})
	return listener.Addr().String()
}

// configure configures the provider as programs do that use an emulator.
func (p *aPlugin) configure(t *testing.T) {
	t.Helper()
	inputs := pulumi.NewPropertyMapFromMap(map[string]any{
		"region":               "eu-central-1",
		"accessKey":            "AKIAQZXEMULATED",
		"secretKey":            "qzxemulatedqzx",
		"s3UsePathStyle":       true,
		"skipMetadataApiCheck": true,
		"maxRetries":           3,
		"allowedAccountIds":    []any{account},
		"assumeRole":           map[string]any{"roleArn": "arn:aws:iam::" + account + ":role/deploy"},
		"defaultTags":          map[string]any{"tags": map[string]any{"project": "ringfence"}},
	})
	checked, err := p.CheckConfig(t.Context(), &pulumirpc.CheckRequest{
		Urn:  "urn:pulumi:test::test::pulumi:providers:aws::aws",
		News: encode(t, inputs),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Configure(t.Context(), &pulumirpc.ConfigureRequest{
		Args: checked.Inputs, AcceptSecrets: true, AcceptResources: true,
	}); err != nil {
		t.Fatal(err)
	}
}

// aResource is a resource as the engine keeps it.
type aResource struct {
	urn, id         string
	inputs, outputs pulumi.PropertyMap
}

func urnOf(token, name string) string {
	return fmt.Sprintf("urn:pulumi:test::test::%s::%s", token, name)
}

// check returns the inputs that the plugin makes of those of a program.
func (p *aPlugin) check(t *testing.T, token, name string, inputs map[string]any) pulumi.PropertyMap {
	t.Helper()
	r, err := p.Check(t.Context(), &pulumirpc.CheckRequest{
		Urn:        urnOf(token, name),
		News:       encode(t, pulumi.NewPropertyMapFromMap(inputs)),
		RandomSeed: []byte("a seed of thirty-two bytes, same"),
	})
	if err != nil {
		t.Fatalf("check %s: %v", token, err)
	}
	for _, failure := range r.Failures {
		t.Errorf("check %s: %s %s", token, failure.Property, failure.Reason)
	}
	return decode(t, r.Inputs)
}

// create creates a resource and sees to its deletion.
func (p *aPlugin) create(t *testing.T, token, name string, inputs map[string]any) *aResource {
	t.Helper()
	r := &aResource{urn: urnOf(token, name), inputs: p.check(t, token, name, inputs)}
	planned, err := p.Create(t.Context(), &pulumirpc.CreateRequest{
		Urn: r.urn, Properties: encode(t, r.inputs), Preview: true,
	})
	if err != nil {
		t.Fatalf("preview the creation of %s: %v", token, err)
	}
	created, err := p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: r.urn, Properties: encode(t, r.inputs)})
	if err != nil {
		t.Fatalf("create %s: %v", token, err)
	}
	r.id, r.outputs = created.Id, decode(t, created.Properties)
	for property, v := range decode(t, planned.Properties) {
		if got := r.outputs[property]; !v.ContainsUnknowns() && !v.IsNull() && !got.DeepEquals(v) {
			t.Errorf("%s: %s is %v, the preview said %v", token, property, got, v)
		}
	}
	t.Cleanup(func() { p.delete(t, r) })
	return r
}

func (p *aPlugin) delete(t *testing.T, r *aResource) {
	t.Helper()
	// The test's own context is over by now.
	if _, err := p.Delete(context.Background(), &pulumirpc.DeleteRequest{
		Id: r.id, Urn: r.urn, Properties: encode(t, r.outputs),
	}); err != nil {
		t.Errorf("delete %s: %v", r.urn, err)
	}
}

// diff returns what the plugin would change for other inputs.
func (p *aPlugin) diff(t *testing.T, r *aResource, inputs pulumi.PropertyMap) *pulumirpc.DiffResponse {
	t.Helper()
	d, err := p.Diff(t.Context(), &pulumirpc.DiffRequest{
		Id: r.id, Urn: r.urn,
		Olds: encode(t, r.outputs), OldInputs: encode(t, r.inputs), News: encode(t, inputs),
	})
	if err != nil {
		t.Fatalf("diff %s: %v", r.urn, err)
	}
	return d
}

// read refreshes r and returns what the emulator has.
func (p *aPlugin) read(t *testing.T, r *aResource) pulumi.PropertyMap {
	t.Helper()
	found, err := p.Read(t.Context(), &pulumirpc.ReadRequest{
		Id: r.id, Urn: r.urn, Properties: encode(t, r.outputs), Inputs: encode(t, r.inputs),
	})
	if err != nil {
		t.Fatalf("read %s: %v", r.urn, err)
	}
	if found.Id != r.id {
		t.Errorf("read %s: id is %q, want %q", r.urn, found.Id, r.id)
	}
	return decode(t, found.Properties)
}

func encode(t *testing.T, m pulumi.PropertyMap) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(m, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func decode(t *testing.T, s *structpb.Struct) pulumi.PropertyMap {
	t.Helper()
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepResources: true})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
