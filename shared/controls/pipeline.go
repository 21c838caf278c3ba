package controls

import (
	"sync"
	"time"

	"github.com/ringfence/ringfence/shared/workflows"
)

// Pipeline is what there is to judge beside the stacks.
type Pipeline struct {
	// Workflows are those of the repository; see workflows.Load.
	Workflows []workflows.Workflow
	// Exceptions is the register of exceptions; see LoadExceptions.
	Exceptions Exceptions
	// Today is the day on which an exception must still count.
	Today time.Time

	once     sync.Once
	findings []workflows.Finding
}

// check judges the workflows, once.
func (p *Pipeline) check() []workflows.Finding {
	p.once.Do(func() { p.findings = workflows.Check(p.Workflows) })
	return p.findings
}

// pipelineControls are the controls on how the estate is changed.
var pipelineControls = []*Control{
	{
		ID: "PIP-01", Tier: Core, Severity: Medium,
		Title:      "Every stack exports exactly its contract, and nothing secret",
		Frameworks: Frameworks{NIST: "CM-2†", ISO: "A.8.9†", SOC2: "CC8.1†"},
		Remedy:     "Change the contract in shared/contract, and with it the stack that exports it; nothing else is exported.",
		check:      contractsAreKept,
	},
	{
		ID: "PIP-02", Tier: Core, Severity: Medium,
		Title:      "The stacks are deployed in the order of one graph without a cycle, and destroyed in reverse",
		Frameworks: Frameworks{NIST: "CM-3†", ISO: "A.8.32†", SOC2: "CC8.1†"},
		Remedy:     "Declare the dependency in shared/graph, and give the job of the stack in the deploy workflow the same needs.",
		check:      deployOrderIsKept,
	},
	{
		ID: "PIP-03", Tier: Core, Severity: High,
		Title:      "Workflows have the least permissions, pinned actions and no keys that live long",
		Frameworks: Frameworks{NIST: "SA-10†, SR-3†", ISO: "A.8.25†", SOC2: "CC8.1†", AI: "actionlint, zizmor"},
		Remedy:     "Follow the finding; docs of package shared/workflows name every rule.",
		check:      workflowsKeep(workflows.SupplyChain),
	},
	{
		ID: "PIP-04", Tier: Core, Severity: Critical,
		Title:      "Pull requests of forks never get credentials, and previews get a role that only reads",
		Frameworks: Frameworks{NIST: "AC-6†", ISO: "A.8.31†", SOC2: "CC6.3†"},
		Remedy:     "Follow the finding: forks are told by the repository of the pull request's head.",
		check:      workflowsKeep(workflows.Forks),
	},
	{
		ID: "PIP-05", Tier: Plus, Severity: Medium,
		Title:      "Known vulnerabilities stop a change, and every release has an SBOM",
		Frameworks: Frameworks{NIST: "RA-5†, SI-2†", ISO: "A.8.8†", SOC2: "CC7.1†"},
		Remedy:     "Keep govulncheck in the gate of every pull request, and the SBOM in the release workflow.",
		check:      workflowsKeep(workflows.Dependencies),
	},
	{
		ID: "PIP-06", Tier: Plus, Severity: Medium,
		Title:      "Every night the estate is compared with its code, and drift becomes an issue",
		Frameworks: Frameworks{NIST: "CM-3†, CM-6†, CA-7†", ISO: "A.8.9†", SOC2: "CC7.1†"},
		Remedy:     "Keep the nightly workflow that runs ./ringfence drift and reports.",
		check:      workflowsKeep(workflows.Drift),
	},
	{
		ID: "PIP-07", Tier: Plus, Severity: Medium,
		Title:      "Every exception has an owner, a reason, a compensation and an end, and none is over",
		Frameworks: Frameworks{NIST: "CA-5†, PM-4†", ISO: "A.5.1†", SOC2: "CC4.2†"},
		Remedy:     "Renew the exception with a new decision, or mend what it excused and take it out.",
		check:      exceptionsAreValid,
	},
	{
		ID: "PIP-08", Tier: Core, Severity: High,
		Title:      "Pulumi's state is kept in a backend with a managed key, and no output holds a secret",
		Frameworks: Frameworks{NIST: "SC-28†, IA-5†", ISO: "A.8.24†", SOC2: "CC6.1†"},
		Remedy:     "Set state.secretsProvider to an awskms:// key and state.backend to s3://, or the backend to Pulumi Cloud; take the output out of the contract.",
		check:      stateKeepsSecrets,
	},
}
