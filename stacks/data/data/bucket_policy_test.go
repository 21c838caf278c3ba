package data

import (
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/record"
)

// Whoever runs Pulumi may look whether the bucket is there; nobody reads an object
// from outside.
func TestVerdictPulumiLooksAndDoesNotRead(t *testing.T) {
	bucket := iameval.Environment{
		Identity: []*iameval.Policy{everything(t)},
		Resource: policyOf(t, full(t), "aws:s3/bucketPolicy:BucketPolicy", "data", iameval.BucketPolicy),
	}
	deployer := iameval.RoleSession("arn:aws-us-gov:iam::123456789012:role/deployer", "session")
	clean := with(outside, iameval.Context{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": {"NO_THREATS_FOUND"}})
	var questions []question
	for name, who := range map[string]iameval.Principal{
		"deployer": deployer, "pipeline": role("deploy-data"), "preview": role("preview"), "drift": role("drift"),
	} {
		questions = append(questions,
			question{name + " looks", who, "s3:ListBucket", dataBucket, outside, "allow"},
			question{name + " reads", who, "s3:GetObject", dataBucket + "/raw/x", clean, "explicit deny by statement DenyObjectsOutsideEndpoint"})
	}
	answers(t, bucket, append(questions,
		question{"pipeline of another stack looks", role("deploy-audit"), "s3:ListBucket", dataBucket, outside, "explicit deny by statement DenyListingOutsideEndpoint"},
		question{"workload looks", role("t1"), "s3:ListBucket", dataBucket, outside, "explicit deny by statement DenyListingOutsideEndpoint"},
		question{"copy from another bucket", role("deploy-data"), "s3:ReplicateObject", dataBucket + "/raw/x", outside, "explicit deny by statement DenyObjectsOutsideEndpoint"},
		question{"tags of a version", role("t1"), "s3:GetObjectVersionTagging", dataBucket + "/raw/x", outside, "explicit deny by statement DenyObjectsOutsideEndpoint"}))
}

// A governance lock can be stepped over by permission; only the emergency role can
// have it.
func TestVerdictLockStays(t *testing.T) {
	bucket := iameval.Environment{
		Identity: []*iameval.Policy{everything(t)},
		Resource: policyOf(t, full(t), "aws:s3/bucketPolicy:BucketPolicy", "data", iameval.BucketPolicy),
	}
	const denied = "explicit deny by statement DenyUnlocking"
	answers(t, bucket, []question{
		{"step over", role("deploy-data"), "s3:BypassGovernanceRetention", dataBucket + "/raw/x", inside, denied},
		{"shorten", role("t1"), "s3:PutObjectRetention", dataBucket + "/raw/x", inside, denied},
		{"lift a hold", role("t1"), "s3:PutObjectLegalHold", dataBucket + "/raw/x", inside, denied},
		{"emergency", role("break-glass"), "s3:BypassGovernanceRetention", dataBucket + "/raw/x", inside, "allow"},
	})
}

// Every bucket of the estate in this region logs its access here, and no other
// does.
func TestVerdictAccessLogsComeFromTheEstate(t *testing.T) {
	logs := iameval.Environment{Resource: policyOf(t, full(t), "aws:s3/bucketPolicy:BucketPolicy", "access-logs", iameval.BucketPolicy)}
	const logBucket = "arn:aws-us-gov:s3:::ringfence-full-access-logs-123456789012-us-gov-west-1"
	var questions []question
	for bucket, want := range map[string]string{"audit": "allow", "config": "allow", "data": "allow", "other": "implicit deny"} {
		questions = append(questions, question{bucket, iameval.Service("logging.s3.amazonaws.com"), "s3:PutObject", logBucket + "/x", with(outside, iameval.Context{
			"aws:SourceArn":     {"arn:aws-us-gov:s3:::ringfence-full-" + bucket + "-123456789012-us-gov-west-1"},
			"aws:SourceAccount": {fullAccount},
		}), want})
	}
	answers(t, logs, questions)
}

func TestUnitEveryBucketTellsEventBridge(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	for environment, buckets := range map[string]int{"local": 2, "full": 4} {
		r := suite.Record(t, environment)
		if got := len(r.OfType("aws:s3/bucketV2:BucketV2")); got != buckets {
			t.Errorf("%s: %d buckets, want %d", environment, got, buckets)
		}
		for _, bucket := range r.OfType("aws:s3/bucketV2:BucketV2") {
			if n, ok := r.Find("aws:s3/bucketNotification:BucketNotification", bucket.Name); !ok || n.Inputs["eventbridge"] != true {
				t.Errorf("%s: bucket %s tells EventBridge nothing (control DAT-22)", environment, bucket.Name)
			}
		}
	}
}

func TestUnitLockIsGovernanceInBothRegions(t *testing.T) {
	locks := full(t).OfType("aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2")
	if len(locks) != 2 {
		t.Fatalf("%d buckets are locked, want data and replica (control DAT-17)", len(locks))
	}
	for _, lock := range locks {
		retention := lock.Inputs["rule"].(map[string]any)["defaultRetention"].(map[string]any)
		if retention["mode"] != "GOVERNANCE" || retention["days"] != 30.0 {
			t.Errorf("bucket %s is locked by %v (control DAT-17)", lock.Name, retention)
		}
	}
}

func TestUnitFeaturesThatAreOffLeaveNothing(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, "minimal")
	for _, resourceType := range []string{
		"aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan", "aws:iam/role:Role", "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
		"aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
	} {
		if found := r.OfType(resourceType); len(found) > 0 {
			t.Errorf("%v", found)
		}
	}
}

// A bucket policy can be judged before its bucket is there.
func TestUnitBucketPolicyIsKnownAtPreview(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	o := suite.Options(t, "local")
	o.Preview = true
	r, err := record.Run(Stack, o)
	if err != nil {
		t.Fatal(err)
	}
	policy, _ := r.Find("aws:s3/bucketPolicy:BucketPolicy", "access-logs")
	if policy.Inputs["policy"] == record.Unknown {
		t.Error("the policy of the access-log bucket waits for the bucket")
	}
}
