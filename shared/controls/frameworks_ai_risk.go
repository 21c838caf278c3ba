package controls

import (
	"slices"
	"strings"
)

// aiRisk says which controls leave evidence for a subcategory of the NIST AI RMF 1.0.
// Its outcomes are about organizations: no control meets one alone, and nobody has
// verified this mapping, so it is never more than a part of what an assessor asks
// for. What is about people, purposes, models or society is left out, which is most
// of it.
//
// Source of the outcomes: NIST AI 100-1, Artificial Intelligence Risk Management
// Framework (AI RMF 1.0), January 2023.
var aiRisk = []struct {
	subcategory string
	controls    []string
}{
	// What is accepted has an owner, a reason and a last day, and the catalogue is open.
	{"GOVERN 1.4", []string{"PIP-07"}},
	// The estate is compared with its code every night, and exceptions end.
	{"GOVERN 1.5", []string{"PIP-06", "PIP-07"}},
	// Workloads are listed in the environment file, and what belongs to them is tagged.
	{"GOVERN 1.6", []string{"DAT-25", "AUD-34"}},
	// What others make: which models may be called, and which dependencies are known to
	// be vulnerable.
	{"GOVERN 6.1", []string{"IAM-20", "PIP-05"}},
	{"MAP 4.2", []string{"IAM-20", "IAM-21", "PIP-03", "PIP-05"}},
	// Calls to models in production are recorded and watched.
	{"MEASURE 2.4", []string{"AUD-08", "AUD-32", "AUD-33"}},
	// Security and resilience: how ML work runs, who reaches data and models, and
	// whether data can be had back.
	{"MEASURE 2.7", []string{
		"NET-01", "NET-13", "IAM-09", "IAM-13", "IAM-14", "IAM-15", "IAM-16", "IAM-17", "IAM-18", "IAM-21",
		"DAT-08", "DAT-14", "DAT-16", "DAT-23", "DAT-26", "AUD-36", "AUD-38",
	}},
	// Accountability: who did what, in a record that nobody rewrites.
	{"MEASURE 2.8", []string{"AUD-01", "AUD-05", "AUD-07", "AUD-08", "AUD-12", "AUD-13"}},
	// Privacy: what is sensitive, and who outside could read it.
	{"MEASURE 2.10", []string{"IAM-28", "AUD-37"}},
	// Security risks that nobody foresaw are looked for all the time.
	{"MEASURE 3.1", []string{"IAM-28", "AUD-35", "AUD-36", "AUD-38", "PIP-06"}},
	// What is not done about a risk is written down.
	{"MANAGE 1.3", []string{"PIP-07"}},
	{"MANAGE 1.4", []string{"PIP-07"}},
	{"MANAGE 3.1", []string{"IAM-20", "IAM-21", "AUD-33", "PIP-05"}},
	{"MANAGE 3.2", []string{"AUD-08", "AUD-33"}},
	{"MANAGE 4.1", []string{"AUD-08", "AUD-32", "AUD-33", "PIP-06"}},
	// Security incidents reach those whom the environment file names.
	{"MANAGE 4.3", []string{"AUD-30", "AUD-31", "AUD-39"}},
}

// aiRiskOf are the subcategories of a control, as the catalogue writes requirements.
func aiRiskOf(c *Control) string {
	var ids []string
	for _, r := range aiRisk {
		if slices.Contains(r.controls, c.ID) {
			ids = append(ids, r.subcategory+Own.Mark())
		}
	}
	return strings.Join(ids, ", ")
}
