package evidence

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/controls"
)

// GitHub takes no more than this ("SARIF results exceed one or more limits" and
// "SARIF results file is too large" in its documentation).
const (
	maxSARIFResults = 25_000
	maxSARIFBytes   = 10 << 20 // compressed with gzip
	maxSARIFTags    = 10       // of the tags of a rule, GitHub shows ten
	maxSARIFText    = 1_000    // our own; one result is no page
)

// The part of SARIF 2.1.0 that is written here (OASIS Standard, 27 March 2020).
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	Automation  sarifID           `json:"automationDetails"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

type sarifID struct {
	ID string `json:"id"`
}

type sarifDriver struct {
	Name            string      `json:"name"`
	SemanticVersion string      `json:"semanticVersion,omitempty"`
	Version         string      `json:"version"`
	Rules           []sarifRule `json:"rules"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Short      sarifText      `json:"shortDescription"`
	Full       sarifText      `json:"fullDescription"`
	Help       sarifText      `json:"help"`
	Config     sarifLevel     `json:"defaultConfiguration"`
	Properties sarifRuleProps `json:"properties"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifRuleProps struct {
	Tags      []string `json:"tags"`
	Precision string   `json:"precision"`
	Severity  string   `json:"security-severity"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	EndTime       string              `json:"endTimeUtc"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`

	severity int
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine int `json:"startLine"`
		} `json:"region"`
	} `json:"physicalLocation"`
	Logical []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifLogical struct {
	Name string `json:"name"`
	Full string `json:"fullyQualifiedName,omitempty"`
	Kind string `json:"kind"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

// sarif writes the findings as SARIF 2.1.0, the gravest first, within what
// GitHub's code scanning takes. What had to be left out is said in the file.
func (r *Report) sarif() ([]byte, error) {
	run := sarifRun{Automation: sarifID{"ringfence/" + r.Environment.Stacks + "/"}}
	run.Tool.Driver = sarifDriver{Name: "Ringfence", Version: "catalogue " + r.Catalogue}
	results := []sarifResult{}
	for i, c := range r.Controls {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(c))
		for _, f := range c.Findings {
			results = append(results, r.sarifResult(i, f, nil))
		}
		for _, f := range c.Excepted {
			results = append(results, r.sarifResult(i, f, r.suppressions(f)))
		}
	}
	slices.SortStableFunc(results, func(a, b sarifResult) int { return cmp.Compare(a.severity, b.severity) })
	for keep := min(len(results), maxSARIFResults); ; keep /= 2 {
		run.Results = results[:keep]
		run.Invocations = []sarifInvocation{{Successful: true, EndTime: r.Time}}
		if left := len(results) - keep; left > 0 {
			run.Invocations[0].Notifications = []sarifNotification{{"warning", sarifText{
				fmt.Sprintf("%d of %d findings are left out, the least grave: GitHub takes no larger file. controls.json has all.", left, len(results))}}}
		}
		content, err := indented(sarifLog{
			Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
		})
		if err != nil || keep == 0 || compressed(content) <= maxSARIFBytes {
			return content, err
		}
	}
}

func compressed(content []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content) // a buffer takes all
	_ = w.Close()
	return b.Len()
}

// The severities for GitHub: a score from 0 to 10, and the level of a result.
var sarifSeverities = map[controls.Severity]struct{ score, level string }{
	controls.Critical: {"9.5", "error"}, controls.High: {"8.0", "error"}, controls.Medium: {"5.5", "warning"}, controls.Low: {"2.0", "note"},
}

func sarifRuleOf(c Control) sarifRule {
	severity := sarifSeverities[c.Severity]
	tags := []string{"security", string(c.Tier), strings.ToLower(c.Area())}
	for _, s := range c.Serves {
		tags = append(tags, s.Framework)
	}
	return sarifRule{
		ID: c.ID, Name: c.ID, Short: sarifText{c.Title}, Full: sarifText{c.Title + "."}, Help: sarifText{c.Remedy},
		Config:     sarifLevel{severity.level},
		Properties: sarifRuleProps{Tags: tags[:min(len(tags), maxSARIFTags)], Precision: "very-high", Severity: severity.score},
	}
}

func (r *Report) sarifResult(rule int, f controls.Finding, suppressions []sarifSuppression) sarifResult {
	severity := sarifSeverities[f.Severity]
	out := sarifResult{
		RuleID: f.Control, RuleIndex: rule, Level: severity.level, Message: sarifText{short(f.String() + ". " + f.Remedy)},
		Suppressions: suppressions, severity: slices.Index(controls.Severities(), f.Severity),
	}
	// A result stays the same one as long as it is about the same place.
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Environment.Stacks, f.Control, string(f.Stack), f.Resource, f.Property, f.Wanted}, "\x00")))
	out.Fingerprints = map[string]string{"ringfence/v1": hex.EncodeToString(sum[:])}
	var location sarifLocation
	location.Physical.Artifact.URI, location.Physical.Region.StartLine = artifact(f), 1
	if f.Resource != "" {
		location.Logical = []sarifLogical{{Name: f.Resource, Full: f.URN, Kind: "resource"}}
	}
	out.Locations = []sarifLocation{location}
	return out
}

// artifact is the file of the repository that a finding is shown at: GitHub
// shows none without.
func artifact(f controls.Finding) string {
	switch {
	case strings.HasPrefix(f.Resource, ".github/"):
		return f.Resource
	case f.Stack != "":
		return f.Stack.Dir() + "/main.go"
	}
	return ".github/workflows"
}

func (r *Report) suppressions(f controls.Finding) []sarifSuppression {
	for _, x := range r.Exceptions {
		if x.DaysLeft >= 0 && x.Exception.Covers(f, r.Environment.Name) {
			return []sarifSuppression{{"external", "accepted", short(x.Reason + " " + x.Compensation + " Until " + x.Expires + ".")}}
		}
	}
	return []sarifSuppression{}
}

// short cuts a text that is too long for a result.
func short(text string) string {
	if runes := []rune(text); len(runes) > maxSARIFText {
		return string(runes[:maxSARIFText]) + "…"
	}
	return text
}
