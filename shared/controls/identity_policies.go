package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The types of identities and of what is attached to them.
const (
	policyType         = "aws:iam/policy:Policy"
	roleType           = "aws:iam/role:Role"
	rolePolicyType     = "aws:iam/rolePolicy:RolePolicy"
	roleAttachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
)

// grants calls f for every statement that allows something in a policy of a
// role. Boundaries are left out, as Security Hub leaves them out: they give
// nothing.
func (in *inspection) grants(f func(d document, place string, s iameval.Statement)) {
	for _, d := range in.documents(iameval.IdentityPolicy) {
		if in.policies().IsBoundary(d.Document.Resource) {
			continue
		}
		d.eachStatement(func(place string, s iameval.Statement) {
			if s.Effect == iameval.EffectAllow {
				f(d, place, s)
			}
		})
	}
}

// nothingAllowsEverything looks at the form, as Security Hub does: a condition
// does not help. All actions but a few are as good as all. Then each role is asked
// for what belongs to somebody else.
func nothingAllowsEverything(in *inspection) {
	own := in.ownValues()
	in.grants(func(d document, place string, s iameval.Statement) {
		everyAction := len(s.NotActions) > 0 || slices.Contains(s.Actions, "*")
		everyResource := len(s.NotResources) > 0 || slices.ContainsFunc(s.Resources, isEverything)
		wide := slices.DeleteFunc(slices.Clone(s.Actions), needsAll)
		switch {
		case everyAction && everyResource:
			d.fail(place, "listed actions on listed resources", "all actions on all resources")
		case everyResource && len(wide) > 0:
			d.fail(place, "listed resources for actions that have some", show(wide)+" on all")
		}
		d.comparesWithOwn(place, s, own)
		d.isNarrowed(place, s)
	})
	asked := map[*access.Document]bool{}
	for _, role := range in.roles() {
		role.keepsToEstate(asked)
	}
}

func isEverything(pattern string) bool { return strings.Trim(pattern, "*") == "" }

// nothingAllowsWholeServices looks at what roles are given, and at what resources
// and trusts let in. Endpoint policies stand between the two, and may say all:
// they stop at the account (NET-20).
func nothingAllowsWholeServices(in *inspection) {
	in.grants(listsItsActions)
	for _, d := range in.documents(iameval.BucketPolicy, iameval.KeyPolicy, iameval.ResourcePolicy, iameval.TrustPolicy) {
		d.eachStatement(func(place string, s iameval.Statement) {
			if s.Effect == iameval.EffectAllow {
				listsItsActions(d, place, s)
			}
		})
	}
}

func listsItsActions(d document, place string, s iameval.Statement) {
	if len(s.NotActions) > 0 {
		d.fail(place, "listed actions", "all actions but "+show(s.NotActions))
	}
	for _, pattern := range s.Actions {
		if _, name, _ := strings.Cut(pattern, ":"); isEverything(name) {
			d.fail(place, "listed actions", show(pattern))
		}
	}
}

// opening are the actions with which whoever may use a key reads what it has
// encrypted (AWS Security Hub, KMS.1 and KMS.2).
var opening = []string{"kms:Decrypt", "kms:ReEncryptFrom"}

// nothingDecryptsWithEveryKey takes no condition for an excuse. All keys of this
// account and region may be named only where the key's alias then says which:
// that of the state bucket, whose id no stack knows.
func nothingDecryptsWithEveryKey(in *inspection) {
	key := in.Names.ARN("kms", "key/")
	in.grants(func(d document, place string, s iameval.Statement) {
		if !access.GrantsOneOf(s, opening...) {
			return
		}
		for _, pattern := range append(slices.Clone(s.Resources), s.NotResources...) {
			switch {
			case len(s.NotResources) > 0 || !strings.HasPrefix(pattern, key):
				if keyPatternIsWide(pattern) || len(s.NotResources) > 0 {
					d.fail(place, "the ARNs of the keys that are meant", show(pattern))
				}
			case strings.ContainsAny(strings.TrimPrefix(pattern, key), "*?") && !namesAlias(s):
				d.fail(place, "the ARNs of the keys that are meant, or their alias in kms:ResourceAliases", show(pattern))
			}
		}
	})
}

// keyPatternIsWide reports whether a resource pattern reaches keys that it does
// not name.
func keyPatternIsWide(pattern string) bool {
	return isEverything(pattern) || strings.HasPrefix(pattern, "arn:") && strings.Contains(pattern, ":kms:") && strings.ContainsAny(pattern, "*?")
}

// namesAlias reports whether a statement is about keys with certain aliases only.
func namesAlias(s iameval.Statement) bool {
	return slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool {
		return c.Operator == "ForAnyValue:StringEquals" && strings.EqualFold(c.Key, "kms:ResourceAliases")
	})
}

// noUsers forbids whatever is or makes a credential for good.
func noUsers(in *inspection) {
	for _, stack := range in.Stacks {
		in.checked[stack]++
	}
	for _, r := range in.each(
		"aws:iam/accessKey:AccessKey", "aws:iam/group:Group", "aws:iam/groupMembership:GroupMembership",
		"aws:iam/groupPolicy:GroupPolicy", "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
		"aws:iam/serviceSpecificCredential:ServiceSpecificCredential", "aws:iam/signingCertificate:SigningCertificate",
		"aws:iam/sshKey:SshKey", "aws:iam/user:User", "aws:iam/userGroupMembership:UserGroupMembership",
		"aws:iam/userLoginProfile:UserLoginProfile", "aws:iam/userPolicy:UserPolicy",
		"aws:iam/userPolicyAttachment:UserPolicyAttachment",
	) {
		r.fail("", "none in the estate", "one")
	}
}

// attachments are the types that attach managed policies, with the property that
// names the policies.
var attachments = map[string]string{
	roleType:           "managedPolicyArns",
	roleAttachmentType: "policyArn",
	"aws:iam/groupPolicyAttachment:GroupPolicyAttachment":                     "policyArn",
	"aws:iam/policyAttachment:PolicyAttachment":                               "policyArn",
	"aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive":   "policyArns",
	"aws:iam/userPolicyAttachment:UserPolicyAttachment":                       "policyArn",
	"aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment":            "managedPolicyArn",
	"aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive":   "policyArns",
	"aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
}

func noFullAccessPolicies(in *inspection) {
	for _, stack := range in.Stacks {
		in.checked[stack]++
	}
	for i := range in.Resources {
		r := &in.Resources[i]
		property, attaches := attachments[r.Type]
		if !attaches {
			continue
		}
		s := subject{in, r}
		in.checked[r.Stack]++
		for _, arn := range snapshot.List(r.Get(property)) {
			if givesFullAccess(arn) {
				s.fail(property, "no policy of AWS that gives full access", show(arn))
			}
		}
		if !snapshot.Known(r.Get(property)) && len(r.References[property]) == 0 {
			s.cannotTell(property, "no policy of AWS that gives full access")
		}
	}
}

// givesFullAccess tells AWS's own policies of that kind by their names.
func givesFullAccess(arn string) bool {
	name := arn[strings.LastIndex(arn, "/")+1:]
	return strings.Contains(arn, ":iam::aws:policy/") &&
		(strings.Contains(name, "FullAccess") || strings.HasPrefix(name, "Administrator") || strings.HasPrefix(name, "PowerUser"))
}
