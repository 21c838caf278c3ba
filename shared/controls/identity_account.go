package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const analyzerType = "aws:accessanalyzer/analyzer:Analyzer"

// The least that the CIS AWS Foundations Benchmark asks of passwords, and the
// most days that a permission may go unused.
const (
	passwordLength = 14
	passwordReuse  = 24
	unusedDays     = 45
)

func passwordsAreStrong(in *inspection) {
	for _, p := range in.required(graph.Security, "aws:iam/accountPasswordPolicy:AccountPasswordPolicy") {
		p.isAtLeast("minimumPasswordLength", passwordLength)
		p.isAtLeast("passwordReusePrevention", passwordReuse)
		for _, class := range []string{
			"requireLowercaseCharacters", "requireNumbers", "requireSymbols", "requireUppercaseCharacters",
		} {
			p.is(class, true)
		}
	}
}

// analyzers returns the analyzers of a type, and reports that there is none. An
// analyzer is of type ACCOUNT where it does not say.
func (in *inspection) analyzers(kind string) []subject {
	found := slices.DeleteFunc(in.required(graph.Security, analyzerType), func(s subject) bool {
		t := s.Get("type")
		return t != kind && !(t == nil && kind == "ACCOUNT")
	})
	if len(found) == 0 && in.Has(graph.Security) {
		in.missing(graph.Security, "an analyzer of type "+kind)
	}
	return found
}

func externalAccessIsReported(in *inspection) { in.analyzers("ACCOUNT") }

func unusedAccessIsReported(in *inspection) {
	for _, a := range in.analyzers("ACCOUNT_UNUSED_ACCESS") {
		a.isAtMost("configuration.unusedAccess.unusedAccessAge", unusedDays)
	}
}

// supportRoleExists wants a role with AWS's own policy for support cases, which
// Security Hub asks for by name (IAM.18), and a trust that lists who assumes it.
func supportRoleExists(in *inspection) {
	if !in.Has(graph.Security) {
		return
	}
	arn := "arn:" + in.Names.Partition() + ":iam::aws:policy/AWSSupportAccess"
	found := false
	for _, role := range in.policies().Roles {
		if role.Resource.Stack != graph.Security || !slices.Contains(role.Managed, arn) {
			continue
		}
		found = true
		in.checked[graph.Security]++
		if role.Trust == nil {
			subject{in, role.Resource}.fail("assumeRolePolicy", "a trust policy", "none")
			continue
		}
		if d, ok := in.readable(role.Trust); ok {
			d.keepsStrangersOut()
			d.refuses(probe{
				what: "the root user", principal: iameval.Root(in.Names.Account),
				action: "sts:AssumeRole", resource: d.roleARN(), context: in.here(),
			})
			d.opensToOneOf(in.Environment.Features.SupportRole)
		}
	}
	if !found {
		in.missing(graph.Security, "a role with "+arn)
	}
}

// opensToOneOf wants the listed roles to be able to assume the role.
func (d document) opensToOneOf(roles []string) {
	for _, arn := range roles {
		if strings.Contains(arn, ":role/") {
			d.trusts(arn)
		}
	}
}

// trusts wants a trust policy to let a role in that may assume roles by its own
// policies.
func (d document) trusts(arn string) {
	p := d.in.administrator()
	p.principal, p.action, p.resource = principal(arn), "sts:AssumeRole", d.roleARN()
	d.allows(p.with(arn, d.in.here()))
}

func instanceDefaultsAreSafe(in *inspection) {
	for _, e := range in.required(graph.Security, "aws:ebs/encryptionByDefault:EncryptionByDefault") {
		e.want("enabled", "true", func(v any) bool { return v == nil || v == true }) // on where left out
	}
	for _, m := range in.required(graph.Security, "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults") {
		m.is("httpTokens", "required")
	}
	for _, s := range in.required(graph.Security, "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess") {
		s.is("state", "block-all-sharing")
	}
}

func publicBucketsAreBlocked(in *inspection) {
	for _, b := range in.required(graph.Security, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock") {
		for _, property := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
			b.is(property, true)
		}
	}
}

func securityContactIsKnown(in *inspection) {
	for _, c := range in.required(graph.Security, "aws:account/alternativeContact:AlternativeContact") {
		c.is("alternateContactType", "SECURITY")
		for _, property := range []string{"emailAddress", "name", "phoneNumber", "title"} {
			c.isSet(property, "one")
		}
	}
}
