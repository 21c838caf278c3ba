package tfprovider

import (
	"bytes"
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
)

// configured is the configuration that the provider has taken.
type configured struct {
	guard    sync.Mutex
	config   []byte
	response *tfprotov6.ConfigureProviderResponse
}

// ConfigureProvider hands the configuration on, unless it is the one that the provider has.
// The engines of several stacks share one plugin, and each configures it, alike: taken once
// more, the provider would ask AWS again whose credentials these are, in the middle of the work
// of the others.
func (s *Server) ConfigureProvider(
	ctx context.Context, q *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	s.guard.Lock()
	defer s.guard.Unlock()
	config := toChild(q.Config)
	if s.response != nil && bytes.Equal(s.config, config.GetMsgpack()) {
		return s.response, nil
	}
	r, err := s.client.Configure(ctx, &tfplugin5.Configure_Request{
		TerraformVersion: q.TerraformVersion,
		Config:           config,
	})
	if err != nil {
		return nil, err
	}
	response := &tfprotov6.ConfigureProviderResponse{Diagnostics: diagnostics(r.Diagnostics)}
	s.config, s.response = nil, nil
	if len(response.Diagnostics) == 0 && config.GetMsgpack() != nil {
		s.config, s.response = config.GetMsgpack(), response
	}
	return response, nil
}
