package controls

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// propertyMutants weaken every property that a control reads on some resource:
// each is taken away, and given a worse value where its type has one.
func propertyMutants(t *testing.T, s *snapshot.Snapshot, p *controls.Pipeline) []mutant {
	read := map[string]map[string]bool{} // paths by URN
	watched := clone(s)
	watched.Watch(func(r *snapshot.Resource, path string) {
		if read[r.URN] == nil {
			read[r.URN] = map[string]bool{}
		}
		read[r.URN][path] = true
	})
	controls.Judge(watched, p, nil)
	var out []mutant
	for i := range s.Resources {
		r := &s.Resources[i]
		for _, path := range slices.Sorted(maps.Keys(read[r.URN])) {
			if identifying[path] || isDocument(r, path) || givesOnly(r) && !strings.HasPrefix(path, "tags") {
				continue
			}
			out = append(out, weakened(r, path, r.Get(path))...)
		}
		if r.Protect && guarded[kindOf(r)] {
			out = append(out, mutant{r.URN, r.String(), "not protected", on(r, func(r *snapshot.Resource) { r.Protect = false })})
		}
		if r.RetainOnDelete && guarded[kindOf(r)] {
			out = append(out, mutant{r.URN, r.String(), "deleted when it leaves the program", on(r, func(r *snapshot.Resource) { r.RetainOnDelete = false })})
		}
	}
	return out
}

// identifying are properties that say what a resource is or belongs to: another
// value is another resource, not a weaker one.
var identifying = map[string]bool{
	"arn": true, "bucket": true, "id": true, "keyId": true, "name": true, "url": true,
}

// free are properties whose text is for people: another text is as good.
var free = map[string]bool{"description": true, "emailAddress": true, "phoneNumber": true, "targetPrefix": true, "title": true}

// guarded are the kinds that hold data or keys; what belongs to them is guarded
// with them.
var guarded = map[string]bool{"bucketV2": true, "key": true, "replicaKey": true}

// defaults are the properties that may be absent, because AWS's or the provider's
// default is the safe value.
var defaults = map[string]string{
	"analyzer.type":                "the account is the default",
	"defaultSecurityGroup.egress":  "none is the default of an adopted group",
	"defaultSecurityGroup.ingress": "none is the default of an adopted group",
	"encryptionByDefault.enabled":  "true is the default",
	"role.maxSessionDuration":      "an hour is the default",
	"vpcEndpoint.vpcEndpointType":  "a gateway is the default",
}

func isDocument(r *snapshot.Resource, path string) bool {
	_, name, _ := strings.Cut(r.Type, "/")
	name, _, _ = strings.Cut(name, ":")
	_, document := kinds[name+"."+path]
	return document
}

// weakened returns the mutants of a property.
func weakened(r *snapshot.Resource, path string, value any) []mutant {
	var out []mutant
	mutate := func(what string, to any) {
		kind, name := kindOf(r), string(r.Stack)+":"+r.Name
		out = append(out, mutant{r.URN, r.String(), path + " " + what, set(kind, name, path, to)})
	}
	switch v := value.(type) {
	case bool:
		mutate(fmt.Sprintf("is %v", !v), !v)
	case float64:
		if !moreIsSafer[lastStep(path)] {
			mutate("is a thousand times as much", v*1000+1)
		}
		if !lessIsSafer[lastStep(path)] {
			mutate("is 0", 0.0)
		}
	case string:
		if v != "" && !free[lastStep(path)] {
			mutate("is something else", "something-else")
		}
	case []any:
		if len(v) > 0 {
			mutate("is empty", []any{})
		}
	}
	if _, safe := defaults[kindOf(r)+"."+path]; value != nil && value != false && value != "" && !safe {
		mutate("is not there", nil)
	}
	return out
}

// A longer retention and a higher rotation are no weakening, and neither is an
// alarm that rings sooner.
var (
	moreIsSafer = map[string]bool{"retentionInDays": true, "noncurrentDays": true, "days": true, "deletionWindowInDays": true, "messageRetentionSeconds": true, "minimumPasswordLength": true, "passwordReusePrevention": true}
	lessIsSafer = map[string]bool{"rotationPeriodInDays": true, "maxSessionDuration": true, "daysAfterInitiation": true, "threshold": true, "period": true, "evaluationPeriods": true, "unusedAccessAge": true}
)

func lastStep(path string) string { return path[strings.LastIndex(path, ".")+1:] }

func kindOf(r *snapshot.Resource) string {
	_, name, _ := strings.Cut(r.Type, "/")
	name, _, _ = strings.Cut(name, ":")
	return name
}

func on(r *snapshot.Resource, f func(*snapshot.Resource)) change {
	urn := r.URN
	return func(s *snapshot.Snapshot) error {
		for i := range s.Resources {
			if s.Resources[i].URN == urn {
				f(&s.Resources[i])
			}
		}
		return nil
	}
}

// givesOnly reports whether a resource only gives something: without it, somebody
// can do less, and nothing is weaker.
func givesOnly(r *snapshot.Resource) bool {
	switch kindOf(r) {
	case "alias", "instanceProfile":
		return true
	case "rolePolicyAttachment":
		arn, _ := r.Get("policyArn").(string)
		return !strings.Contains(arn, "ml-guard")
	case "rolePolicy":
		text, _ := r.Get("policy").(string)
		return !strings.Contains(text, `"Effect":"Deny"`)
	case "policy":
		return strings.HasPrefix(r.Name, "pipeline-")
	}
	return false
}

// resourceMutants take one resource away.
func resourceMutants(s *snapshot.Snapshot) []mutant {
	var out []mutant
	for i := range s.Resources {
		r := &s.Resources[i]
		if givesOnly(r) {
			continue
		}
		urn := r.URN
		out = append(out, mutant{r.URN, r.String(), "is gone", func(s *snapshot.Snapshot) error {
			s.Resources = slices.DeleteFunc(s.Resources, func(r snapshot.Resource) bool { return r.URN == urn })
			return nil
		}})
	}
	return out
}

// documentMutants weaken every statement of every policy document.
func documentMutants(t *testing.T, s *snapshot.Snapshot) []mutant {
	var out []mutant
	for _, d := range access.New(s).Documents {
		if d.Err != nil {
			t.Fatalf("%s: %v", d.Resource, d.Err)
		}
		for i, statement := range d.Policy.Document().Statements {
			out = append(out, statementMutants(d, i, statement)...)
		}
	}
	return out
}

func statementMutants(d *access.Document, i int, s iameval.Statement) []mutant {
	var out []mutant
	where := fmt.Sprintf("%s.%s[%s]", d.Resource, d.Property, s.Sid)
	mutate := func(what string, f func(*iameval.Statement) bool) {
		out = append(out, mutant{d.Resource.URN, where, what, rewrite(d, i, f)})
	}
	if s.Effect == iameval.EffectDeny || d.Kind != iameval.IdentityPolicy && d.Kind != iameval.EndpointPolicy {
		mutate("is gone", func(*iameval.Statement) bool { return false })
	}
	if s.Effect == iameval.EffectDeny {
		for _, action := range s.Actions {
			if len(s.Actions) > 1 {
				mutate("without "+action, butActions(action))
			}
		}
		for _, resource := range s.Resources {
			if len(s.Resources) > 1 {
				mutate("without "+resource, func(s *iameval.Statement) bool {
					s.Resources = slices.DeleteFunc(slices.Clone(s.Resources), func(r string) bool { return r == resource })
					return true
				})
			}
		}
	}
	for j, c := range s.Conditions {
		if weaker, ok := weakerCondition(d.Kind, s.Effect, c); ok {
			mutate(fmt.Sprintf("%s %s is %v", c.Operator, c.Key, weaker), func(s *iameval.Statement) bool {
				s.Conditions[j].Values = weaker
				return true
			})
		}
		if s.Effect == iameval.EffectAllow {
			mutate("without the condition on "+c.Key, func(s *iameval.Statement) bool {
				s.Conditions = slices.Delete(s.Conditions, j, j+1)
				return true
			})
		}
	}
	if s.Effect == iameval.EffectAllow {
		out = append(out, widened(d, i, where, s)...)
	}
	return out
}

// weakerCondition gives a condition values that make its statement weaker: an
// Allow that matches more, a Deny that matches less.
func weakerCondition(kind iameval.Kind, effect iameval.Effect, c iameval.Condition) ([]string, bool) {
	operator := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(c.Operator, "ForAnyValue:"), "ForAllValues:"), "IfExists")
	negated := strings.Contains(operator, "Not")
	switch {
	case operator == "Bool" || operator == "Null":
		if len(c.Values) == 1 && c.Values[0] == "true" {
			return []string{"false"}, true
		}
		return []string{"true"}, true
	case operator == "NumericLessThan":
		return []string{"0"}, true
	case strings.HasPrefix(operator, "Numeric"):
		return nil, false
	case effect == iameval.EffectAllow && !negated, effect == iameval.EffectDeny && negated:
		return append(slices.Clone(c.Values), other(kind, c)), true
	case effect == iameval.EffectDeny:
		return []string{other(kind, c)}, true
	}
	return nil, false
}

// other is another value of the kind that a condition has. What is attached to a
// role of this account is only ever asked for a role of this account.
func other(kind iameval.Kind, c iameval.Condition) string {
	switch {
	case c.Key == "sagemaker:InstanceTypes" && strings.Contains(c.Operator, "Like"):
		return "ml.m5.*"
	case c.Key == "sagemaker:InstanceTypes":
		return "ml.m5.2xlarge"
	case c.Key == "aws:PrincipalArn" && kind == iameval.IdentityPolicy:
		return "arn:aws-us-gov:iam::123456789012:role/ringfence-full-t1"
	}
	if strings.HasPrefix(c.Operator, "Arn") || strings.Contains(c.Operator, ":Arn") {
		return "arn:aws-us-gov:iam::999999999999:role/other"
	}
	if strings.HasPrefix(c.Values[0], "vpce-") {
		return "vpce-0other"
	}
	if strings.HasSuffix(c.Values[0], ".amazonaws.com") {
		return "secretsmanager.us-gov-west-1.amazonaws.com"
	}
	if len(c.Values[0]) == 12 {
		return "999999999999"
	}
	return "other"
}

// widened makes an Allow cover more: more actions, resources and principals.
func widened(d *access.Document, i int, where string, s iameval.Statement) []mutant {
	var out []mutant
	mutate := func(what string, f func(*iameval.Statement) bool) {
		out = append(out, mutant{d.Resource.URN, where, what, rewrite(d, i, f)})
	}
	services := map[string]bool{}
	for _, action := range s.Actions {
		name, _, _ := strings.Cut(action, ":")
		services[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		all := name + ":*"
		if name != "*" && !slices.Contains(s.Actions, all) {
			mutate("allows "+all, andActions(all))
		}
	}
	// The policy of a bucket, topic or queue is for that one, whatever it says.
	own := d.Kind == iameval.BucketPolicy || d.Kind == iameval.ResourcePolicy
	if len(s.Resources) > 0 && !slices.Contains(s.Resources, "*") && !own {
		mutate("is for all resources", onResources("*"))
	}
	if s.Principals != nil && !slices.Contains(s.Principals.AWS, "*") {
		mutate("is for everyone", everybody)
	}
	return out
}

// rewrite changes the statement at a place of a document.
func rewrite(d *access.Document, i int, f func(*iameval.Statement) bool) change {
	document := d.Policy.Document()
	sid := document.Statements[i].Sid
	return statement(kindOf(d.Resource), string(d.Resource.Stack)+":"+d.Resource.Name, d.Property, sid, f)
}

// matches reports whether a survivor matches a pattern, where * stands for
// anything.
func matches(pattern, survivor string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", "|"), strings.ReplaceAll(survivor, "/", "|"))
	return err == nil && ok
}

// accepted are mutants that nobody needs to notice, with the reason.
var accepted = map[string]string{
	"aws:iam/rolePolicy:RolePolicy deploy-data-deploy.policy?DenyRolesOfOthers?: without iam:*Role*":            "nothing allows it either: what makes roles names the stack's own",
	"aws:iam/rolePolicy:RolePolicy deploy-security-deploy.policy?DenyRolesOfOthers?: without *-integration":     "only a sandbox has that role, and this environment is none",
	"aws:kms/key:Key audit.policy?ReadUndeliveredAlarms?: *kms:CallerAccount*":                                  "the encryption context of the queue pins it as well",
	"aws:ec2/networkAcl:NetworkAcl private: ingress*":                                                           "another entry, and none that lets everyone reach SSH or remote desktop",
	"aws:iam/rolePolicy:RolePolicy *: is gone":                                                                  "the policy holds what it gives and the denial that narrows it: both go",
	"aws:iam/rolePolicy:RolePolicy *: role is *":                                                                "the policy holds what it gives and the denial that narrows it: both go",
	"aws:iam/rolePolicy:RolePolicy malware-scan.policy?LookAtListener?: is for all resources":                   "it describes rules, which hold no data",
	"aws:route53/resolverFirewallRule:ResolverFirewallRule dns-*: is gone":                                      "it lets names pass; without it fewer do",
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2 audit: rules?0?.expiration.days is *": "the audit log is then kept for longer",
	"aws:securityhub/account:Account account: autoEnableControls is *":                                          "controls that AWS adds to a standard later are then turned on by hand",
}
