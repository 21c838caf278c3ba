package security

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// The state of an environment lies in a bucket that is made before everything
// else, and so is named by convention, as is its key. Pulumi's file backend
// keeps it below .pulumi: a stack's state in stacks/, its lock in locks/, its
// past in history/ and backups/.

// stateNames are the names of the environment, whatever the Pulumi stack is
// called.
func (s *security) stateNames() names.Names {
	return names.New(s.Env.Name, s.Env.AccountID, s.Env.Region)
}

// readState lets a role read the state of all stacks, and nothing more: a preview
// and a look for drift work on a copy, and hold up nobody.
func (s *security) readState() []iampolicy.Statement {
	bucket := s.stateNames().BucketARN("state")
	return []iampolicy.Statement{
		allow("FindState", []string{"s3:GetBucketLocation", "s3:ListBucket"}, bucket),
		allow("ReadState", []string{"s3:GetObject"}, bucket+"/.pulumi/*"),
		s.stateKey("ReadWithStateKey", "kms:Decrypt"),
	}
}

// writeState lets a role lock and write the state of one stack.
func (s *security) writeState(stack graph.Name) []iampolicy.Statement {
	root := s.stateNames().BucketARN("state") + "/.pulumi/"
	var own []string
	for _, folder := range []string{"backups", "history", "locks/organization", "stacks"} {
		own = append(own, root+folder+"/"+stack.Project()+"/*")
	}
	return []iampolicy.Statement{
		allow("WriteOwnState", []string{"s3:DeleteObject", "s3:PutObject"}, own...),
		s.stateKey("WriteWithStateKey", "kms:Encrypt", "kms:GenerateDataKey"),
	}
}

// stateKey is the use of the key of the state. Its id is known to nobody here,
// its alias is. Keys of the estate do not let IAM grant their use, so this opens
// none of them.
func (s *security) stateKey(sid string, actions ...string) iampolicy.Statement {
	return allowIf(sid, []iampolicy.Condition{
		iampolicy.Is("ForAnyValue:StringEquals", "kms:ResourceAliases", s.stateNames().KeyAlias("state")),
	}, actions, s.Names.ARN("kms", "key/*"))
}
