package controls

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Frameworks are the requirements that a control serves, as the catalogue writes
// them: ids separated by commas, each with the mark of its source.
type Frameworks struct {
	SecurityHub string // AWS Security Hub controls
	CIS3, CIS5  string // CIS AWS Foundations Benchmark 3.0 and 5.0
	NIST        string // NIST SP 800-53 revision 5
	ISO         string // ISO/IEC 27001:2022, Annex A
	SOC2        string // SOC 2 trust services criteria
	AI          string // AWS AI Security Framework, and samples of AWS for AI workloads
}

// Source says where a mapping was found, and so how far to trust it.
type Source string

// The sources.
const (
	// Read: the framework's or AWS's own document says so.
	Read Source = "read"
	// Prowler and Steampipe: these projects say so.
	Prowler   Source = "Prowler"
	Steampipe Source = "Steampipe"
	// Own: our own mapping, which nobody has verified.
	Own Source = "own, not verified"
	// Disputed: the sources disagree.
	Disputed Source = "disputed"
)

// Verified reports whether a source is more than our own opinion.
func (s Source) Verified() bool { return s == Read }

// Mark is how the catalogue writes a source after an id.
func (s Source) Mark() string {
	switch s {
	case Prowler:
		return " (pr)"
	case Steampipe:
		return " (sp)"
	case Own:
		return "†"
	case Disputed:
		return "?"
	}
	return ""
}

// Framework is one of the frameworks.
type Framework struct {
	// Key names the framework in files, such as nist-800-53-r5.
	Key string
	// Title is its name for people.
	Title string

	of func(Frameworks) string
}

// AllFrameworks lists the frameworks in the order of the matrix.
var AllFrameworks = []Framework{
	{"security-hub", "AWS Security Hub", func(f Frameworks) string { return f.SecurityHub }},
	{"cis-aws-3.0", "CIS AWS Foundations Benchmark 3.0", func(f Frameworks) string { return f.CIS3 }},
	{"cis-aws-5.0", "CIS AWS Foundations Benchmark 5.0", func(f Frameworks) string { return f.CIS5 }},
	{"nist-800-53-r5", "NIST SP 800-53 revision 5", func(f Frameworks) string { return f.NIST }},
	{"iso-27001-2022", "ISO/IEC 27001:2022 Annex A", func(f Frameworks) string { return f.ISO }},
	{"soc-2", "SOC 2 trust services criteria", func(f Frameworks) string { return f.SOC2 }},
	{"ai", "AWS AI Security Framework and samples", func(f Frameworks) string { return f.AI }},
}

// Requirement is one requirement of a framework, with the source that maps the
// control to it.
type Requirement struct {
	ID     string `json:"id"`
	Source Source `json:"source"`
}

func (r Requirement) String() string { return r.ID + r.Source.Mark() }

// Requirements returns what a control serves in the framework.
func (f Framework) Requirements(c *Control) []Requirement {
	return parseRequirements(f.of(c.Frameworks))
}

// parseRequirements reads a list of ids. The mark of Prowler or Steampipe stands
// after the last id that it speaks for; so, lest an id seem better founded than
// it is, it counts for all unmarked ids before it up to the last semicolon.
func parseRequirements(text string) []Requirement {
	var out []Requirement
	for _, group := range strings.Split(text, ";") {
		from := len(out)
		for _, id := range strings.Split(group, ",") {
			r, trailing := parseRequirement(strings.TrimSpace(id))
			if r.ID == "" {
				continue
			}
			out = append(out, r)
			for i := from; trailing && i < len(out); i++ {
				if out[i].Source == Read {
					out[i].Source = r.Source
				}
			}
		}
	}
	return slices.Clip(out)
}

// parseRequirement reads one id; trailing reports that its mark may speak for
// the ids before it too.
func parseRequirement(text string) (r Requirement, trailing bool) {
	for _, source := range []Source{Prowler, Steampipe, Own, Disputed} {
		if id, found := strings.CutSuffix(text, source.Mark()); found {
			return Requirement{id, source}, source == Prowler || source == Steampipe
		}
	}
	return Requirement{text, Read}, false
}

// CompareIDs orders ids with numbers in them as people do: 4.2 before 4.10.
func CompareIDs(a, b string) int {
	x, y := runs(a), runs(b)
	for i := range min(len(x), len(y)) {
		m, errM := strconv.Atoi(x[i])
		n, errN := strconv.Atoi(y[i])
		order := cmp.Compare(x[i], y[i])
		if errM == nil && errN == nil {
			order = cmp.Or(cmp.Compare(m, n), order)
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(len(x), len(y))
}

// runs cuts a text into runs of digits and runs of anything else.
func runs(text string) []string {
	var out []string
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	from := 0
	for i := 1; i <= len(text); i++ {
		if i == len(text) || digit(text[i]) != digit(text[i-1]) {
			out = append(out, text[from:i])
			from = i
		}
	}
	return out
}
