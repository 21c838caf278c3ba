package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const (
	keyType        = "aws:kms/key:Key"
	replicaKeyType = "aws:kms/replicaKey:ReplicaKey"
)

// rotationDays is the longest time between two rotations of a key.
const rotationDays = 365

func keysRotate(in *inspection) {
	in.required(graph.Data, keyType)
	for _, key := range in.each(keyType) {
		key.want("customerMasterKeySpec", `"SYMMETRIC_DEFAULT"`, func(v any) bool { return v == nil || v == "SYMMETRIC_DEFAULT" })
		key.want("keyUsage", `"ENCRYPT_DECRYPT"`, func(v any) bool { return v == nil || v == "ENCRYPT_DECRYPT" })
		key.want("isEnabled", "true", func(v any) bool { return v == nil || v == true })
		key.is("enableKeyRotation", true)
		if key.Get("rotationPeriodInDays") != nil {
			key.isAtMost("rotationPeriodInDays", rotationDays)
		}
	}
}

// Waiting times before a deleted key is gone, in days. AWS allows 7 to 30.
const (
	shortestWait = 7
	longestWait  = 30
)

func keysAreHardToDelete(in *inspection) {
	in.required(graph.Data, keyType)
	wait := float64(longestWait)
	if in.Environment.Lifecycle == config.Ephemeral {
		wait = shortestWait
	}
	for _, key := range in.each(keyType, replicaKeyType) {
		key.isAtLeast("deletionWindowInDays", wait)
		key.isGuarded()
	}
}

// isGuarded wants Pulumi to refuse to delete a resource that holds data or a key,
// and to forget it rather than delete it, outside ephemeral environments.
func (s subject) isGuarded() {
	if s.in.Environment.Lifecycle == config.Ephemeral {
		return
	}
	if !s.Protect {
		s.fail("protect", "true", "false")
	}
	if !s.RetainOnDelete {
		s.fail("retainOnDelete", "true", "false")
	}
}

// keyPolicies returns the policies of the keys that can be judged.
func (in *inspection) keyPolicies(keys []subject) []document {
	var out []document
	for _, key := range keys {
		if d, ok := key.policyOn(); ok {
			out = append(out, d)
		}
	}
	return out
}

func keyPoliciesAreClosed(in *inspection) {
	in.required(graph.Data, keyType)
	for _, d := range in.keyPolicies(in.each(keyType, replicaKeyType)) {
		d.isClosed()
		d.namesCallersAccount()
	}
}

// isClosed wants no statement to open a key or bucket to everyone, and every
// condition to have fixed values: Security Hub takes a value with a wildcard or
// a variable for public (KMS.5, S3.2, S3.3).
func (d document) isClosed() {
	d.eachStatement(func(place string, s iameval.Statement) {
		if s.Effect != iameval.EffectAllow {
			return
		}
		if s.NotPrincipals != nil || s.Principals == nil || slices.Contains(s.Principals.AWS, "*") {
			d.fail(place+".Principal", "the principals that are meant", "everyone")
		}
		if len(s.NotActions) > 0 || slices.Contains(s.Actions, "*") || slices.Contains(s.Actions, "kms:*") {
			d.fail(place+".Action", "the actions that are meant", show(s.Actions))
		}
		for _, c := range s.Conditions {
			for _, v := range c.Values {
				if strings.ContainsAny(v, "*?$") {
					d.fail(place+".Condition."+c.Key, "a fixed value", show(v))
				}
			}
		}
	})
}

// users are the principals that a key policy names, but for the account itself.
func (d document) users() (roles []string, services []string) {
	seen := map[string]bool{}
	d.eachStatement(func(_ string, s iameval.Statement) {
		if s.Effect != iameval.EffectAllow || s.Principals == nil {
			return
		}
		for _, arn := range s.Principals.AWS {
			if !seen[arn] && strings.Contains(arn, ":role/") {
				roles = append(roles, arn)
			}
			seen[arn] = true
		}
		for _, name := range s.Principals.Service {
			if !seen[name] {
				services = append(services, name)
			}
			seen[name] = true
		}
	})
	slices.Sort(roles)
	slices.Sort(services)
	return roles, services
}

// administration and use are the two duties on a key that nobody has both of.
var (
	administration = []string{
		"kms:CreateAlias", "kms:DisableKey", "kms:DisableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion",
		"kms:UpdateAlias",
	}
	use = []string{
		"kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair",
		"kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
	}
)

func keyDutiesAreSeparate(in *inspection) {
	in.required(graph.Data, keyType)
	for _, d := range in.keyPolicies(in.each(keyType, replicaKeyType)) {
		arn := in.Names.ARN("kms", "key/"+d.subject.Name)
		admin := in.administrator().on(arn)
		for _, action := range administration {
			d.allows(admin.doing(action).with(action+" by an administrator of the account", nil))
		}
		for _, action := range use {
			d.refuses(admin.doing(action).with(action+" by an administrator of the account", nil))
		}
		roles, services := d.users()
		for _, action := range administration {
			for _, role := range roles {
				p := probe{principal: iameval.RoleSession(role, "session"), action: action, resource: arn}
				for _, via := range in.waysToKey() {
					d.refuses(p.with(action+" by "+role, via))
				}
			}
			for _, name := range services {
				d.refuses(service(name).doing(action).on(arn).with(action+" by "+name, nil))
			}
		}
		d.grantsForServicesOnly(arn)
	}
}

// waysToKey are the contexts in which principals use a key.
func (in *inspection) waysToKey() []iameval.Context {
	ways := []iameval.Context{{}}
	for _, name := range []string{"s3", "sagemaker"} {
		ways = append(ways, iameval.Context{"kms:ViaService": {in.Names.ServiceHost(name)}})
	}
	return ways
}

// grantsForServicesOnly wants the right to make grants to be for AWS services
// alone: a grant hands the use of the key on.
func (d document) grantsForServicesOnly(arn string) {
	roles, _ := d.users()
	for _, role := range roles {
		for _, via := range d.in.waysToKey() {
			p := probe{principal: iameval.RoleSession(role, "session"), action: "kms:CreateGrant", resource: arn, context: via}
			d.refuses(p.with("a grant by "+role+" to somebody", iameval.Context{"kms:GrantIsForAWSResource": {"false"}}))
			d.refuses(p.with("a grant by "+role+" to anybody", nil))
		}
	}
}

// dataKeyServesWorkloads asks the data key's policy for every workload: what its
// job takes must be allowed through the services it is for, and nothing else.
func dataKeyServesWorkloads(in *inspection) {
	for _, key := range in.required(graph.Data, keyType) {
		d, ok := key.policyOn()
		if !ok {
			continue
		}
		d.namesItsServices()
		if key.Name != "data" {
			continue
		}
		arn := in.Names.ARN("kms", "key/data")
		for _, w := range in.Environment.Workloads {
			d.servesWorkload(arn, in.Names.IAMARN("role/"+in.Names.Of(w.Name)), w.RunsOn == config.SageMaker)
		}
		d.servesWorkload(arn, in.Names.IAMARN("role/"+in.Names.Of("ml-service")), true)
		roles, _ := d.users()
		for _, role := range roles {
			d.isUsedThroughServicesOnly(arn, role)
		}
	}
}

// eachUseByRole calls f for every statement that lets a role use the key.
func (d document) eachUseByRole(f func(place string, s iameval.Statement)) {
	d.eachStatement(func(place string, s iameval.Statement) {
		byRole := s.Principals != nil && slices.ContainsFunc(s.Principals.AWS, func(arn string) bool { return strings.Contains(arn, ":role/") })
		if s.Effect == iameval.EffectAllow && byRole {
			f(place, s)
		}
	})
}

// namesCallersAccount wants every use by a role to name the account, or what is
// encrypted. A role of the policy is of this account anyway, so no verdict shows
// the difference.
func (d document) namesCallersAccount() {
	d.eachUseByRole(func(place string, s iameval.Statement) {
		pinned := slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool { return strings.HasPrefix(c.Key, "kms:EncryptionContext:") })
		if !pinned && !hasCondition(s, "StringEquals", "kms:CallerAccount", d.in.Names.Account) {
			d.fail(place+".Condition", "kms:CallerAccount equal to "+d.in.Names.Account, show(s.Conditions))
		}
	})
}

// namesItsServices wants every use by a role to go through S3 or SageMaker.
func (d document) namesItsServices() {
	d.eachUseByRole(func(place string, s iameval.Statement) {
		named := 0
		for _, c := range s.Conditions {
			for _, v := range c.Values {
				if c.Key != "kms:ViaService" {
					continue
				}
				named++
				if !strings.HasPrefix(v, "s3.") && !strings.HasPrefix(v, "sagemaker.") {
					d.fail(place+".Condition", "kms:ViaService of S3 or SageMaker", v)
				}
			}
		}
		if named == 0 {
			d.fail(place+".Condition", "kms:ViaService", show(s.Conditions))
		}
	})
}

// opensForS3 wants the key to be used by a role of the estate through S3.
func (d document) opensForS3(role string, actions ...string) {
	arn := d.in.Names.IAMARN("role/" + d.in.Names.Of(role))
	p := probe{principal: iameval.RoleSession(arn, "session"), resource: d.in.Names.ARN("kms", "key/data")}
	for _, action := range actions {
		d.allows(p.doing(action).with(action+" through S3 by "+arn, iameval.Context{"kms:ViaService": {d.in.Names.ServiceHost("s3")}}))
	}
}

// dataKeyOpensForS3 asks the data key for a service role of the data stack.
func (in *inspection) dataKeyOpensForS3(role string, actions ...string) {
	for _, key := range in.OfTypeNamed(keyType, "data") {
		if d, ok := key.policyOn(); ok {
			d.opensForS3(role, actions...)
		}
	}
}

func (d document) servesWorkload(key, role string, volumes bool) {
	p := probe{principal: iameval.RoleSession(role, "session"), resource: key}
	s3 := iameval.Context{"kms:ViaService": {d.in.Names.ServiceHost("s3")}}
	for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
		d.allows(p.doing(action).with(action+" through S3 by "+role, s3))
	}
	if !volumes {
		return
	}
	sageMaker := iameval.Context{"kms:ViaService": {d.in.Names.ServiceHost("sagemaker")}, "kms:GrantIsForAWSResource": {"true"}}
	for _, action := range []string{"kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"} {
		d.allows(p.doing(action).with(action+" through SageMaker by "+role, sageMaker))
	}
}

func (d document) isUsedThroughServicesOnly(key, role string) {
	p := probe{principal: iameval.RoleSession(role, "session"), resource: key}
	for _, action := range use {
		p := p.doing(action)
		grant := iameval.Context{"kms:GrantIsForAWSResource": {"true"}}
		d.refuses(p.with(action+" by "+role+" without a service between", grant))
		other := iameval.Context{"kms:ViaService": {d.in.Names.ServiceHost("secretsmanager")}, "kms:GrantIsForAWSResource": {"true"}}
		d.refuses(p.with(action+" by "+role+" through Secrets Manager", other))
	}
}
