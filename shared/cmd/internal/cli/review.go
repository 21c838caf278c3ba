package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ringfence/ringfence/shared/cmd/internal/catalogue"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/git"
	"github.com/ringfence/ringfence/shared/cmd/internal/lockfile"
	"github.com/ringfence/ringfence/shared/cmd/internal/review"
	"github.com/ringfence/ringfence/shared/cmd/internal/toolchain"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/delta"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// base is what the security of the estate is compared with.
type base struct {
	title  string
	judged catalogue.Judged
	// assumed: the environment file is that of the change, not the one of the base.
	assumed bool
}

// branch is the base for a pull request: the estate as the programs of the commit
// would make it where HEAD left the branch.
func (a *App) branch(ctx context.Context, d *deployment.Deployment, ref string) (base, error) {
	commit, err := git.Checkout{Root: a.Root}.MergeBase(ctx, ref)
	if err != nil {
		return base{}, err
	}
	b := base{title: fmt.Sprintf("`%.12s`, where this left %s", commit, ref)}
	// Another preview's base would take the place of this one.
	folder := filepath.Join(a.Root, ".ringfence", "base")
	release, err := lockfile.Acquire(ctx, folder+".lock", func() { a.say()("base: waiting for another preview's") })
	if err != nil {
		return base{}, err
	}
	defer release()
	root, err := review.Checkout(ctx, a.Root, commit, folder)
	if err != nil {
		return base{}, err
	}
	env, err := config.Load(deployment.EnvironmentsDir(root), d.Environment.Name, d.Name)
	if errors.Is(err, fs.ErrNotExist) {
		b.judged.Snapshot = nothing(d.Site)
		return b, nil
	}
	if err != nil {
		return base{}, fmt.Errorf("the environment file of commit %.12s: %w", commit, err)
	}
	programs, err := toolchain.BuildPrograms(ctx, root, func(what string) { a.say()("base: " + what) })
	if err != nil {
		return base{}, fmt.Errorf("the programs of commit %.12s: %w", commit, err)
	}
	b.judged, err = catalogue.Checkout{Root: root, Programs: programs, Today: a.now()}.Judge(ctx, env, d.Name)
	if err != nil {
		return base{}, fmt.Errorf("the programs of commit %.12s: %w", commit, err)
	}
	return b, nil
}

// deployed is the base where no other is named: the estate as it was deployed.
func (a *App) deployed(d *deployment.Deployment, p deployment.Preview, recorded *snapshot.Snapshot) (base, error) {
	stands, err := d.Snapshot(p.Deployed)
	if err != nil {
		return base{}, err
	}
	if stands, err = delta.Alike(stands, recorded); err != nil {
		return base{}, err
	}
	judged, err := catalogue.Checkout{Root: a.Root, Today: a.now()}.JudgeSnapshot(stands, d.Name)
	return base{title: "what is deployed", judged: judged, assumed: true}, err
}

// nothing is an estate of which nothing stands.
func nothing(s deployment.Site) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Environment: s.Environment, Names: names.New(s.Name, s.Environment.AccountID, s.Environment.Region),
		Outputs: map[graph.Name]map[string]any{},
	}
}

// compare says what the change does to security.
func (b base) compare(judged catalogue.Judged) *delta.Delta {
	return delta.Compare(
		delta.Side{Snapshot: b.judged.Snapshot, Results: b.judged.Results, Assumed: b.assumed},
		delta.Side{Snapshot: judged.Snapshot, Results: judged.Results},
	)
}

// writeMarkdown writes the document for a comment, whole or not at all.
func writeMarkdown(file string, limit int, document review.Document) error {
	fresh := file + ".new"
	if err := os.WriteFile(fresh, []byte(document.Markdown(limit)), 0o644); err != nil {
		return fmt.Errorf("--markdown: %w", err)
	}
	return os.Rename(fresh, file)
}
