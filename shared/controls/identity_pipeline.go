package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/names"
)

func pipelineRolesAreSeparate(in *inspection) {
	situations := in.situations()
	for role, trust := range in.federated() {
		own, known := situations[strings.TrimPrefix(role.Name, in.Names.Prefix+"-")]
		if !known {
			trust.fail(trust.Property, "a role of the pipeline: preview, drift, evidence, or deploy-<stack>", role.Name)
			continue
		}
		for _, situation := range []string{
			"pull_request", "ref:refs/heads/main", "ref:refs/heads/other", "ref:refs/tags/v1",
			"environment:" + in.Environment.Name, "environment:other",
		} {
			for _, sub := range in.tokenSubjects(in.Environment.GitHub.Repository, situation) {
				if token := in.token(role, sub, stsAudience, sub); situation == own {
					trust.allows(token)
				} else {
					trust.refuses(token)
				}
			}
		}
	}
	in.pipelineRolesKeepToState()
	in.pipelineStaysAsItIs()
	in.deployersKeepToTheirRoles()
}

// reading begins the names of actions that change nothing.
var reading = []string{"BatchGet", "Describe", "Get", "List", "Lookup"}

// reads reports whether the name of an action says that it changes nothing.
func reads(name string) bool {
	return slices.ContainsFunc(reading, func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// giving lists actions that begin like reading, and give credentials or data.
var giving = []string{"sts:GetFederationToken", "sts:GetSessionToken", "secretsmanager:GetSecretValue", "ssm:GetParameter"}

// stateAction is what reading the state takes besides; with which key is asked of
// the evaluator.
const stateAction = "kms:Decrypt"

// pipelineRolesKeepToState looks at each role of the pipeline: what the previews
// may do at all, and what each writes.
func (in *inspection) pipelineRolesKeepToState() {
	if !in.Has(graph.Security) {
		return
	}
	for name := range in.situations() {
		role := in.policies().Role(name)
		if role == nil {
			in.missing(graph.Security, "the role "+in.Names.Of(name))
			continue
		}
		r, ok := in.judged(role)
		if !ok {
			continue
		}
		stack, deploys := strings.CutPrefix(name, deployRole(""))
		switch {
		case name == evidenceRole:
			r.addsEvidenceOnly()
		case !deploys:
			r.onlyReadsAll()
		}
		r.writesOwnStateOnly(graph.Name(stack), deploys)
	}
	if role := in.policies().Role(deployRole(graph.Data)); role != nil {
		if r, ok := in.judged(role); ok {
			r.grantsToWorkloadsOnly()
		}
	}
}

// onlyReadsAll looks at every statement of a role that previews.
func (r roleSubject) onlyReadsAll() {
	for _, d := range r.role.Identity {
		document{r.subject, d}.eachStatement(func(_ string, s iameval.Statement) {
			if s.Effect == iameval.EffectAllow {
				r.onlyReads(d.Property+" of "+d.Resource.Name+"["+s.Sid+"]", s)
			}
		})
	}
}

func (r roleSubject) onlyReads(place string, s iameval.Statement) {
	for _, action := range append(slices.Clone(s.Actions), s.NotActions...) {
		_, name, _ := strings.Cut(action, ":")
		if len(s.NotActions) > 0 || !reads(name) && action != stateAction || access.GrantsOneOf(s, giving...) {
			r.fail(place, "actions that change nothing and give nothing away", show(action))
		}
	}
}

// stateNames are the names of the state, which know no other stack name than the
// environment's.
func (in *inspection) stateNames() names.Names {
	return names.New(in.Environment.Name, in.Names.Account, in.Names.Region)
}

// writesOwnStateOnly asks where a role of the pipeline can write and read objects,
// and what it can decrypt: one that deploys locks and writes the state of its stack,
// and the others read.
func (r roleSubject) writesOwnStateOnly(stack graph.Name, deploys bool) {
	in, own := r.in, r.in.stateNames()
	state := own.BucketARN("state")
	other := graph.Network
	if stack == other {
		other = graph.Data
	}
	for _, action := range []string{"s3:DeleteObject", "s3:PutObject"} {
		if deploys {
			r.lets(in.request(action, state+"/.pulumi/locks/organization/"+stack.Project()+"/"+in.Environment.Name+"/lock.json"))
			r.lets(in.request(action, state+"/.pulumi/stacks/"+stack.Project()+"/"+in.Environment.Name+".json"))
		}
		for _, object := range []string{
			state + "/.pulumi/locks/organization/" + other.Project() + "/" + in.Environment.Name + "/lock.json",
			state + "/.pulumi/stacks/" + other.Project() + "/" + in.Environment.Name + ".json", state + "/.pulumi/meta.yaml",
			state + "/other", state + "-2/.pulumi/stacks/" + stack.Project() + "/" + in.Environment.Name + ".json",
			in.Names.BucketARN("data") + "/raw/object", in.Names.BucketARN("audit") + "/log",
		} {
			r.refuses(in.request(action, object))
		}
	}
	for _, object := range []string{state + "/other", state + "-2/.pulumi/stacks/other", in.Names.BucketARN("access-logs") + "/log", in.Names.BucketARN("audit") + "/log", in.Names.BucketARN("data") + "/object"} {
		r.refuses(in.request("s3:GetObject", object))
	}
	r.refuses(in.request("s3:ListBucket", "arn:"+in.Names.Partition()+":s3:::somebody-elses"))
	for _, action := range []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} {
		use := in.request(action, in.Names.ARN("kms", "key/1"))
		r.refuses(use.given("without an alias", nil))
		for _, alias := range append(comparedWith("kms:ResourceAliases", []string{own.KeyAlias("state")}, r.environment.Identity...),
			in.Names.KeyAlias("data"), in.Names.KeyAlias("audit"), own.KeyAlias("state")+"-2") {
			r.refuses(use.given("called "+alias, iameval.Context{"kms:ResourceAliases": {alias}}))
		}
	}
}

// grantsToWorkloadsOnly asks the role that attaches the grants of the workloads,
// whose roles have names of anybody's choice, for the estate's other roles. The boundary keeps
// it from some of these too; it is left out, for each lock must hold alone.
func (r roleSubject) grantsToWorkloadsOnly() {
	r.environment.Boundary = nil
	granted := []string{"data-scientist", "malware-scan", "ml-service", "replication"}
	context := iameval.Context{
		permissionsBoundary: {r.in.Names.IAMARN("policy/" + r.in.Names.Of("boundary"))},
		"iam:PolicyARN":     {r.in.Names.IAMARN("policy/" + r.in.Names.Of("ml-guard-keys"))},
	}
	for _, name := range config.ReservedNames {
		if slices.Contains(granted, name) {
			continue
		}
		for _, action := range []string{
			"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy",
			"iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription",
		} {
			r.refuses(r.in.request(action, r.in.Names.IAMARN("role/"+r.in.Names.Of(name))).given("with the boundary", context))
		}
	}
}

// pipelineStaysAsItIs asks the boundary whether who deploys could change what the
// pipeline may do, and so what itself may do.
func (in *inspection) pipelineStaysAsItIs() {
	b, ok := in.boundary()
	if !ok {
		return
	}
	self := iameval.Context{permissionsBoundary: {in.Names.IAMARN("policy/" + in.Names.Of("boundary"))}}
	deployer := b.on(deployRole(graph.Security))
	for name := range in.situations() {
		for _, action := range []string{
			"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
			"iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
		} {
			deployer.refuses(in.request(action, in.Names.IAMARN("role/"+in.Names.Of(name))).given("with the boundary", self))
		}
	}
	for _, name := range []string{"pipeline-read", "pipeline-state"} {
		for _, action := range []string{"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"} {
			deployer.refuses(in.request(action, in.Names.IAMARN("policy/"+in.Names.Of(name))))
		}
	}
}
