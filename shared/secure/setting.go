// Package secure holds the components that make the secure form of a resource
// its only form: there is no argument that leaves a bucket unencrypted, a key
// without rotation, or a log group without retention.
package secure

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/names"
)

// Setting is what every component has to know of its environment.
type Setting struct {
	Names      names.Names
	Safeguards config.Safeguards
}

// guarded are the options of a resource that holds data or keys: outside
// disposable environments, Pulumi refuses to delete it, and forgets it rather
// than delete it if it is ever taken out of the program (controls DAT-02 and
// DAT-24).
func (s Setting) guarded(parent pulumi.Resource) []pulumi.ResourceOption {
	keep := !s.Safeguards.Disposable
	return []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Protect(keep), pulumi.RetainOnDelete(keep)}
}
