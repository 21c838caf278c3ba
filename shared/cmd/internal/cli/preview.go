package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/review"
)

// previewOptions are the flags of preview beside those that say where.
type previewOptions struct {
	refresh, exact bool
	base           string
	markdown       string
	limit          int
	savePlan       string
}

func (a *App) previewCommand() *cobra.Command {
	var t target
	var o previewOptions
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what up would do, over all stacks",
		Long: `Shows what "up" would do to the stacks of an environment, and changes nothing.
What a stack would export is what the stacks that depend on it are previewed
with, so a change in one shows its consequences in all.

It also says what becomes of security: controls that are weakened or gained,
requests that get another answer, policy statements that come and go. This is
compared with what is deployed or, with --base, with the commit where HEAD left a
branch: that commit's programs are built and asked what they would register.

The state is copied for this, and the copy is removed afterwards; the state
itself is neither written nor locked. A value that only a deployment can tell is
unknown to the stacks that read it, and is named. An emulated environment is
previewed in the emulator, which is started where it does not run.`,
		Example: `  ./ringfence preview                       all stacks
  ./ringfence preview --stack data          data and all that it depends on
  ./ringfence preview --refresh             look first at what really stands
  ./ringfence preview --base origin/main    compare security with the merge base
  ./ringfence preview --env dev --markdown comment.md
  ./ringfence preview --env dev --save-plan plan, then ./ringfence up --env dev --plan plan
  ./ringfence preview --env dev --json | jq '.stacks[] | {stack, created}'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.json && o.exact {
				return usageError{errors.New("--json always says what is exact: leave out --exact")}
			}
			if o.savePlan != "" && o.refresh {
				return usageError{errors.New("--save-plan: a plan is made from the state: leave out --refresh")}
			}
			if o.limit < leastLimit {
				return usageError{fmt.Errorf("--markdown-limit %d: must be at least %d, so that what failed has room", o.limit, leastLimit)}
			}
			document, err := a.preview(cmd.Context(), t, o)
			if o.markdown != "" {
				err = errors.Join(err, writeMarkdown(o.markdown, o.limit, document))
			}
			if err == nil && document.Result != estate.Done {
				err = reported{document.Result}
			}
			return err
		},
	}
	t.where(cmd)
	t.which(cmd, "only this stack and what it depends on (may be repeated)")
	flags := cmd.Flags()
	flags.BoolVar(&t.only, "only", false, "with --stack: leave out what it depends on")
	flags.BoolVar(&o.refresh, "refresh", false, "read first what really stands")
	flags.BoolVar(&o.exact, "exact", false, "say which previews are exact, and what makes the others inexact")
	flags.StringVar(&o.base, "base", "", "compare security with where HEAD left this branch, not with what is deployed")
	flags.StringVar(&o.markdown, "markdown", "", "also write the preview to this file, as a comment of GitHub; also when it fails")
	flags.IntVar(&o.limit, "markdown-limit", review.CommentLimit, "how many characters that file may have")
	flags.StringVar(&o.savePlan, "save-plan", "", "also save the preview to this folder, as a plan for up --plan; only when it succeeds")
	a.asJSON(cmd)
	return cmd
}

// leastLimit is room for what is never cut from a document.
const leastLimit = 16384

// preview previews and prints. The document says what went wrong, too.
func (a *App) preview(ctx context.Context, t target, o previewOptions) (document review.Document, err error) {
	document.Name, document.Environment = t.stackName(), t.environment
	defer func() {
		if err != nil {
			document.Problem = err.Error()
		}
	}()
	d, selection, err := a.deployment(t)
	if err != nil {
		return document, err
	}
	judged, err := a.judge(ctx, d)
	if err != nil {
		return document, err
	}
	var from base
	if o.base != "" && judged.Snapshot != nil {
		if from, err = a.branch(ctx, d, o.base); err != nil {
			return document, err
		}
	}
	selection.Refresh = o.refresh
	if len(refusals(judged)) == 0 {
		selection.SavePlan = o.savePlan
	}
	if document.Preview, err = d.Preview(ctx, selection); err != nil {
		return document, err
	}
	document.Findings = append(refusals(judged), advice(judged)...)
	if len(document.Refusals()) > 0 && document.Result == estate.Done {
		document.Result = estate.Failed
	}
	if judged.Snapshot != nil && document.Result != estate.Interrupted {
		if o.base == "" {
			if from, err = a.deployed(d, document.Preview, judged.Snapshot); err != nil {
				return document, err
			}
		}
		document.Base, document.Security = from.title, from.compare(judged)
	}
	if a.json {
		return document, a.writeJSON(document)
	}
	printPreview(d.Console, document)
	if o.exact {
		printExactness(d.Console, document)
	}
	if o.savePlan != "" {
		printPlan(d, o.savePlan, document.Preview)
	}
	return document, nil
}
