// Package tfprovider runs HashiCorp's Terraform AWS provider as a child process and offers
// it as a tfprotov6.ProviderServer, the form that the Pulumi Terraform bridge works with.
//
// It upholds one rule: the child never outlives its parent, however the parent ends.
package tfprovider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
	"google.golang.org/grpc"
)

// PathVariable names the environment variable that holds the path of the provider's binary.
const PathVariable = "RINGFENCE_TF_AWS_PROVIDER"

// PathFile is the file beside this program's executable that holds the same path. It lets the
// Pulumi engine start the plugin with no special environment.
const PathFile = "terraform-provider-path"

// handshake is Terraform's own: a provider refuses to start without it.
var handshake = goplugin.HandshakeConfig{
	MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
	MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
}

// The parent-death signal is bound to the thread that started the child, not to the process:
// init pins the main goroutine, which calls Start, to the one thread that lasts to the end.
func init() { runtime.LockOSThread() }

// Locate returns the path of the provider's binary and checks that it is there.
func Locate() (string, error) {
	path, source := os.Getenv(PathVariable), "environment variable "+PathVariable
	if path == "" {
		self, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("find own executable: %w", err)
		}
		source = filepath.Join(filepath.Dir(self), PathFile)
		content, err := os.ReadFile(source)
		if err != nil {
			return "", fmt.Errorf("no Terraform AWS provider: set %s to the path of the binary "+
				"terraform-provider-aws_v5.100.0_x5, or write that path to %s", PathVariable, source)
		}
		path = strings.TrimSpace(string(content))
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", fmt.Errorf("no Terraform AWS provider at %q, named by %s: "+
			"give the path of the binary terraform-provider-aws_v5.100.0_x5", path, source)
	}
	return path, nil
}

// Start runs the provider's binary at path. Call it from the main goroutine, and stop the
// server before leaving; SIGINT and SIGTERM stop it and end the process. The provider's schema
// is kept in directory, unless that is "", for the next start.
func Start(path, directory string) (*Server, error) {
	// With AWS_CA_BUNDLE in its environment the provider accepts one Configure only, and a
	// plugin that several engines attach to sees one each. The provider's own setting
	// customCaBundle does the same without that fault.
	if err := os.Unsetenv("AWS_CA_BUNDLE"); err != nil {
		return nil, err
	}
	command := exec.Command(path)
	dieWithParent(command)
	child := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{5: {"provider": protocol5{}}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS:         true,
		Cmd:              command,
		Logger: hclog.New(&hclog.LoggerOptions{
			Level: hclog.Error, Output: os.Stderr,
			// What the provider logs has fields, and the bridge reports it anyway. A crash has none.
			Exclude: func(_ hclog.Level, _ string, fields ...any) bool { return len(fields) > 0 },
		}),
	})
	stopOnSignal(child.Kill)
	server := &Server{Stop: child.Kill, stored: openStore(path, directory)}

	connection, err := child.Client()
	if err != nil {
		return nil, fmt.Errorf("start the Terraform AWS provider %s: %w", path, err)
	}
	client, err := connection.Dispense("provider")
	if err != nil {
		child.Kill()
		return nil, fmt.Errorf("connect to the Terraform AWS provider %s: %w", path, err)
	}
	server.client = client.(tfplugin5.ProviderClient)
	return server, nil
}

func stopOnSignal(stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		number := (<-signals).(syscall.Signal)
		stop()
		os.Exit(128 + int(number))
	}()
}

// protocol5 is the client side of Terraform's plugin protocol 5.
type protocol5 struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (protocol5) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return tfplugin5.NewProviderClient(conn), nil
}

func (protocol5) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error {
	return errors.New("this program uses a Terraform provider, it does not serve one")
}
