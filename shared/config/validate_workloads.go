package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/names"
)

// SharedPrefix belongs to the ML service role (contract field
// mlServiceRoleArn), so no workload may write it.
const SharedPrefix = "shared/"

// EvidencePrefix is the part of the audit bucket that holds reports on what stands,
// added by the pipeline's evidence role.
const EvidencePrefix = "evidence/"

// ReservedNames are role names that the estate itself uses.
var ReservedNames = []string{
	"auditor", "break-glass", "config-recorder", "data-scientist", "deploy-audit", "deploy-data", "deploy-network", "deploy-security",
	"drift", "evidence", "flow-logs", "integration", "malware-scan", "ml-service", "model-invocation-log", "preview", "replication", "support", "tampering", "trail-delivery",
}

func (v *validation) workloads(workloads []Workload, n names.Names) {
	named := map[string]int{}
	for i, w := range workloads {
		key := fmt.Sprintf("workloads[%d]", i)
		v.workloadName(key+".name", w.Name, n)
		if first, taken := named[w.Name]; taken && w.Name != "" {
			v.fail(key+".name", w.Name, fmt.Sprintf("is already the name of workloads[%d]; each workload needs a name of its own", first), "")
		}
		named[w.Name] = i
		v.owner(key+".owner", w.Owner, "the workload", "growth-ml")
		isKind := oneOf(v, key+".kind", w.Kind, Training, Processing, Notebook, Inference, Agent)
		oneOf(v, key+".runsOn", w.RunsOn, SageMaker, EC2, Bedrock, Lambda)
		if can := kinds[w.RunsOn]; can != nil && isKind && !slices.Contains(can, w.Kind) {
			v.fail(key+".kind", string(w.Kind), fmt.Sprintf("cannot run on %s, which runs %s", w.RunsOn, strings.Trim(fmt.Sprint(can), "[]")), "")
		}
		oneOf(v, key+".classification", w.Classification, classifications...)
		if w.RunsOn == Bedrock && len(w.Reads)+len(w.Writes) > 0 {
			v.fail(key+".reads", "", "must be empty, and so must writes: bedrock reaches S3 from AWS's side, and the data bucket answers only through the VPC (control DAT-14); run the part that needs data on lambda", "")
		}
		v.prefixes(key+".reads", w.Reads)
		v.prefixes(key+".writes", w.Writes)
	}
	v.writers(workloads)
}

func (v *validation) workloadName(key, name string, n names.Names) {
	if !slug.MatchString(name) {
		v.need(key, name, "must be lower-case letters, digits and single hyphens, beginning with a letter", "churn-training")
		return
	}
	if slices.Contains(ReservedNames, name) {
		v.fail(key, name, "is the name of a role of the estate itself; choose another", "")
	}
	if role := n.Of(name); len(role) > names.MaxRole {
		v.fail(key, name, fmt.Sprintf("makes the role name %q %d characters long, and IAM allows %d: shorten it by %d",
			role, len(role), names.MaxRole, len(role)-names.MaxRole), "")
	}
}

func (v *validation) prefixes(key string, prefixes []string) {
	for i, p := range prefixes {
		key := fmt.Sprintf("%s[%d]", key, i)
		if !prefixPath.MatchString(p) {
			v.need(key, p, "must be a path of lower-case letters, digits, dots, hyphens and underscores that ends with a slash and does not begin with one", "raw/churn/")
		}
		if slices.Contains(prefixes[:i], p) {
			v.fail(key, p, "is listed twice", "")
		}
	}
}

// writers holds the rule that every place in the bucket has one writer: two
// prefixes clash when one lies inside the other.
func (v *validation) writers(workloads []Workload) {
	type writer struct{ key, name, prefix string }
	owned := []writer{{name: "the ML service role", prefix: SharedPrefix}}
	for i, w := range workloads {
		for j, p := range w.Writes {
			key := fmt.Sprintf("workloads[%d].writes[%d]", i, j)
			for _, o := range owned {
				if o.name != w.Name && p != "" && (strings.HasPrefix(p, o.prefix) || strings.HasPrefix(o.prefix, p)) {
					v.fail(key, p, fmt.Sprintf("is written by %s already (%s); every prefix has one writer", o.name, strings.TrimSpace(o.key+" "+o.prefix)), "")
				}
			}
			owned = append(owned, writer{key: key, name: w.Name, prefix: p})
		}
	}
}
