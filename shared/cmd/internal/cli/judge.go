package cli

import (
	"context"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/catalogue"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/controls"
)

// Judge judges what the programs of a site would register.
type Judge func(ctx context.Context, site deployment.Site, programs string) (catalogue.Judged, error)

// JudgeCatalogue judges by the control catalogue.
func JudgeCatalogue(ctx context.Context, site deployment.Site, programs string) (catalogue.Judged, error) {
	return catalogue.Checkout{Root: site.Root, Programs: programs, Today: time.Now()}.Judge(ctx, site.Environment, site.Name)
}

// findings are the findings on a site, before anything is previewed or deployed:
// those that stop it, and those that are advice.
func (a *App) findings(ctx context.Context, d *deployment.Deployment) (stop, advice []controls.Finding, err error) {
	if a.Judge == nil {
		return nil, nil, nil
	}
	programs, err := a.Machine.Programs(ctx, a.say())
	if err != nil {
		return nil, nil, err
	}
	judged, err := a.Judge(ctx, d.Site, programs)
	return judged.Broken(controls.Core), judged.Broken(controls.Plus, controls.Optional, controls.Waived), err
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
