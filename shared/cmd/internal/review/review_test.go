package review

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/delta"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const bucket = "aws:s3/bucketV2:BucketV2"

// changing is a document with something of everything.
func changing() Document {
	return Document{
		Preview: deployment.Preview{Environment: "dev", Name: "dev", Result: estate.Failed,
			Stacks: []deployment.StackPreview{
				{
					Stack: graph.Network, Result: estate.Done, Exact: true, Changes: engine.Changes{Created: 1, Unchanged: 37},
					Resources: []engine.ResourceChange{{Action: engine.Create, Label: "VpcEndpoint sns", Type: "aws:ec2/vpcEndpoint:VpcEndpoint"}},
				},
				{
					Stack: graph.Security, Result: estate.Failed, Changes: engine.Changes{Unchanged: 3},
					Error: []string{"IAM-07: Role support-agent: can be assumed by everybody", "error: update failed"},
				},
				{
					Stack: graph.Data, Result: estate.Done, Changes: engine.Changes{Replaced: 1, Deleted: 1, Unchanged: 27},
					Resources: []engine.ResourceChange{
						{Action: engine.Delete, Label: "BucketV2 data", Type: bucket, Protected: true},
						{Action: engine.Replace, Label: "Key data", Type: "aws:kms/key:Key", Properties: []string{"multiRegion"}, Forces: []string{"multiRegion"}},
					},
					Violations: []engine.Violation{{Policy: "DAT-20", Label: "BucketV2 data", Message: "keeps no inventory"}},
					Unknown:    []deployment.Unknown{{From: graph.Security, Outputs: []string{"roleArns"}}},
				},
				{Stack: graph.Audit, Result: estate.Skipped, SkippedBecause: graph.Security},
			},
			Findings: []controls.Finding{{
				Control: "DAT-01", Severity: controls.Medium, Stack: graph.Data, Resource: "aws:kms/key:Key data", Property: "enableKeyRotation",
				Wanted: "true", Found: "false", Remedy: "Make the key with secure.NewKey.",
			}},
		},
		Base: "what is deployed",
		Security: &delta.Delta{
			Controls: []delta.ControlChange{
				{Standing: delta.Weakened, Control: "DAT-01", Title: "Every key rotates", Severity: controls.Medium, Was: controls.Holds, Is: controls.Broken},
				{Standing: delta.Gained, Control: "NET-05", Title: "Endpoints have policies", Severity: controls.High, Was: controls.NotHere, Is: controls.Holds},
			},
			Verdicts: []delta.VerdictChange{{
				Question: access.Question{Principal: "train-a", Action: "s3:GetObject", Resource: "data bucket: a prefix of others", Way: "through the endpoint"},
				Was:      iameval.ImplicitDeny, Is: iameval.Allow, Why: "allow by statement Read of identity policy train-a",
			}, {
				Question: access.Question{Principal: "train-a given everything", Action: "s3:DeleteBucket", Resource: "data bucket"},
				Was:      iameval.ExplicitDeny, Is: iameval.Allow, Why: "allow by statement All of identity policy AdministratorAccess",
			}},
			Statements: []delta.StatementChange{
				{Kind: delta.Changed, Stack: graph.Data, Policy: "identity policy train-a", Statement: "Read", Gone: []string{"on s3:data/a/*"}, Come: []string{"on s3:data/*"}},
				{Kind: delta.Removed, Stack: graph.Data, Policy: "bucket policy data", Statement: "DenyPlainHTTP", Words: "Deny everyone: s3:* on it"},
			},
		},
	}
}

var documents = map[string]Document{
	"changes": changing(),
	"no change": {Base: "what is deployed", Security: &delta.Delta{}, Preview: deployment.Preview{Environment: "prod", Name: "prod", Result: estate.Done,
		Stacks: []deployment.StackPreview{{Stack: graph.Network, Result: estate.Done, Exact: true, Changes: engine.Changes{Unchanged: 38}}}}},
	"first": {Base: "what is deployed", Security: &delta.Delta{First: true}, Preview: deployment.Preview{Environment: "ephemeral", Name: "pr-7", Result: estate.Done,
		Stacks: []deployment.StackPreview{{Stack: graph.Network, Result: estate.Done, Changes: engine.Changes{Created: 1},
			Resources: []engine.ResourceChange{{Action: engine.Create, Label: "Vpc vpc"}}}}}},
	"problem":     {Problem: "stacks/environments/dev.yaml:\n  line 3: accountId: must be 12 digits", Preview: deployment.Preview{Environment: "dev", Name: "dev"}},
	"interrupted": {Preview: deployment.Preview{Environment: "dev", Name: "dev", Result: estate.Interrupted}},
}

func TestUnitDocumentAsMarkdown(t *testing.T) {
	var files []string
	for name, d := range documents {
		file := strings.ReplaceAll(name, " ", "-") + ".md"
		files = append(files, file)
		t.Run(name, func(t *testing.T) {
			got := d.Markdown(CommentLimit)
			golden.Check(t, filepath.Join("testdata", file), []byte(got))
			if again := d.Markdown(CommentLimit); again != got {
				t.Error("the same document was written differently")
			}
		})
	}
	golden.CheckDir(t, "testdata", files)
}

// A change of any size fits into a comment, and nothing is cut that need not be.
func TestUnitMarkdownFitsIntoAComment(t *testing.T) {
	for _, resources := range []int{0, 1, 100, 1000, 5000} {
		for _, limit := range []int{16384, 20000, CommentLimit} {
			d := changing()
			for i := range resources {
				d.Stacks[0].Resources = append(d.Stacks[0].Resources, engine.ResourceChange{
					Action: engine.Create, Label: fmt.Sprintf("SecurityGroupRule ü%d", i), Type: "aws:ec2/vpc:Vpc", Properties: []string{"description"},
				})
				d.Stacks[1].Error = append(d.Stacks[1].Error, strings.Repeat("no ", 200))
				d.Security.Verdicts = append(d.Security.Verdicts, delta.VerdictChange{
					Question: access.Question{Principal: fmt.Sprint("train-", i), Action: "s3:GetObject"}, Is: iameval.Allow,
				})
			}
			text := d.Markdown(limit)
			if n := utf8.RuneCountInString(text); n > limit {
				t.Errorf("%d resources in %d characters: %d", resources, limit, n)
			}
			if cut := strings.Contains(text, "cut here"); cut != (resources > 100) && resources != 100 {
				t.Errorf("%d resources in %d characters: cut is %t", resources, limit, cut)
			}
			for _, kept := range []string{"The preview of stack security failed", "| audit |", "BucketV2 data: it is protected"} {
				if !strings.Contains(text, kept) {
					t.Errorf("%d resources in %d characters: %q is missing", resources, limit, kept)
				}
			}
		}
	}
}

// What a change is called is up to who proposes it. It must not leave the code
// that it is shown in, or call somebody.
func TestUnitMarkdownIsNotWrittenByTheChange(t *testing.T) {
	hostile := "x\n~~~~~\n```\n</details><img src=x> @everyone\x1b[31m"
	d := changing()
	d.Name, d.Environment = hostile, hostile
	d.Stacks[0].Resources[0].Label = hostile
	d.Stacks[1].Error = []string{hostile, "~~~~~", "~~~~~~", "~~~~~~~~~~", "</details><img src=x> @everyone"}
	d.Stacks[2].Resources[0].Label = hostile
	d.Stacks[2].Violations[0].Message = hostile
	d.Security.Statements[0].Come = []string{hostile}
	fence, summary := "", 0
	for _, line := range strings.Split(d.Markdown(CommentLimit), "\n") {
		line = strings.TrimPrefix(line, "> ")
		switch {
		case fence == "" && (strings.HasPrefix(line, "~~~~~") || strings.HasPrefix(line, "```")):
			fence = strings.Repeat(line[:1], len(line)-len(strings.TrimLeft(line, line[:1])))
		case fence != "" && len(line) >= len(fence) && strings.Trim(line, fence[:1]) == "":
			fence = ""
		case fence == "":
			if strings.Contains(line, "<img") || strings.Contains(line, "@everyone") && !strings.Contains(line, "<code>") {
				t.Errorf("outside of code: %s", line)
			}
			if strings.Contains(line, "</details>") {
				summary--
			}
			if strings.Contains(line, "<details") {
				summary++
			}
		}
		if strings.ContainsAny(line, "\x1b\r") {
			t.Errorf("control characters in %q", line)
		}
	}
	if fence != "" || summary != 0 {
		t.Errorf("a fence %q or %d details are left open", fence, summary)
	}
}
