package main

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/tfprovider"
)

// serveHalfway serves the provider such that the engine learns of resources that
// were created and could not be finished. The bridge forgets them: whatever came
// first, such as a key whose tags could not be read, would be in AWS and in no
// state.
func serveHalfway(ctx context.Context, info tfbridge.ProviderInfo) error {
	return provider.Main(info.Name, func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		server, err := pfbridge.NewProviderServer(ctx, host, info, metadata())
		return halfway{server}, err
	})
}

type halfway struct {
	pulumirpc.ResourceProviderServer
}

// Create tells the engine of a resource that was created half-way as the official
// plugin does: there it is, and its next update must finish it.
func (h halfway) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	ctx, failure := tfprovider.Halfway(ctx)
	created, err := h.ResourceProviderServer.Create(ctx, request)
	if err != nil && len(failure.Reasons) > 0 {
		return nil, rpcerror.New(codes.Unknown, strings.Join(failure.Reasons, "\n"))
	}
	if err != nil || len(failure.Reasons) == 0 {
		return created, err
	}
	return nil, rpcerror.WithDetails(rpcerror.New(codes.Unknown, failure.Reasons[0]), &pulumirpc.ErrorResourceInitFailed{
		Id: created.GetId(), Properties: created.GetProperties(), Reasons: failure.Reasons, Inputs: request.GetProperties(),
	})
}
