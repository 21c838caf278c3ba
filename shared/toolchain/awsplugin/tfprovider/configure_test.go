package tfprovider

import (
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
	"google.golang.org/grpc"
)

// counting is a provider that counts how often it is configured, and refuses "bad".
type counting struct {
	tfplugin5.ProviderClient
	times int
}

func (c *counting) Configure(
	_ context.Context, q *tfplugin5.Configure_Request, _ ...grpc.CallOption,
) (*tfplugin5.Configure_Response, error) {
	c.times++
	r := &tfplugin5.Configure_Response{}
	if string(q.Config.Msgpack) == "bad" {
		r.Diagnostics = []*tfplugin5.Diagnostic{{Severity: tfplugin5.Diagnostic_ERROR, Summary: "refused"}}
	}
	return r, nil
}

func TestUnitTheSameConfigurationIsTakenOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		config []string
		times  int
	}{
		{"the same", []string{"one", "one", "one"}, 1},
		{"another", []string{"one", "two", "two"}, 2},
		{"and back", []string{"one", "two", "one"}, 3},
		{"one that is refused", []string{"bad", "bad"}, 2},
		{"after one that is refused", []string{"one", "bad", "one"}, 3},
	} {
		provider := &counting{}
		s := &Server{client: provider}
		for _, config := range c.config {
			r, err := s.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
				Config: &tfprotov6.DynamicValue{MsgPack: []byte(config)},
			})
			if err != nil || (len(r.Diagnostics) > 0) != (config == "bad") {
				t.Errorf("%s: %q gives %v, %v", c.name, config, r, err)
			}
		}
		if provider.times != c.times {
			t.Errorf("%s: the provider was configured %d times, want %d", c.name, provider.times, c.times)
		}
	}
}

func TestUnitEnginesThatConfigureAtOnce(t *testing.T) {
	provider := &counting{}
	s := &Server{client: provider}
	var engines sync.WaitGroup
	for range 8 {
		engines.Go(func() {
			_, _ = s.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
				Config: &tfprotov6.DynamicValue{MsgPack: []byte("one")},
			})
		})
	}
	engines.Wait()
	if provider.times != 1 {
		t.Errorf("the provider was configured %d times", provider.times)
	}
}
