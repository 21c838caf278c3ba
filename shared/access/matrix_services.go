package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// The ways on which a service of AWS comes: on behalf of what is in the estate,
// and of something or somebody else.
const (
	forEstate         = "for the estate"
	forAnotherSource  = "for another source in this account"
	forAnotherAccount = "for another account"
	forAnotherContext = "for the estate, on something else"
	forNobody         = "for nobody known"
	withoutACL        = "for the estate, keeping the object for itself"
	withItsKey        = "for the estate, encrypted with a key of its own (SSE-C)"
)

var serviceWays = []string{forEstate, forAnotherSource, forAnotherAccount, forNobody}

// services asks what AWS's services may do here, each for the estate and as the
// deputy of somebody else.
func (a *asker) services() {
	for _, s := range []struct {
		service   string
		actions   []string
		resources []string
	}{
		{"cloudtrail", []string{"s3:GetBucketAcl"}, []string{"audit bucket"}},
		{"cloudtrail", []string{"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}, []string{"audit bucket: " + trailRecords}},
		{"cloudtrail", []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"}, []string{"audit key"}},
		{"logging.s3", []string{"s3:PutObject"}, a.bucketObjects()},
		{"config", []string{"s3:GetBucketAcl", "s3:ListBucket"}, []string{"config bucket"}},
		{"config", []string{"s3:PutObject"}, []string{"config bucket: " + configRecords}},
		{"config", []string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"audit key"}},
		{"cloudwatch", []string{"sns:Publish"}, []string{"alarms topic"}},
		{"cloudwatch", []string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"audit key"}},
		{"events", []string{"sqs:SendMessage", "sqs:ReceiveMessage"}, []string{"tampering-undelivered queue"}},
		{"events", []string{"sns:Publish"}, []string{"alarms topic"}},
		{"events", []string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"audit key"}},
		{"logs." + a.snapshot.Names.Region, []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"}, a.named(keyType, " key")},
	} {
		resources := slices.DeleteFunc(s.resources, func(r string) bool { return a.vocabulary().lacks(r) })
		a.ask([]string{s.service + ".amazonaws.com"}, s.actions, resources, serviceWays...)
		if slices.Contains(s.actions, "s3:PutObject") {
			a.ask([]string{s.service + ".amazonaws.com"}, []string{"s3:PutObject"}, resources, withoutACL, withItsKey)
		}
		if strings.HasPrefix(s.actions[0], "kms:") {
			a.ask([]string{s.service + ".amazonaws.com"}, s.actions, resources, forAnotherContext)
		}
	}
	a.ask([]string{"logging.s3.amazonaws.com"}, []string{"s3:PutObject"}, a.bucketObjects(), a.forEach(bucketType, " bucket")...)
	a.ask([]string{"logging.s3.amazonaws.com"}, []string{"s3:ListBucket"}, a.named(bucketType, " bucket"), forEstate)
	logs := []string{"logs." + a.snapshot.Names.Region + ".amazonaws.com"}
	a.ask(logs, []string{"kms:Decrypt"}, a.named(keyType, " key"), a.forEach(logGroupType, " log group")...)
}

// forEach are the ways of a service that comes for each resource of a type.
func (a *asker) forEach(resourceType, word string) []string {
	names := a.named(resourceType, word)
	for i := range names {
		names[i] = "for the " + names[i]
	}
	return names
}

// named are the names of all resources of a type.
func (a *asker) named(resourceType, word string) []string {
	var names []string
	for _, r := range a.snapshot.OfType(resourceType) {
		names = append(names, r.Name+word)
	}
	return names
}

func (a *asker) bucketObjects() []string {
	return a.named(bucketType, " bucket: "+everyObject)
}

// lacks reports whether the snapshot has nothing of a name.
func (v *vocabulary) lacks(resource string) bool {
	name, _, _ := strings.Cut(resource, ": ")
	_, ok := v.targets[name]
	return !ok
}

// sources are what AWS's services act for in the estate.
func (v *vocabulary) sources(service, resource string) []string {
	n := v.model.snapshot.Names
	switch service {
	case "bedrock":
		return []string{n.ARN("bedrock", "*")}
	case "cloudtrail":
		return []string{v.model.trail()}
	case "events":
		return []string{n.ARN("events", "rule/"+n.Of("tampering"))}
	case "logging.s3":
		if strings.HasPrefix(resource, "replica-logs ") {
			return []string{v.targets["replica bucket"].ARN}
		}
		return []string{n.BucketARN("data")}
	case "vpc-flow-logs":
		return []string{n.ARN("ec2", "vpc-flow-log/fl-1")}
	}
	return nil
}

// trail is the ARN of the trail.
func (m *Model) trail() string {
	return m.snapshot.Names.ARN("cloudtrail", "trail/"+m.snapshot.Names.Of("trail"))
}

// comesFrom is the way of a service that acts for somebody.
func (v *vocabulary) comesFrom(q Question) (Way, bool) {
	service, ok := strings.CutSuffix(q.Principal, ".amazonaws.com")
	if !ok {
		return Way{}, false
	}
	w := Outside.With(q.Way, v.sentFor(service, q))
	switch q.Way {
	case forEstate:
	case forAnotherSource:
		w = w.With(q.Way, others(w.Context, "aws:SourceArn"))
	case forAnotherContext:
		w = w.With(q.Way, others(w.Context, encryptionContext))
	case forAnotherAccount:
		w = w.With(q.Way, iameval.Context{"aws:SourceAccount": {ForeignAccount}})
	case withoutACL:
		w = w.With(q.Way, iameval.Context{"s3:x-amz-acl": nil})
	case withItsKey:
		w = w.WithCallersKey().Named(q.Way)
	case forNobody:
		w = Outside.Named(q.Way)
	default:
		return v.comesForOne(w, q)
	}
	return w, true
}

// sentFor is what a service sends along when it comes for the estate.
func (v *vocabulary) sentFor(service string, q Question) iameval.Context {
	context := iameval.Context{"aws:SourceAccount": {v.model.snapshot.Names.Account}}
	if sources := v.sources(service, q.Resource); sources != nil {
		context["aws:SourceArn"] = sources
	}
	maps.Copy(context, v.encryptionContext(service, q))
	if q.Action == "s3:PutObject" && service != "logging.s3" {
		context["s3:x-amz-acl"] = []string{"bucket-owner-full-control"}
	}
	return context
}

// comesForOne is the way of a service that comes for one resource.
func (v *vocabulary) comesForOne(w Way, q Question) (Way, bool) {
	name, ok := strings.CutPrefix(q.Way, "for the ")
	if group, ok := strings.CutSuffix(name, " log group"); ok {
		return w.With(q.Way, iameval.Context{encryptionContext + "aws:logs:arn": {v.model.snapshot.Names.LogGroupARN(group)}}), true
	}
	t, known := v.targets[name]
	if !ok || !known {
		return Way{}, false
	}
	w = w.With(q.Way, iameval.Context{"aws:SourceArn": {t.ARN}})
	w.err = t.err
	return w, true
}

const encryptionContext = "kms:EncryptionContext:"

// encryptionContext is what a service sends along to a key, so that only what is
// meant is encrypted with it.
func (v *vocabulary) encryptionContext(service string, q Question) iameval.Context {
	if !strings.HasPrefix(q.Action, "kms:") {
		return nil
	}
	name := strings.TrimSuffix(q.Resource, " key")
	switch {
	case service == "cloudtrail":
		return iameval.Context{encryptionContext + "aws:cloudtrail:arn": {v.model.trail()}}
	case strings.HasPrefix(service, "logs."):
		if name == "audit" {
			name = "trail"
		}
		return iameval.Context{encryptionContext + "aws:logs:arn": {v.model.snapshot.Names.LogGroupARN(name)}}
	}
	return nil
}

// others are those keys of a context that begin so, for something else.
func others(context iameval.Context, prefix string) iameval.Context {
	out := iameval.Context{}
	for key, values := range context {
		if strings.HasPrefix(key, prefix) {
			out[key] = []string{values[0] + "-2"}
		}
	}
	return out
}
