package access

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// onBuckets are, by Sid, the denials that bucket policies of the estate may
// have, each with a request that it alone must refuse: its caller has every
// permission there is.
func (r *report) onBuckets(bucket string) map[string]attempt {
	object, admin, inside, deny := bucket+"/object", r.model.Administrator(), r.model.Inside(), iameval.ExplicitDeny
	scanned := access.Outside.With("tagged as clean by the caller", iameval.Context{"s3:RequestObjectTagKeys": {"GuardDutyMalwareScanStatus"}})
	infected := inside.With("that was found infected", iameval.Context{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": {"THREATS_FOUND"}})
	return map[string]attempt{
		"DenyPlainHTTP":              {admin, inside.OverPlainHTTP(), "s3:GetObject", object, deny, ""},
		"DenyOldTLS":                 {admin, inside.OverOldTLS(), "s3:GetObject", object, deny, ""},
		"DenyForeignPrincipals":      {r.model.Foreigner(), inside, "s3:GetObject", object, deny, ""},
		"DenyCustomerProvidedKeys":   {admin, inside.WithCallersKey(), "s3:PutObject", object, deny, ""},
		"DenyBucketDeletion":         {admin, inside, "s3:DeleteBucket", bucket, deny, ""},
		"DenyOtherEncryption":        {admin, inside.WithOwnKey(), "s3:PutObject", object, deny, ""},
		"DenyOtherKeys":              {admin, inside.WithKey("encrypted with another key of KMS", r.names.ARN("kms", "key/other")), "s3:PutObject", object, deny, ""},
		"DenyOtherWriters":           {admin, inside, "s3:PutObject", object, deny, ""},
		"DenyOtherWritersOfAnnex":    {admin, inside, "s3:PutObject", bucket + "/evidence/object", deny, ""},
		"DenyReplacingInAnnex":       {r.strong("evidence"), inside, "s3:PutObject", bucket + "/evidence/object", deny, ""},
		"DenyOtherKeysInAnnex":       {r.strong("evidence"), inside, "s3:PutObject", bucket + "/evidence/object", deny, ""},
		"DenyTampering":              {admin, inside, "s3:DeleteObjectVersion", object, deny, ""},
		"DenyObjectsOutsideEndpoint": {admin, access.Outside, "s3:GetObject", object, deny, ""},
		"DenyListingOutsideEndpoint": {admin, access.Outside, "s3:ListBucket", bucket, deny, ""},
		"DenyUnscannedObjects":       {admin, infected, "s3:GetObject", object, deny, ""},
		"DenyForgedFindings":         {admin, scanned, "s3:PutObjectTagging", object, deny, ""},
		"DenyUnlocking":              {admin, inside, "s3:BypassGovernanceRetention", object, deny, ""},
		"DenyAllButReplication":      {admin, inside, "s3:GetObject", object, deny, ""},
	}
}

// onEveryBucket are the denials that no bucket is without.
var onEveryBucket = []string{"DenyBucketDeletion", "DenyCustomerProvidedKeys", "DenyForeignPrincipals", "DenyOldTLS", "DenyPlainHTTP"}

// everyBucket holds each bucket, whatever it is for, to all that its policy
// denies.
func (r *report) everyBucket() {
	r.section("Every bucket", "", "bucket", "what is tried", "verdict")
	for _, resource := range r.snapshot.OfType(bucketType) {
		arn, _ := resource.Get("arn").(string)
		known, missing := r.onBuckets(arn), slices.Clone(onEveryBucket)
		for _, statement := range r.model.On(resource).Statements() {
			if statement.Effect != iameval.EffectDeny {
				continue
			}
			a, ok := known[statement.Sid]
			if !ok {
				r.t.Errorf("bucket %s: no attempt is known that %s must refuse; add one", resource.Name, statement.Sid)
				continue
			}
			missing = slices.DeleteFunc(missing, func(sid string) bool { return sid == statement.Sid })
			a.by = statement.Sid
			d := r.try(a)
			r.row(r.short(arn), a.action+" "+a.way.Name+", as "+a.caller.Name, shown(d))
		}
		if len(missing) > 0 {
			r.t.Errorf("bucket %s: its policy lacks %s", resource.Name, strings.Join(missing, ", "))
		}
	}
}
