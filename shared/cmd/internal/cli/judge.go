package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/catalogue"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/policylint"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Judge judges what the programs of a site would register.
type Judge func(ctx context.Context, site deployment.Site, programs string) (catalogue.Judged, error)

// JudgeCatalogue judges by the control catalogue.
func JudgeCatalogue(ctx context.Context, site deployment.Site, programs string) (catalogue.Judged, error) {
	return catalogue.Checkout{Root: site.Root, Programs: programs, Today: time.Now()}.Judge(ctx, site.Environment, site.Name)
}

// judge judges a site before anything is previewed or deployed.
func (a *App) judge(ctx context.Context, d *deployment.Deployment) (catalogue.Judged, error) {
	if a.Judge == nil {
		return catalogue.Judged{}, nil
	}
	programs, err := a.Machine.Programs(ctx, a.say())
	var judged catalogue.Judged
	if err == nil {
		judged, err = a.Judge(ctx, d.Site, programs)
	}
	switch {
	case err == nil:
		return judged, fits(judged.Snapshot)
	case ctx.Err() != nil:
		return judged, deployment.ErrInterrupted
	}
	return catalogue.Judged{}, err
}

// fits holds the policies to AWS's limits. The environment file is refused before
// it breaks one, so this is for a change of the programs: AWS would only say so
// when half of the estate stands.
func fits(s *snapshot.Snapshot) error {
	if s == nil {
		return nil
	}
	long := policylint.Sizes(s)
	if len(long) == 0 {
		return nil
	}
	lines := []string{"AWS would refuse policies that the programs would register. Nothing was changed:"}
	for _, f := range long {
		lines = append(lines, "  "+f.String())
	}
	return errors.New(strings.Join(lines, "\n"))
}

// refusals are the findings for which a deployment is refused, and advice are
// the others.
func refusals(j catalogue.Judged) []controls.Finding { return j.Broken(controls.Core) }

func advice(j catalogue.Judged) []controls.Finding {
	return j.Broken(controls.Plus, controls.Optional, controls.Waived)
}

// printAll shows findings, each with the way out.
func printAll(c *console.Console, level string, findings []controls.Finding) {
	if len(findings) == 0 {
		return
	}
	c.Line("\n%s, %s:", console.Count(len(findings), "finding"), level)
	for _, f := range findings {
		c.Line("  %s\n      %s", f, f.Remedy)
	}
}
