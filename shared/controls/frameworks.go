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
	// Checked says against which list it was made sure that the ids exist; what a
	// requirement says is another question, which the mark of its source answers.
	Checked string

	of func(*Control) string
}

// AllFrameworks lists the frameworks in the order of the matrix. Their ids were
// compared in November 2026 with the lists named here, by commit.
var AllFrameworks = []Framework{
	{"security-hub", "AWS Security Hub", "those of SageMaker and Bedrock in AWS's page on the standard AI Security Best Practices 1.0.0, EC2.172, EC2.182, CloudWatch.15 and " +
		"CloudWatch.17 in its page on required resources of AWS Config, and those of the standard Foundational Security Best Practices " + byProwler + "; others were not", func(c *Control) string { return c.Frameworks.SecurityHub }},
	{"cis-aws-3.0", "CIS AWS Foundations Benchmark 3.0", "all " + byProwler, func(c *Control) string { return c.Frameworks.CIS3 }},
	{"cis-aws-5.0", "CIS AWS Foundations Benchmark 5.0", "all " + byProwler, func(c *Control) string { return c.Frameworks.CIS5 }},
	{"nist-800-53-r5", "NIST SP 800-53 revision 5", "all but seven in NIST's OSCAL content 5.1.1 (usnistgov/oscal-content 88bb8de), baselines high and privacy; " +
		"AC-4(21), CA-9(1), SC-5(2), SC-12(2), SC-28(3), SI-13(5) and SI-15, which are in neither, " + byCISOAssistant, func(c *Control) string { return c.Frameworks.NIST }},
	{"iso-27001-2022", "ISO/IEC 27001:2022 Annex A", "all " + byCISOAssistant, func(c *Control) string { return c.Frameworks.ISO }},
	{"soc-2", "SOC 2 trust services criteria", "all " + byCISOAssistant + " and, for processing integrity, " + byProwler, func(c *Control) string { return c.Frameworks.SOC2 }},
	{"nist-ai-rmf-1.0", "NIST AI Risk Management Framework 1.0", "all " + byCISOAssistant, aiRiskOf},
	{"ai", "AWS AI Security Framework and samples", "those that begin with AISF " + byProwler + "; the others are names of samples and checks", func(c *Control) string { return c.Frameworks.AI }},
}

// Where lists of ids were found, for those that are not public themselves.
const (
	byProwler       = "in Prowler's compliance files (prowler-cloud/prowler 3e000fa)"
	byCISOAssistant = "in CISO Assistant's library (intuitem/ciso-assistant-community f990d7b)"
)

// Requirement is one requirement of a framework, with the source that maps the
// control to it.
type Requirement struct {
	ID     string `json:"id"`
	Source Source `json:"source"`
}

func (r Requirement) String() string { return r.ID + r.Source.Mark() }

// Requirements returns what a control serves in the framework.
func (f Framework) Requirements(c *Control) []Requirement {
	return parseRequirements(f.of(c))
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
