package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// trustsAreNarrow asks every role's trust who may assume it, and looks at the
// statements of resource policies for what keeps them to this account.
func trustsAreNarrow(in *inspection) {
	for _, d := range in.documents(iameval.TrustPolicy) {
		d.keepsStrangersOut()
		d.servicesActForAccount()
		d.eachStatement(d.opensToNamedOnly)
	}
	in.peopleAreListed()
	for _, d := range in.documents(iameval.BucketPolicy, iameval.KeyPolicy, iameval.ResourcePolicy) {
		d.eachStatement(d.opensToNamedOnly)
	}
}

// roleARN is the ARN of the role that a trust policy belongs to.
func (d document) roleARN() string {
	name, _ := d.Get("name").(string)
	return d.in.Names.IAMARN("role/" + name)
}

// keepsStrangersOut asks for whoever could be meant by "everybody", with MFA.
func (d document) keepsStrangersOut() {
	context := d.in.here()
	context["aws:MultiFactorAuthPresent"] = []string{"true"}
	stranger := d.in.stranger().on(d.roleARN())
	for _, action := range []string{"sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"} {
		d.refuses(stranger.doing(action).with(action+" by an administrator of another account", context))
	}
	anonymous := probe{principal: iameval.Anonymous()}.doing("sts:AssumeRole").on(d.roleARN())
	d.refuses(anonymous.with("sts:AssumeRole by nobody in particular", context))
	unlisted := d.in.administrator().doing("sts:AssumeRole").on(d.roleARN())
	d.refuses(unlisted.with("sts:AssumeRole by some role of the account that is not listed", context))
}

// servicesActForAccount asks for each service that the trust names, on behalf of
// another account and of nobody (IAM User Guide, "The confused deputy problem").
func (d document) servicesActForAccount() {
	foreign := "arn:" + d.in.Names.Partition() + ":sagemaker:" + d.in.Names.Region + ":" + foreignAccount + ":training-job/other"
	accounts := append(comparedWith("aws:SourceAccount", []string{d.in.Names.Account}, d.Policy), foreignAccount)
	for _, s := range d.Statements() {
		if s.Effect != iameval.EffectAllow || s.Principals == nil {
			continue
		}
		for _, name := range s.Principals.Service {
			assume := service(name).doing("sts:AssumeRole").on(d.roleARN())
			d.refuses(assume.with("sts:AssumeRole by "+name+" for an account that it does not say", nil))
			for _, account := range accounts {
				for _, source := range append(sourcesIn(d, account), foreign) {
					d.refuses(assume.with("sts:AssumeRole by "+name+" for "+source+" in account "+account, iameval.Context{
						"aws:SourceAccount": {account}, "aws:SourceArn": {source},
					}))
				}
			}
		}
	}
}

// sourcesIn are the resources that a trust names, as if another account had them.
func sourcesIn(d document, account string) []string {
	sources := comparedWith("aws:SourceArn", nil, d.Policy)
	for i, source := range sources {
		sources[i] = strings.Replace(source, ":"+d.in.Names.Account+":", ":"+account+":", 1)
	}
	return sources
}

// people are the roles for people, with those whom the environment file lists
// for each.
func (in *inspection) people() map[string][]string {
	access := in.Environment.Access
	return map[string][]string{
		"auditor": access.Auditors, "break-glass": access.BreakGlass, "data-scientist": access.DataScientists,
		"support": in.Environment.Features.SupportRole,
	}
}

// peopleAreListed wants nobody but the listed in, and into the emergency role
// nobody without MFA.
func (in *inspection) peopleAreListed() {
	for name, listed := range in.people() {
		role := in.policies().Role(name)
		if role == nil && in.Has(graph.Security) && (name != "support" || len(listed) > 0) {
			in.missing(graph.Security, "the role "+in.Names.Of(name))
		}
		if role == nil || role.Trust == nil || role.Trust.Err != nil {
			continue // reported where every trust is looked at
		}
		d := document{subject{in, role.Resource}, role.Trust}
		assume := in.administrator().doing("sts:AssumeRole").on(role.ARN)
		for _, arn := range comparedWith("aws:PrincipalArn", listed, d.Policy) {
			d.fail(d.Property, "principals that the environment file lists", show(arn))
		}
		for _, arn := range listed {
			if assume.principal = principal(arn); name != "break-glass" {
				continue
			}
			d.allows(assume.with("sts:AssumeRole by "+arn+" with MFA", iameval.Context{"aws:MultiFactorAuthPresent": {"true"}}))
			d.refuses(assume.with("sts:AssumeRole by "+arn+" without MFA", iameval.Context{"aws:MultiFactorAuthPresent": {"false"}}))
			d.refuses(assume.with("sts:AssumeRole by "+arn+" with a key of its own", nil))
		}
	}
}

// principal is a user or a session of a role, by ARN.
func principal(arn string) iameval.Principal {
	if strings.Contains(arn, ":user/") {
		return iameval.User(arn)
	}
	return iameval.RoleSession(arn, "session")
}

// sources are the condition keys that say on whose behalf a service acts, and for
// keys also what is encrypted.
var sources = []string{
	"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "kms:CallerAccount", "kms:EncryptionContext:aws:cloudtrail:arn",
	"kms:EncryptionContext:aws:logs:arn", "kms:EncryptionContext:aws:sns:topicArn", "kms:ViaService",
}

// opensToNamedOnly wants a statement that opens something to everybody to stop at
// this account, and one that opens it to a service to say on whose behalf.
func (d document) opensToNamedOnly(place string, s iameval.Statement) {
	if s.Effect != iameval.EffectAllow {
		return
	}
	everybody := s.NotPrincipals != nil || s.Principals == nil || slices.Contains(s.Principals.AWS, "*")
	if everybody && !d.stopsAtAccount(s) {
		d.fail(place, "named principals, or aws:PrincipalAccount equal to "+d.in.Names.Account, show(s.Principals))
	}
	if s.Principals != nil && len(s.Principals.Service) > 0 && !comparesOneOf(s, sources) {
		d.fail(place, "on whose behalf the service acts, in aws:SourceAccount or aws:SourceArn", show(s.Conditions))
	}
}

func (d document) stopsAtAccount(s iameval.Statement) bool {
	for _, key := range []string{"aws:PrincipalAccount", "kms:CallerAccount"} {
		if hasCondition(s, "StringEquals", key, d.in.Names.Account) {
			return true
		}
	}
	return false
}

// comparesOneOf reports whether a statement holds one of the keys to fixed
// values, and does not hold where the key is absent.
func comparesOneOf(s iameval.Statement, keys []string) bool {
	return slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool {
		positive := slices.Contains([]string{"StringEquals", "StringLike", "ArnEquals", "ArnLike"}, c.Operator)
		known := slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(key, c.Key) })
		everything := slices.ContainsFunc(c.Values, isEverything)
		return positive && known && !everything
	})
}

// mostSeconds is an hour, IAM's own default.
const mostSeconds = 3600

func sessionsAreShort(in *inspection) {
	for _, role := range in.each(roleType) {
		role.want("maxSessionDuration", "at most 3600", func(v any) bool {
			seconds, isNumber := number(v)
			return v == nil || isNumber && seconds <= mostSeconds
		})
	}
}

// rolesAreHandedOnByName looks at the form of every permission to hand a role on.
func rolesAreHandedOnByName(in *inspection) {
	in.grants(func(d document, place string, s iameval.Statement) {
		if !access.GrantsOneOf(s, "iam:PassRole") {
			return
		}
		if len(s.NotActions)+len(s.NotResources) > 0 {
			d.fail(place, "the roles that are meant", "all but some")
		}
		for _, pattern := range s.Resources {
			if !strings.HasPrefix(pattern, d.in.Names.IAMARN("role/")) || strings.ContainsAny(pattern, "*?") {
				d.fail(place, "the ARNs of the roles that are meant", show(pattern))
			}
		}
		if !slices.ContainsFunc(s.Conditions, namesService) {
			d.fail(place, "one service, in StringEquals of iam:PassedToService", show(s.Conditions))
		}
	})
}

func namesService(c iameval.Condition) bool {
	return c.Operator == "StringEquals" && strings.EqualFold(c.Key, "iam:PassedToService") &&
		len(c.Values) == 1 && strings.HasSuffix(c.Values[0], ".amazonaws.com")
}

// nobodyEscalates looks for the known paths in all that each role has.
func nobodyEscalates(in *inspection) {
	for _, role := range in.policies().Roles {
		in.checked[role.Resource.Stack]++
		r, ok := in.judged(role)
		if !ok {
			continue
		}
		in.verdicts++ // at least one; each path asks for as many as it has steps
		found, err := in.policies().Escalations(role)
		if err != nil {
			r.fail("", "a verdict on its permissions", err.Error())
		}
		for _, e := range found {
			r.fail("", "no path of privilege escalation", e.String())
		}
	}
}
