package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// upAsPlanned deploys a stack and does nothing that its plan does not say.
//
// The engine previews under the plan first, so that a stack which does not fit its
// plan is left as it is. The Automation API leaves this preview out, and its
// receiver of events takes one operation only; so the command line is changed
// and the events are received here.
func (e Engine) upAsPlanned(ctx context.Context, job Job) (Result, error) {
	p := &phases{observe: job.Observe}
	address, stop, err := p.serve()
	if err != nil {
		return Result{}, err
	}
	e.events = address
	stack, err := e.open(ctx, job)
	if err == nil {
		_, err = stack.Up(ctx, job.upOptions(optup.Plan(job.Plan))...)
	}
	stop()
	result := p.result()
	if err == nil && !result.Refused() {
		return result, nil
	}
	diagnostics := append(result.refusals(), p.errors()...)
	return result, p.explain(failure(ctx, diagnostics, err))
}

// planned turns the arguments of an update into those of one that is previewed
// first, and leads its events here.
func (e Engine) planned(args []string) []string {
	if e.events == "" || len(args) == 0 || args[0] != "up" {
		return args
	}
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == "--skip-preview" })
	return append(args, "--event-log", e.events)
}

// phases follows a preview and then an update, each with a stream of events of
// its own.
type phases struct {
	pulumirpc.UnimplementedEventsServer
	observe func(Progress)

	mu      sync.Mutex
	tallies []*tally
}

// serve lets an engine send its events to the returned address.
func (p *phases) serve() (address string, stop func(), err error) {
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterEventsServer(server, p)
			return nil
		},
	})
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("tcp://localhost:%d", handle.Port), func() {
		close(cancel)
		<-handle.Done
	}, nil
}

// StreamEvents implements pulumirpc.EventsServer: it takes the events of one
// phase.
func (p *phases) StreamEvents(stream pulumirpc.Events_StreamEventsServer) error {
	t := newTally()
	p.mu.Lock()
	p.tallies = append(p.tallies, t)
	p.mu.Unlock()
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&emptypb.Empty{})
		}
		if err != nil {
			return err
		}
		var event events.EngineEvent
		if err := json.Unmarshal([]byte(request.GetEvent()), &event.EngineEvent); err != nil {
			return err
		}
		if t.add(event) && p.observe != nil {
			p.observe(t.progress())
		}
	}
}

// result is that of the update. What was only previewed was not done.
func (p *phases) result() Result {
	switch len(p.tallies) {
	case 0:
		return Result{}
	case 1:
		return Result{Violations: p.tallies[0].result().Violations}
	}
	return p.tallies[len(p.tallies)-1].result()
}

func (p *phases) errors() []diagnostic {
	var out []diagnostic
	for _, t := range p.tallies {
		out = append(out, t.errors...)
	}
	return out
}
