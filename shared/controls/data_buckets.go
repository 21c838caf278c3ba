package controls

import (
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The types of buckets and what belongs to them.
const (
	bucketType       = "aws:s3/bucketV2:BucketV2"
	publicAccessType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	ownershipType    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	versioningType   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	encryptionType   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	lifecycleType    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	loggingType      = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	objectLockType   = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	notificationType = "aws:s3/bucketNotification:BucketNotification"
	replicationType  = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
	accessPointType  = "aws:s3/accessPoint:AccessPoint"
)

// buckets returns every bucket; the data stack must have one.
func (in *inspection) buckets() []subject {
	in.required(graph.Data, bucketType)
	return in.each(bucketType)
}

// dataBuckets returns the bucket of the workloads' data.
func (in *inspection) dataBuckets() []subject {
	var out []subject
	for _, b := range in.required(graph.Data, bucketType) {
		if b.Name == "data" {
			out = append(out, b)
		}
	}
	if in.Has(graph.Data) && len(out) == 0 {
		in.missing(graph.Data, bucketType+" data")
	}
	return out
}

// takesAccessLogs reports whether a bucket, or what belongs to it, receives the
// access logs of others.
func (s subject) takesAccessLogs() bool { return strings.HasSuffix(s.Name, "-logs") }

func bucketsBlockPublicAccess(in *inspection) {
	for _, b := range in.buckets() {
		b.blocksPublicAccess()
	}
}

func (s subject) blocksPublicAccess() {
	if block, ok := s.alongside(publicAccessType, "bucket"); ok {
		block.blocksAll("")
	}
}

func (s subject) blocksAll(place string) {
	for _, way := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		s.is(place+way, true)
	}
}

func bucketsHaveNoACLs(in *inspection) {
	for _, b := range in.buckets() {
		b.hasNoACL()
	}
	for _, acl := range in.each("aws:s3/bucketAclV2:BucketAclV2", "aws:s3/bucketObject:BucketObject") {
		acl.isEmpty("acl")
		acl.isEmpty("accessControlPolicy")
	}
}

func (s subject) hasNoACL() {
	if ownership, ok := s.alongside(ownershipType, "bucket"); ok {
		ownership.is("rule.objectOwnership", "BucketOwnerEnforced")
	}
	s.want("acl", "none", func(v any) bool { return empty(v) || v == "private" })
}

func bucketsEncrypt(in *inspection) {
	for _, b := range in.buckets() {
		b.encryptsWithKey()
	}
}

const encryptionRule = "rules[0].applyServerSideEncryptionByDefault."

func (s subject) encryptsWithKey() {
	e, ok := s.alongside(encryptionType, "bucket")
	if !ok {
		return
	}
	e.is(encryptionRule+"sseAlgorithm", "aws:kms")
	if s.takesAccessLogs() {
		return // the finding above says it all
	}
	e.isSet(encryptionRule+"kmsMasterKeyId", "the ARN of a customer-managed key")
	e.want(encryptionRule+"kmsMasterKeyId", "a full ARN, which other accounts cannot take for a key of their own", func(v any) bool {
		text, _ := v.(string)
		return strings.HasPrefix(text, "arn:") && strings.Contains(text, ":key/")
	})
	e.is("rules[0].bucketKeyEnabled", true)
}

func bucketsKeepVersions(in *inspection) {
	for _, b := range in.buckets() {
		b.keepsVersions()
	}
}

func (s subject) keepsVersions() {
	if v, ok := s.alongside(versioningType, "bucket"); ok {
		v.is("versioningConfiguration.status", "Enabled")
	}
}

func versionsNeedMFA(in *inspection) {
	for _, b := range in.dataBuckets() {
		if v, ok := b.alongside(versioningType, "bucket"); ok {
			v.is("versioningConfiguration.mfaDelete", "Enabled")
		}
	}
}

// uploadDays is how long the parts of a broken upload may stay.
const uploadDays = 7

func bucketsCleanUp(in *inspection) {
	for _, b := range in.buckets() {
		b.cleansUp()
	}
}

func (s subject) cleansUp() {
	l, ok := s.alongside(lifecycleType, "bucket")
	if !ok {
		return
	}
	const rule = "rules[0]."
	l.is(rule+"status", "Enabled")
	l.isEmpty(rule + "filter.prefix")
	l.isEmpty(rule + "filter.tag")
	l.isAtMost(rule+"abortIncompleteMultipartUpload.daysAfterInitiation", uploadDays)
	l.isAtLeast(rule+"noncurrentVersionExpiration.noncurrentDays", 1)
}

func bucketsLogAccess(in *inspection) {
	for _, b := range in.buckets() {
		if !b.takesAccessLogs() {
			b.logsAccess()
		}
	}
}

func (s subject) logsAccess() {
	l, ok := s.alongside(loggingType, "bucket")
	if !ok {
		return
	}
	if l.Get("targetBucket") != s.in.Names.Bucket("access-logs") { // of another stack
		var targets []*snapshot.Resource
		for _, b := range s.in.each(bucketType) {
			if b.takesAccessLogs() {
				targets = append(targets, b.Resource)
			}
		}
		l.refersTo("targetBucket", "the access-log bucket", targets...)
	}
	l.isSet("targetPrefix", "a prefix of its own")
}

func bucketsNotify(in *inspection) {
	for _, b := range in.buckets() {
		if n, ok := b.alongside(notificationType, "bucket"); ok {
			n.is("eventbridge", true)
		}
	}
}

func dataIsLocked(in *inspection) {
	for _, b := range in.dataBuckets() {
		b.isLocked(1, "GOVERNANCE", "COMPLIANCE")
	}
}

// isLocked wants new objects to be locked for so many days.
func (s subject) isLocked(days float64, modes ...any) {
	s.is("objectLockEnabled", true)
	if l, ok := s.alongside(objectLockType, "bucket"); ok {
		l.isOneOf("rule.defaultRetention.mode", modes...)
		l.isAtLeast("rule.defaultRetention.days", days)
	}
}

func dataIsReplicated(in *inspection) {
	for _, b := range in.dataBuckets() {
		r, ok := b.alongside(replicationType, "bucket")
		if !ok {
			continue
		}
		const rule = "rules[0]."
		r.is(rule+"status", "Enabled")
		r.is(rule+"deleteMarkerReplication.status", "Enabled")
		r.is(rule+"sourceSelectionCriteria.sseKmsEncryptedObjects.status", "Enabled")
		r.isSet(rule+"destination.bucket", "a bucket in another region")
		r.isSet(rule+"destination.encryptionConfiguration.replicaKmsKeyId", "a key in that region")
	}
}

func accessPointsArePrivate(in *inspection) {
	for _, p := range in.each(accessPointType) {
		p.isSet("vpcConfiguration.vpcId", "the VPC that may use it")
		if p.Get("publicAccessBlockConfiguration") != nil {
			p.blocksAll("publicAccessBlockConfiguration.")
		}
	}
}

func knowledgeBasesAreEncrypted(in *inspection) {
	for _, s := range in.each("aws:bedrock/agentDataSource:AgentDataSource") {
		s.isSet("serverSideEncryptionConfiguration.kmsKeyArn", "the data key")
	}
}

// The tags that every resource carries, and the classes of data.
var (
	requiredTags = []string{"ControlSet", "DataClassification", "Environment", "ManagedBy", "Owner"}
	classes      = []any{"public", "internal", "confidential", "restricted"}
)

// tagged are the types that must carry tags. Any other resource that has tags
// must have all of them too.
var tagged = map[string]bool{
	bucketType: true, keyType: true, logGroupType: true, endpointType: true, subnetType: true, vpcType: true, groupType: true,
	"aws:cloudtrail/trail:Trail": true, "aws:cloudwatch/metricAlarm:MetricAlarm": true, "aws:iam/policy:Policy": true,
	"aws:iam/role:Role": true, "aws:sns/topic:Topic": true, "aws:ec2/flowLog:FlowLog": true, "aws:ec2/routeTable:RouteTable": true,
}

func resourcesAreTagged(in *inspection) {
	for i := range in.Resources {
		r := &in.Resources[i]
		if r.Get("tags") == nil && !tagged[r.Type] {
			continue
		}
		in.checked[r.Stack]++
		s := subject{in, r}
		for _, tag := range requiredTags {
			s.isSet("tags."+tag, "a value")
		}
		s.isOneOf("tags.DataClassification", classes...)
	}
}

func bucketsAreHardToDelete(in *inspection) {
	for _, b := range in.buckets() {
		if in.Environment.Lifecycle != config.Ephemeral {
			b.isOff("forceDestroy")
		}
		b.isGuarded()
		if d, ok := b.policyOn(); ok {
			d.keepsBucket()
		}
	}
}
