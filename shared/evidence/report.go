// Package evidence says what holds in a deployed estate, in forms that people and
// their tools take: a page, a text, OSCAL, SARIF, tables and plain JSON, in one
// folder with a signed manifest of every file.
//
// The rule it upholds: a report says what was looked at and what was not, and
// never more. A mapping that nobody verified is marked, what is not known is not
// counted as held, and the same input makes the same bytes; the only time in a
// report is the one that its caller declares.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Format names the layout of controls.json and manifest.json; it changes when a
// program that reads them would break.
const Format = "ringfence-evidence/1"

// Basis is what was judged.
type Basis string

// The bases.
const (
	// Deployed: the state that Pulumi wrote at the last deployment.
	Deployed Basis = "deployed state"
	// Live: what really stands, as a refresh has just read it.
	Live Basis = "live resources"
)

// Input is what a report is made of.
type Input struct {
	// Snapshot is the estate that was judged, and Results is the judgement.
	Snapshot *snapshot.Snapshot
	Results  []controls.Result
	Basis    Basis
	// Name is the name of the Pulumi stacks.
	Name string
	// Stacks says of each stack what was read; those that are not deployed are
	// left out.
	Stacks []StackState
	// Exceptions is the whole register.
	Exceptions controls.Exceptions
	// Access is who can do what; nil where it was not asked.
	Access []access.Answer
	// Drift is nil where nobody looked.
	Drift *Drift
	// Commit is the commit of the checkout, empty where there is none; Modified:
	// the checkout differs from it.
	Commit   string
	Modified bool
	// Time is the declared time of the report, to the second.
	Time time.Time
}

// StackState is the state of a stack that was read.
type StackState struct {
	Stack graph.Name
	// Deployed is when it was last deployed.
	Deployed time.Time
}

// Report is everything that the files of a report say. It is controls.json.
type Report struct {
	Format      string      `json:"format"`
	Environment Environment `json:"environment"`
	// Time is the declared time, RFC 3339 in UTC.
	Time  string `json:"time"`
	Basis Basis  `json:"basis"`
	// Commit is the commit of the checkout that judged, or empty.
	Commit   string `json:"commit"`
	Modified bool   `json:"modified,omitempty"`
	// Catalogue is the version of the control catalogue: the start of the
	// SHA-256 over all of it.
	Catalogue  string      `json:"catalogue"`
	Headline   Headline    `json:"headline"`
	Stacks     []Stack     `json:"stacks"`
	Controls   []Control   `json:"controls"`
	Frameworks []Framework `json:"frameworks"`
	Exceptions []Exception `json:"exceptions"`
	Drift      *Drift      `json:"drift"`
	// Limits says what the report does not show.
	Limits []string `json:"limits"`

	Access    []Access   `json:"-"`
	Workloads []Workload `json:"-"`
	Endpoints int        `json:"-"`
}

// Environment says where the estate stands.
type Environment struct {
	Name string `json:"name"`
	// Stacks is the name of the Pulumi stacks.
	Stacks    string           `json:"stacks"`
	Target    config.Target    `json:"target"`
	Lifecycle config.Lifecycle `json:"lifecycle"`
	Account   string           `json:"account"`
	Region    string           `json:"region"`
}

// Emulated reports whether AWS was an emulated one.
func (e Environment) Emulated() bool { return e.Target == config.Emulator }

// Workload is a workload as the picture of the estate shows it.
type Workload struct{ Name, Kind, RunsOn string }

// New makes a report.
func New(in Input) *Report {
	env := in.Snapshot.Environment
	r := &Report{
		Format: Format,
		Environment: Environment{
			Name: env.Name, Stacks: in.Name, Target: env.Target, Lifecycle: env.Lifecycle, Account: env.AccountID, Region: env.Region,
		},
		Time: in.Time.UTC().Format(time.RFC3339), Basis: in.Basis, Commit: in.Commit, Modified: in.Modified,
		Catalogue: CatalogueVersion(), Drift: in.Drift, Access: matrix(in.Access),
		Endpoints: len(in.Snapshot.OfType("aws:ec2/vpcEndpoint:VpcEndpoint")),
	}
	for _, w := range env.Workloads {
		r.Workloads = append(r.Workloads, Workload{w.Name, string(w.Kind), string(w.RunsOn)})
	}
	r.Stacks = stacks(in)
	for _, result := range in.Results {
		r.Controls = append(r.Controls, newControl(result, in.Basis))
	}
	r.Headline = headline(r.Controls)
	r.Frameworks = frameworks(in.Results)
	r.Exceptions = exceptions(in)
	r.Limits = r.limits()
	return r
}

// declared is the time of the report.
func (r *Report) declared() time.Time {
	t, _ := time.Parse(time.RFC3339, r.Time) // written by New
	return t
}

// limits are the words of what the report does not show.
func (r *Report) limits() []string {
	out := []string{
		"This report claims no certification and no compliance. It says which controls of the catalogue hold, and which requirements they serve by a mapping whose source is named.",
		"A control says nothing about what it does not look at: resources that no stack declares, the objects in the buckets, what workloads do with what they may do.",
	}
	if r.Environment.Emulated() {
		out = append(out, "AWS was an emulated one. It keeps resources as AWS would, and judges no access.")
	}
	if r.Basis == Deployed {
		out = append(out, "What was judged is the state of the last deployment. What was changed since behind its back is not seen; --live looks.")
	}
	out = append(out, "Access is decided by Ringfence's evaluator of AWS's policy language over the policies of the estate. AWS itself was not asked, and organization policies are not known here.")
	for _, s := range r.Stacks {
		if !s.Present {
			out = append(out, "Stack "+string(s.Name)+" is not deployed, and nothing of it was judged.")
		}
	}
	return out
}

// CatalogueVersion is the version of the catalogue: the first 16 hex digits of
// the SHA-256 over every control with its mappings.
func CatalogueVersion() string {
	sum := sha256.New()
	for _, c := range controls.All() {
		content, err := json.Marshal(struct {
			ID, Title, Remedy string
			Tier              controls.Tier
			Severity          controls.Severity
			Frameworks        controls.Frameworks
		}{c.ID, c.Title, c.Remedy, c.Tier, c.Severity, c.Frameworks})
		if err != nil {
			panic(err) // texts only
		}
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
