package security

import (
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// addEvidence lets a role add reports to the audit bucket, which nobody can take
// back, and see that they are locked. It replaces no object, and reads none, its own
// neither. Workflows on main assume it without an approval: it can add, and nothing
// else (control IAM-11).
func (s *security) addEvidence() []iampolicy.Statement {
	bucket := s.Names.BucketARN("audit")
	reports := bucket + "/" + config.EvidencePrefix + "*"
	return []iampolicy.Statement{
		allowIf("AddEvidence", []iampolicy.Condition{iampolicy.Is("Null", "s3:if-none-match", "false")},
			[]string{"s3:PutObject"}, reports),
		allow("SeeItsLock", []string{"s3:GetObjectRetention"}, reports),
		allow("SeeHowTheBucketKeeps", []string{"s3:GetBucketObjectLockConfiguration", "s3:GetEncryptionConfiguration"}, bucket),
	}
}
