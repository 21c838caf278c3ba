package workflows

import (
	"regexp"
	"slices"
)

var dependencyRules = []Rule{
	{
		Name: "vulnerability-gate", Control: Dependencies, check: vulnerabilityGate,
		Holds: "a known vulnerability of a dependency stops every pull request and every push",
	},
	{
		Name: "release-sbom", Control: Dependencies, check: releaseSBOM,
		Holds: "every release comes with an SBOM",
	},
}

var (
	govulncheck = regexp.MustCompile(`\bgovulncheck@v\d+\.\d+\.\d+\b`)
	pipAudit    = regexp.MustCompile(`\bpip-audit==\d+\.\d+\.\d+\b`)
	sbomTool    = regexp.MustCompile(`\bcyclonedx-gomod@v\d+\.\d+\.\d+\b`)
	releasing   = regexp.MustCompile(`\bgh release (create|upload)\b`)
)

func vulnerabilityGate(all files) []Finding {
	var out []Finding
	for _, gate := range []struct {
		of, run string
		tool    *regexp.Regexp
	}{
		{"Go", "go run golang.org/x/vuln/cmd/govulncheck@v1.2.3", govulncheck},
		{"Python", "pipx run --spec pip-audit==1.2.3 pip-audit", pipAudit},
	} {
		if !stopsChanges(all, gate.tool) {
			out = append(out, Finding{Message: "vulnerable " + gate.of + " dependencies do not stop every pull request and every push",
				Remedy: "run " + gate.run + ", pinned, in a job without a condition"})
		}
	}
	return out
}

// stopsChanges reports whether a job that always runs has a script that matches.
func stopsChanges(all files, tool *regexp.Regexp) bool {
	for _, w := range all {
		for _, j := range w.Jobs {
			if on(w, "pull_request") && on(w, "push") && j.If == "" && !tolerant(j) && j.matches(tool) {
				return true
			}
		}
	}
	return false
}

func releaseSBOM(all files) []Finding {
	for _, w := range all {
		if !onTag(w) {
			continue
		}
		makes := slices.ContainsFunc(w.Jobs, func(j Job) bool { return j.matches(sbomTool) && !tolerant(j) })
		attaches := slices.ContainsFunc(w.Jobs, func(j Job) bool { return j.matches(releasing) })
		if makes && attaches {
			return nil
		}
	}
	return []Finding{{Message: "no workflow makes an SBOM when a version is tagged and attaches it to the release",
		Remedy: "run a pinned cyclonedx-gomod in a workflow that a tag starts, and gh release create with its files"}}
}

// matches reports whether a script of the job matches.
func (j Job) matches(pattern *regexp.Regexp) bool {
	return slices.ContainsFunc(j.Steps, func(s Step) bool { return pattern.MatchString(s.Run) })
}
