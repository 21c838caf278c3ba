package tfprovider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

func TestUnitHalfwayKeepsWhatWasCreated(t *testing.T) {
	something := &tfprotov6.DynamicValue{MsgPack: []byte{0x80}}
	nothing := &tfprotov6.DynamicValue{MsgPack: null}
	failed := func() []*tfprotov6.Diagnostic {
		return []*tfprotov6.Diagnostic{
			{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "old"},
			{Severity: tfprotov6.DiagnosticSeverityError, Summary: "waiting for the key", Detail: "no network"},
		}
	}
	for _, c := range []struct {
		name         string
		prior, after *tfprotov6.DynamicValue
		reasons      []string
		left         int
	}{
		{"created and not finished", nothing, something, []string{"waiting for the key: no network"}, 1},
		{"not created", nothing, nothing, nil, 2},
		{"changed", something, something, nil, 2},
	} {
		ctx, failure := Halfway(context.Background())
		answer := &tfprotov6.ApplyResourceChangeResponse{NewState: c.after, Diagnostics: failed()}
		halfway(ctx, &tfprotov6.ApplyResourceChangeRequest{PriorState: c.prior}, answer)
		if !slices.Equal(failure.Reasons, c.reasons) || len(answer.Diagnostics) != c.left {
			t.Errorf("%s: reasons %q, and %d diagnostics", c.name, failure.Reasons, len(answer.Diagnostics))
		}
	}
}
