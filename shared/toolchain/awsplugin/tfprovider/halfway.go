package tfprovider

import (
	"bytes"
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Failure says why a resource was created and not finished; it has no reasons
// where nothing of the kind has happened.
type Failure struct{ Reasons []string }

type failureKey struct{}

// Halfway returns a context in which a creation that fails half-way counts as one
// that went well, and the failure that says otherwise.
func Halfway(ctx context.Context) (context.Context, *Failure) {
	failure := &Failure{}
	return context.WithValue(ctx, failureKey{}, failure), failure
}

// null is the encoding of no value in MessagePack.
var null = []byte{0xc0}

// halfway takes the errors out of an answer to a creation that has left something,
// and puts them where the context has a place for them.
func halfway(ctx context.Context, q *tfprotov6.ApplyResourceChangeRequest, r *tfprotov6.ApplyResourceChangeResponse) {
	failure, wanted := ctx.Value(failureKey{}).(*Failure)
	if !wanted || !isNull(q.PriorState) || isNull(r.NewState) {
		return
	}
	var rest []*tfprotov6.Diagnostic
	for _, d := range r.Diagnostics {
		if d.Severity != tfprotov6.DiagnosticSeverityError {
			rest = append(rest, d)
			continue
		}
		reason := d.Summary
		if d.Detail != "" {
			reason += ": " + d.Detail
		}
		failure.Reasons = append(failure.Reasons, reason)
	}
	r.Diagnostics = rest
}

func isNull(v *tfprotov6.DynamicValue) bool {
	return v == nil || len(v.MsgPack) == 0 && len(v.JSON) == 0 || bytes.Equal(v.MsgPack, null)
}
