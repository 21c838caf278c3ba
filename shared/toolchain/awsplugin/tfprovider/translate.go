package tfprovider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
)

// Server answers protocol 6 calls with a provider that speaks protocol 5. To the bridge the
// protocols differ in names only. The embedded interface is always nil; it stands for the
// methods that the bridge never calls.
type Server struct {
	tfprotov6.ProviderServer
	client tfplugin5.ProviderClient
	stored *store
	configured
	// Stop ends the provider's process.
	Stop func()
}

func (s *Server) ValidateResourceConfig(
	ctx context.Context, q *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	r, err := s.client.ValidateResourceTypeConfig(ctx, &tfplugin5.ValidateResourceTypeConfig_Request{
		TypeName: q.TypeName,
		Config:   toChild(q.Config),
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: diagnostics(r.Diagnostics)}, nil
}

func (s *Server) UpgradeResourceState(
	ctx context.Context, q *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	r, err := s.client.UpgradeResourceState(ctx, &tfplugin5.UpgradeResourceState_Request{
		TypeName: q.TypeName,
		Version:  q.Version,
		RawState: &tfplugin5.RawState{Json: q.RawState.JSON, Flatmap: q.RawState.Flatmap},
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.UpgradeResourceStateResponse{
		UpgradedState: fromChild(r.UpgradedState),
		Diagnostics:   diagnostics(r.Diagnostics),
	}, nil
}

func (s *Server) ReadResource(
	ctx context.Context, q *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	r, err := s.client.ReadResource(ctx, &tfplugin5.ReadResource_Request{
		TypeName:     q.TypeName,
		CurrentState: toChild(q.CurrentState),
		Private:      q.Private,
		ProviderMeta: toChild(q.ProviderMeta),
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ReadResourceResponse{
		NewState:    fromChild(r.NewState),
		Private:     r.Private,
		Diagnostics: diagnostics(r.Diagnostics),
	}, nil
}

func (s *Server) PlanResourceChange(
	ctx context.Context, q *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	r, err := s.client.PlanResourceChange(ctx, &tfplugin5.PlanResourceChange_Request{
		TypeName:         q.TypeName,
		PriorState:       toChild(q.PriorState),
		ProposedNewState: toChild(q.ProposedNewState),
		Config:           toChild(q.Config),
		PriorPrivate:     q.PriorPrivate,
		ProviderMeta:     toChild(q.ProviderMeta),
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState:    fromChild(r.PlannedState),
		RequiresReplace: each(r.RequiresReplace, attributePath),
		PlannedPrivate:  r.PlannedPrivate,
		Diagnostics:     diagnostics(r.Diagnostics),
		//nolint:staticcheck // The provider is built on the SDK this flag is for.
		UnsafeToUseLegacyTypeSystem: r.LegacyTypeSystem,
	}, nil
}

func (s *Server) ApplyResourceChange(
	ctx context.Context, q *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	r, err := s.client.ApplyResourceChange(ctx, &tfplugin5.ApplyResourceChange_Request{
		TypeName:       q.TypeName,
		PriorState:     toChild(q.PriorState),
		PlannedState:   toChild(q.PlannedState),
		Config:         toChild(q.Config),
		PlannedPrivate: q.PlannedPrivate,
		ProviderMeta:   toChild(q.ProviderMeta),
	})
	if err != nil {
		return nil, err
	}
	answer := &tfprotov6.ApplyResourceChangeResponse{
		NewState:    fromChild(r.NewState),
		Private:     r.Private,
		Diagnostics: diagnostics(r.Diagnostics),
		//nolint:staticcheck // The provider is built on the SDK this flag is for.
		UnsafeToUseLegacyTypeSystem: r.LegacyTypeSystem,
	}
	halfway(ctx, q, answer)
	return answer, nil
}

func (s *Server) ImportResourceState(
	ctx context.Context, q *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	r, err := s.client.ImportResourceState(ctx, &tfplugin5.ImportResourceState_Request{
		TypeName: q.TypeName,
		Id:       q.ID,
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ImportResourceStateResponse{
		ImportedResources: each(r.ImportedResources, importedResource),
		Diagnostics:       diagnostics(r.Diagnostics),
	}, nil
}

func (s *Server) ValidateDataResourceConfig(
	ctx context.Context, q *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	r, err := s.client.ValidateDataSourceConfig(ctx, &tfplugin5.ValidateDataSourceConfig_Request{
		TypeName: q.TypeName,
		Config:   toChild(q.Config),
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ValidateDataResourceConfigResponse{Diagnostics: diagnostics(r.Diagnostics)}, nil
}

func (s *Server) ReadDataSource(
	ctx context.Context, q *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	r, err := s.client.ReadDataSource(ctx, &tfplugin5.ReadDataSource_Request{
		TypeName:     q.TypeName,
		Config:       toChild(q.Config),
		ProviderMeta: toChild(q.ProviderMeta),
	})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ReadDataSourceResponse{
		State:       fromChild(r.State),
		Diagnostics: diagnostics(r.Diagnostics),
	}, nil
}
