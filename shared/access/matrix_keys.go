package access

import "slices"

var (
	useOfKeys  = []string{"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"}
	careOfKeys = []string{
		"kms:CancelKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:ScheduleKeyDeletion",
	}
	// keyUsers are the services that a key is used through.
	keyUsers = []string{"lambda", "s3", "sagemaker", "sns", "sqs"}
)

// keys asks who opens what with which key, and who can take one away.
func (a *asker) keys() {
	everybody := slices.Concat(a.roleNames(), outsiders)
	for _, r := range a.snapshot.OfType(keyType) {
		key := []string{r.Name + " key"}
		a.ask(everybody, careOfKeys, key, "")
		a.ask(everybody, []string{"kms:Decrypt", "kms:GenerateDataKey"}, key, "", "through s3")
		a.ask(a.notWorkloads(), useOfKeys, key, "")
		for _, service := range keyUsers {
			a.ask(a.notWorkloads(), useOfKeys, key, "through "+service)
		}
	}
	data := []string{"data key"}
	a.ask(everybody, []string{"kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"}, data, "through sagemaker")
	a.ask(everybody, []string{"kms:CreateGrant"}, data, forAWS)
	a.ask(everybody, []string{"kms:Decrypt"}, data, "through lambda")
	a.ask(everybody, []string{"kms:CreateGrant"}, data, forAWSDirectly)
	if a.snapshot.Environment.Features.ReplicaRegion != "" {
		a.ask(everybody, []string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"data key", "replica key"}, throughReplicaS3)
	}
	for _, from := range []string{"through sns", "directly"} {
		a.ask(a.notWorkloads(), []string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"audit key"}, from+forTheAlarms, from+forAnotherTopic)
	}
	for _, from := range []string{"through sqs", "directly"} {
		a.ask(a.notWorkloads(), []string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"audit key"}, from+forTheQueue, from+forAnotherQueue)
	}
}
