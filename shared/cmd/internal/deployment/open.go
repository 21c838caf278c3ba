package deployment

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
)

// createdOpen are the types that AWS creates open, and that only their creation
// closes: a security group comes with a rule that lets everything out. What was not
// finished is made anew; AWS deletes no group that anything uses.
var createdOpen = []string{"aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"}

// discard deletes what stands open of a stack: what was just found or could not be
// finished, and what its state says lets everything out, because it was found by a
// run that came no further. Nothing in the state depends on what was not finished; a
// group that others depend on is in use, whatever has become of it since.
func (d *Deployment) discard(ctx context.Context, g *ground, stack graph.Name, job engine.Job, fresh []string) error {
	survey, err := d.look(ctx, g)
	if err != nil {
		return err
	}
	open, err := leftOpen(survey[stack].Stack, fresh)
	if err != nil || len(open) == 0 {
		return err
	}
	for _, urn := range open {
		d.Console.Line("%s: %s was not finished: it is made anew", stack, engine.Label(urn))
	}
	return g.engine.Discard(ctx, job, open)
}

// unsettled reports whether the state of a stack does not say what stands, or holds
// what stands open.
func (k Known) unsettled() (bool, error) {
	open, err := leftOpen(k.Stack, nil)
	return k.CutOff() || len(open) > 0, err
}

// leftOpen are the URNs of what a state holds and nobody has closed; fresh are those
// that were just taken in.
func leftOpen(known state.Stack, fresh []string) ([]string, error) {
	var content struct {
		Resources []group `json:"resources"`
	}
	if len(known.Deployment.Content) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(known.Deployment.Content, &content); err != nil {
		return nil, fmt.Errorf("not a Pulumi deployment: %w", err)
	}
	var open []string
	for _, r := range content.Resources {
		unfinished := slices.Contains(fresh, r.URN) || slices.Contains(known.Unfinished, r.URN)
		if slices.Contains(createdOpen, r.Type) && (unfinished || r.letsEverythingOut()) {
			open = append(open, r.URN)
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	return known.Deployment.Alone(open)
}

// group is a security group in a state. Its outputs are of another form where it is
// anything else.
type group struct {
	URN     string `json:"urn"`
	Type    string `json:"type"`
	Outputs struct {
		Egress json.RawMessage `json:"egress"`
	} `json:"outputs"`
}

// letsEverythingOut reports whether a group has a rule that lets every protocol out
// to every address (Amazon VPC User Guide, "Default security groups").
func (g group) letsEverythingOut() bool {
	var rules []struct {
		Protocol string   `json:"protocol"`
		V4       []string `json:"cidrBlocks"`
		V6       []string `json:"ipv6CidrBlocks"`
	}
	if json.Unmarshal(g.Outputs.Egress, &rules) != nil {
		return false
	}
	for _, r := range rules {
		if r.Protocol == "-1" && (slices.Contains(r.V4, "0.0.0.0/0") || slices.Contains(r.V6, "::/0")) {
			return true
		}
	}
	return false
}
