package config

import (
	"fmt"

	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/quota"
)

// The lists of an environment file end up in policies, and AWS takes a policy up
// to a length. A list that does not fit is refused here: AWS would say so when
// half of the estate stands.

// document is a policy that grows with a list of the environment file.
type document struct {
	// what names it, as in "has no room in <what>".
	what  string
	limit quota.Limit
	// besides is the most that it says beside the list, in any environment. A test
	// records the longest ones and holds these numbers to what is registered.
	besides int
}

// The documents that grow.
var (
	auditorTrust    = document{"the trust policy of role auditor", quota.Trust, 320}
	breakGlassTrust = document{"the trust policy of role break-glass", quota.Trust, 320}
	scientistTrust  = document{"the trust policy of role data-scientist", quota.Trust, 320}
	supportTrust    = document{"the trust policy of role support", quota.Trust, 320}
	dataBucket      = document{"the policy of the data bucket", quota.Bucket, 5800}
	modelGuard      = document{"the guard of models", quota.Managed, 400}
	instanceGuard   = document{"the guard of instance types", quota.Managed, 2000}
	dataKey         = document{"the policy of the data key", quota.Key, 3500}
	jobStarter      = document{"the policies of role data-scientist", quota.Inline, 1200}
	securityDeploys = document{"the policies of role deploy-security", quota.Inline, 6000}
	workloadRole    = document{"the policies of its role", quota.Inline, 3200}
)

// sizes holds every list to the room that its policies have.
func (v *validation) sizes(e *Environment, n names.Names) {
	const together = "list fewer, such as one role that a whole team takes"
	v.fit("access.auditors", auditorTrust, listed(e.Access.Auditors), together)
	v.fit("access.breakGlass", breakGlassTrust, listed(e.Access.BreakGlass), "list fewer users")
	v.fit("access.dataScientists", scientistTrust, listed(e.Access.DataScientists), together)
	v.fit("features.supportRole", supportTrust, listed(e.Features.SupportRole), together)
	v.fit("access.deployers", dataBucket, listed(e.Access.Deployers), together)
	v.fit("models.allowed", modelGuard, e.modelCharacters(n), "list fewer models")
	v.fit("features.instanceTypes", instanceGuard, listed(e.Features.InstanceTypes), "list fewer types")
	v.workloadSizes(e, n)
}

// workloadSizes adds up what names every workload, and what names the prefixes of
// one.
func (v *validation) workloadSizes(e *Environment, n names.Names) {
	const elsewhere = "move workloads to an environment of their own, which has its own key and roles, or give them shorter names"
	var onKey, onJobs, onInstances int
	for i, w := range e.Workloads {
		role := listed([]string{n.IAMARN("role/" + n.Of(w.Name))})
		onKey += role
		switch w.RunsOn {
		case SageMaker:
			onKey += 2 * role // volumes, and who may hold the key open for them
			onJobs += role
		case EC2:
			onInstances += role
		}
		characters := grantCharacters(n, w)
		if w.Kind == Agent {
			characters += e.modelCharacters(n)
		}
		v.fit(fmt.Sprintf("workloads[%d]", i), workloadRole, characters,
			"give it fewer prefixes, such as one that the others lie in, or make it two workloads")
	}
	v.fit("workloads", dataKey, onKey, elsewhere)
	v.fit("workloads", jobStarter, onJobs, elsewhere)
	v.fit("workloads", securityDeploys, onInstances, elsewhere)
}

// fit reports a list that takes more characters in a document than there is room.
func (v *validation) fit(key string, d document, characters int, way string) {
	room := d.limit.Characters - d.besides
	if characters <= room {
		return
	}
	v.fail(key, "", fmt.Sprintf("has no room in %s: it takes %d characters, and %d are left of the %d that AWS takes (%s); %s",
		d.what, characters, room, d.limit.Characters, d.limit.Source, way), "")
}

// listed is the length of a list of strings in JSON, without its brackets.
func listed(values []string) int {
	characters := 0
	for _, value := range values {
		characters += len(value) + len(`"",`)
	}
	return characters
}

// modelCharacters is what the models take in each policy that names them.
func (e *Environment) modelCharacters(n names.Names) int {
	arn := len("arn:" + n.Partition() + ":bedrock:" + e.Region + "::foundation-model/")
	return listed(e.Models.Allowed) + arn*len(e.Models.Allowed) + 2*len(e.Models.Guardrail)
}

// grantCharacters is what a workload's prefixes take in its grant: each is listed,
// with and without a wildcard, and read; some are written.
func grantCharacters(n names.Names, w Workload) int {
	object := len(n.BucketARN("data")) + len(`/*`)
	characters := 0
	for _, prefix := range w.Reads {
		characters += listed([]string{prefix, prefix + "*", prefix}) + object
	}
	for _, prefix := range w.Writes {
		characters += listed([]string{prefix, prefix + "*", prefix, prefix}) + 2*object
	}
	return characters
}
