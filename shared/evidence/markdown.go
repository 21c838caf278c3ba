package evidence

import (
	"fmt"
	"strings"

	"github.com/ringfence/ringfence/shared/controls"
)

// markdown is the report as text.
func (r *Report) markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Evidence: environment %s\n\n**%s.** Judged were the %s at %s.\n\n", plain(r.Environment.Stacks), r.Headline, r.Basis, r.Time)
	fmt.Fprintf(&b, "Account %s, %s, target %s. Commit %s, catalogue %s.\n", plain(r.Environment.Account), plain(r.Environment.Region),
		r.Environment.Target, commitText(r), r.Catalogue)
	b.WriteString("\n| severity | holds | excepted | broken | cannot tell |\n|---|--:|--:|--:|--:|\n")
	for _, s := range r.Headline.Severities {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", s.Severity, s.Holds, s.Excepted, s.Broken, s.CannotTell)
	}
	r.writeBroken(&b)
	b.WriteString("\n## Stacks\n\n| stack | resources | contract | deployed | resources (SHA-256) |\n|---|--:|--:|---|---|\n")
	for _, s := range r.Stacks {
		fmt.Fprintf(&b, "| %s | %d | %d | %s | `%.16s` |\n", s.Name, s.Resources, s.Contract, s.Deployed, s.Digest)
	}
	b.WriteString("\n## Controls\n\n| control | holds when | severity | status | proof |\n|---|---|---|---|---|\n")
	for _, c := range r.Controls {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.ID, plain(c.Title), c.Severity, c.Status, c.Proof)
	}
	r.writeFrameworks(&b)
	b.WriteString("\n## Exceptions\n\n")
	for _, x := range r.Exceptions {
		fmt.Fprintf(&b, "- **%s** on %s in %s, %s. %s Makes up for it: %s Owner: %s.\n", x.Control, plain(x.Resource), x.Stack, x.Left(),
			plain(x.Reason), plain(x.Compensation), plain(x.Owner))
	}
	if len(r.Exceptions) == 0 {
		b.WriteString("None.\n")
	}
	r.writeDrift(&b)
	b.WriteString("\n## What this does not show\n\n")
	for _, limit := range r.Limits {
		b.WriteString("- " + plain(limit) + "\n")
	}
	return []byte(b.String())
}

func (r *Report) writeBroken(b *strings.Builder) {
	if r.Headline.Broken+r.Headline.CannotTell == 0 {
		return
	}
	b.WriteString("\n## What does not hold\n")
	for _, c := range r.Controls {
		if c.Status != controls.Broken && c.Status != controls.CannotTell {
			continue
		}
		fmt.Fprintf(b, "\n**%s** %s: %s (%s)\n\n", c.ID, c.Severity, plain(c.Title), c.Status)
		for _, f := range append(append([]controls.Finding{}, c.Findings...), c.Unknown...) {
			fmt.Fprintf(b, "- %s: %s, %s\n", f.Stack, plain(f.Resource), plain(f.What()))
		}
		fmt.Fprintf(b, "\n%s\n", plain(c.Remedy))
	}
}

func (r *Report) writeFrameworks(b *strings.Builder) {
	b.WriteString("\n## Frameworks\n\nA requirement is automated when a control that was judged serves it by the framework's or AWS's own word, partial when the\n" +
		"mapping is not verified or the control is off here, manual when no control serves it.\n\n" +
		"| framework | automated | partial | manual |\n|---|--:|--:|--:|\n")
	for _, f := range r.Frameworks {
		manual := fmt.Sprint(f.Manual)
		if !f.Complete {
			manual = "all others"
		}
		fmt.Fprintf(b, "| %s | %d | %d | %s |\n", f.Title, f.Automated, f.Partial, manual)
	}
}

func (r *Report) writeDrift(b *strings.Builder) {
	b.WriteString("\n## Drift\n\n")
	if r.Drift == nil {
		b.WriteString("Not looked at.\n")
		return
	}
	fmt.Fprintf(b, "%d resources compared, %d not as deployed.\n", r.Drift.Compared(), r.Drift.Count())
	for _, s := range r.Drift.Stacks {
		for _, d := range s.Resources {
			what := "deleted"
			if !d.Deleted {
				var paths []string
				for _, p := range d.Properties {
					paths = append(paths, p.Path)
				}
				what = "changed: " + strings.Join(paths, ", ")
			}
			fmt.Fprintf(b, "- %s: %s, %s\n", s.Stack, plain(d.Label), plain(what))
		}
	}
}

// Left says how long an exception still counts.
func (x Exception) Left() string {
	switch {
	case x.DaysLeft < 0:
		return "expired on " + x.Expires
	case x.DaysLeft == 0:
		return "expires today"
	case x.DaysLeft == 1:
		return "1 day left, to " + x.Expires
	}
	return fmt.Sprintf("%d days left, to %s", x.DaysLeft, x.Expires)
}

func commitText(r *Report) string {
	text := orNone(r.Commit)
	if r.Modified {
		text += " with changes"
	}
	return text
}

// plain takes from a text what Markdown would act on.
func plain(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "`", "\\`", "[", "\\[", "]", "\\]",
		"*", "\\*", "_", "\\_").Replace(text)
}
