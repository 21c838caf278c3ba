package access

import (
	"slices"

	"github.com/ringfence/ringfence/shared/config"
)

var (
	objectActions = []string{"s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"}
	outsiders     = []string{administrator, anonymous, deployer, foreigner}
)

// dataBucket asks who reads, writes, deletes and lists what, on the way that is
// meant and on all others.
func (a *asker) dataBucket() {
	spoken := a.vocabulary().spoken
	for _, name := range slices.Concat(a.roleNames(), outsiders) {
		resources := []string{"data bucket: " + config.SharedPrefix, "data bucket: " + otherPrefix}
		for _, prefix := range spoken[name] {
			resources = append(resources, "data bucket: "+prefix)
		}
		who := []string{name}
		a.ask(who, objectActions, resources, throughEndpoint, Outside.Name, throughAnotherEndpoint, overPlainHTTP, overOldTLS)
		a.ask(who, []string{"s3:PutObject"}, resources, withCallersKey, withOwnKey, withUnnamedKey, withOtherKey, withNamedKey, encryptedTwice)
		a.ask(who, []string{"s3:GetObject"}, resources, foundInfected, throughAnotherService)
		a.ask(who, []string{"s3:ListBucket"}, resources, throughAnotherService)
	}
}
