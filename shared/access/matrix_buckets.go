package access

import "slices"

// What is asked of every bucket, and of what is in it.
var (
	bucketActions = []string{
		"s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketPolicy",
		"s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
	}
	recordActions = []string{
		"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging",
	}
)

// What is in a bucket, by whoever writes it.
const (
	everyObject   = "objects"
	trailRecords  = "records of the trail"
	configRecords = "records of Config"
)

// otherBuckets asks who changes a bucket, and who reads and forges records.
func (a *asker) otherBuckets() {
	everybody := slices.Concat(a.roleNames(), outsiders)
	// Some denials leave out those who work from AWS's side, or repair.
	tries := slices.Clone(outsiders)
	for _, name := range []string{"break-glass", "malware-scan", "replication"} {
		if a.Role(name) != nil {
			tries = append(tries, name, name+givenEverything)
		}
	}
	for _, r := range a.snapshot.OfType(bucketType) {
		bucket := r.Name + " bucket"
		objects := bucket + ": " + everyObject
		a.ask(a.notWorkloads(), bucketActions, []string{bucket}, Outside.Name)
		a.ask(tries, []string{"s3:GetObject"}, []string{objects}, throughEndpoint, overPlainHTTP, overOldTLS)
		a.ask(tries, []string{"s3:PutObject"}, []string{objects}, withCallersKey, withOwnKey, withOtherKey, withNamedKey, encryptedTwice)
		a.ask(tries, []string{"s3:PutObjectTagging"}, []string{objects}, taggedClean)
		if r.Name != "data" { // which has prefixes, and is asked about apart
			a.ask(everybody, []string{"s3:GetObject", "s3:PutObject"}, []string{objects}, Outside.Name, throughEndpoint)
		}
		a.ask(a.notWorkloads(), recordActions, []string{objects}, Outside.Name)
	}
	a.ask(everybody, []string{"s3:GetObject", "s3:PutObject"}, []string{"state bucket: " + everyObject}, Outside.Name)
	foreign := []string{"bucket of another account: " + everyObject}
	a.ask(everybody, []string{"s3:GetObject", "s3:PutObject"}, foreign, throughEndpoint)
	a.ask(a.givenEverything(), []string{"s3:GetObject", "s3:PutObject"}, foreign, throughEndpoint, Outside.Name)
	a.ask(outsiders, []string{"s3:GetObject", "s3:PutObject"}, []string{"bucket of images and patches: " + everyObject}, throughEndpoint)
}

// notWorkloads are the roles that the environment file does not list, and those
// from outside.
func (a *asker) notWorkloads() []string {
	names := slices.Concat(a.roleNames(), outsiders)
	for _, w := range a.snapshot.Environment.Workloads {
		names = slices.DeleteFunc(names, func(name string) bool { return name == w.Name })
	}
	return names
}

// givenEverything are the roles of the estate as if each had every permission.
func (a *asker) givenEverything() []string {
	names := a.roleNames()
	for i := range names {
		names[i] += givenEverything
	}
	return names
}
