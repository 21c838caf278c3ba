package evidence

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// canvas draws a picture of the estate. It sets no color and no font: the page's
// style does, for light, dark and print.
type canvas struct {
	strings.Builder
	id string
}

func (c *canvas) box(class string, x, y, width, height int) {
	fmt.Fprintf(c, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="9"/>`, class, x, y, width, height)
}

func (c *canvas) text(class string, x, y int, text string) {
	fmt.Fprintf(c, `<text class="%s" x="%d" y="%d">%s</text>`, class, x, y, html.EscapeString(text))
}

// arrow draws along a path, with words beside its middle.
func (c *canvas) arrow(path string, x, y int, words string) {
	fmt.Fprintf(c, `<path class="flow" d="%s" marker-end="url(#%s-head)"/>`, path, c.id)
	if words != "" {
		c.text("label", x, y, words)
	}
}

// stack draws the box of a stack with how its controls stand.
func (c *canvas) stack(r *Report, name graph.Name, x, y, width, height int) {
	s := r.standing(name)
	class := "stack"
	if s.broken > 0 {
		class += " isbroken"
	}
	c.box(class, x, y, width, height)
	c.text("name", x+18, y+30, string(name))
	switch {
	case !s.present:
		c.text("small", x+18, y+50, "not deployed")
		return
	case s.broken > 0:
		c.text("bad", x+18, y+50, fmt.Sprintf("✕ %d broken, %d hold", s.broken, s.holds))
	case s.excepted > 0:
		c.text("warn", x+18, y+50, fmt.Sprintf("◐ %d excepted, %d hold", s.excepted, s.holds))
	default:
		c.text("good", x+18, y+50, fmt.Sprintf("✓ all %d controls hold", s.holds))
	}
	c.text("count", x+width-18, y+30, fmt.Sprintf("%d resources", s.resources))
}

// standing is how a stack stands.
type standing struct {
	present                            bool
	resources, holds, excepted, broken int
}

// standing counts the controls that looked at something in a stack; those that are
// broken elsewhere count as held here.
func (r *Report) standing(name graph.Name) standing {
	var s standing
	for _, stack := range r.Stacks {
		if stack.Name == name {
			s.present, s.resources = stack.Present, stack.Resources
		}
	}
	for _, c := range r.Controls {
		broken, excepted, looked := false, false, false
		for _, f := range append(c.Findings, c.Unknown...) {
			broken = broken || f.Stack == name
		}
		for _, f := range c.Excepted {
			excepted = excepted || f.Stack == name
		}
		for _, checked := range c.Proof.Checked {
			looked = looked || checked.Stack == name
		}
		switch {
		case broken:
			s.broken++
		case excepted:
			s.excepted++
		case looked:
			s.holds++
		}
	}
	return s
}

// part draws a part of a stack: a title and lines.
func (c *canvas) part(x, y, width, height int, title string, lines ...string) {
	c.box("part", x, y, width, height)
	c.text("", x+14, y+24, title)
	for i, line := range lines {
		c.text("small", x+14, y+44+i*19, fit(line, width-28))
	}
}

// fit shortens a text to a width in pixels, at some six and a half for a letter.
func fit(text string, width int) string {
	longest := width * 2 / 13
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

// workloadLines names the first workloads, and counts the rest.
func (r *Report) workloadLines(most int) []string {
	var out []string
	for i, w := range r.Workloads {
		if i == most-1 && len(r.Workloads) > most {
			return append(out, fmt.Sprintf("and %d more", len(r.Workloads)-i))
		}
		out = append(out, w.Name+" · "+w.Kind+" on "+w.RunsOn)
	}
	if len(out) == 0 {
		out = append(out, "none yet")
	}
	return out
}

func (c *canvas) finish(r *Report, class string, width, height int) template.HTML {
	words := "The four stacks of the estate. Workloads in the network reach AWS services through private endpoints and the data bucket through the S3 endpoint; there is no way to the internet. Security gives roles to workloads and data, data and all calls are recorded in audit."
	for _, s := range r.Stacks {
		stand := r.standing(s.Name)
		words += fmt.Sprintf(" %s: %d resources, %d controls hold, %d excepted, %d broken.", s.Name, stand.resources, stand.holds, stand.excepted, stand.broken)
	}
	head := fmt.Sprintf(`<svg class="picture %s" viewBox="0 0 %d %d" role="img" aria-label="%s"><defs><marker id="%s-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>`,
		class, width, height, html.EscapeString(words), c.id)
	return template.HTML(head + c.String() + "</svg>") // every text was escaped
}

// widePicture is the picture for screens that are wider than high.
func widePicture(r *Report) template.HTML {
	c := &canvas{id: "wide"}
	c.stack(r, graph.Network, 10, 10, 720, 290)
	c.part(28, 78, 330, 204, "Workloads in private subnets", r.workloadLines(8)...)
	c.part(486, 78, 226, 84, "Interface endpoints", fmt.Sprintf("%d, private DNS", max(r.Endpoints-1, 0)), "a policy on each")
	c.part(486, 198, 226, 84, "S3 gateway endpoint", "to this account only", "the only way to the data")
	c.arrow("M358 120H482", 388, 110, "443 only")
	c.arrow("M358 240H482", 388, 230, "443 only")
	c.box("outside", 810, 78, 230, 84)
	c.text("", 826, 108, "SageMaker, Bedrock, ECR,")
	c.text("", 826, 130, "KMS, STS, logs, metrics")
	c.arrow("M712 120H806", 734, 110, "private")
	c.text("small", 826, 38, "no way to the internet")
	c.arrow("M730 34H806", 0, 0, "")
	c.Builder.WriteString(`<path class="cut" d="M756 22 778 46M778 22 756 46"/>`)

	c.stack(r, graph.Security, 10, 372, 300, 120)
	c.text("small", 28, 446, "a role and a boundary per workload")
	c.text("small", 28, 466, "people, pipeline, guards of ML work")
	c.arrow("M160 372V304", 170, 342, "runs as")
	c.stack(r, graph.Data, 420, 372, 310, 120)
	c.text("small", 438, 446, "one encrypted bucket and its key")
	c.text("small", 438, 466, "each workload sees its prefixes only")
	c.arrow("M310 432H416", 334, 422, "roles")
	c.arrow("M600 300V368", 610, 342, "reads, writes")
	c.stack(r, graph.Audit, 810, 372, 230, 120)
	c.text("small", 828, 446, "CloudTrail into a WORM bucket")
	c.text("small", 828, 466, "alarms to people")
	c.arrow("M730 432H806", 742, 422, "all calls")
	return c.finish(r, "wide", 1050, 502)
}

// narrowPicture is the picture for phones.
func narrowPicture(r *Report) template.HTML {
	c := &canvas{id: "narrow"}
	c.stack(r, graph.Network, 4, 4, 352, 420)
	c.part(16, 70, 328, 164, "Workloads in private subnets", r.workloadLines(6)...)
	c.arrow("M92 234V272", 100, 258, "443 only")
	c.arrow("M268 234V272", 276, 258, "443 only")
	c.part(16, 276, 156, 90, "Endpoints", fmt.Sprintf("%d, private DNS", max(r.Endpoints-1, 0)), "a policy on each")
	c.part(188, 276, 156, 90, "S3 endpoint", "this account only", "only way to the data")
	c.text("count", 338, 54, "no way to the internet")
	c.box("outside", 4, 470, 168, 72)
	c.text("", 16, 500, "SageMaker, Bedrock,")
	c.text("", 16, 522, "ECR, KMS, STS, logs")
	c.arrow("M92 366V466", 100, 452, "private")
	c.arrow("M268 366V584", 276, 470, "reads, writes")
	c.stack(r, graph.Data, 4, 588, 352, 108)
	c.text("small", 22, 660, "one encrypted bucket and its key,")
	c.text("small", 22, 680, "each workload sees its prefixes only")
	c.arrow("M92 696V740", 100, 722, "all calls")
	c.stack(r, graph.Audit, 4, 744, 352, 92)
	c.text("small", 22, 816, "CloudTrail into a WORM bucket, alarms")
	c.stack(r, graph.Security, 4, 882, 352, 108)
	c.text("small", 22, 954, "a role and a boundary per workload,")
	c.text("small", 22, 974, "people, pipeline, guards of ML work")
	c.arrow("M92 882V840", 100, 866, "all calls")
	return c.finish(r, "narrow", 360, 996)
}
