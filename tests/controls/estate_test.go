// Package controls holds the catalogue against the estate: that every control
// holds in every environment, that each has a change that breaks it, and that no
// weakening of the estate goes unseen.
//
// Level of proof: unit and verdict. The estate is what the programs register,
// run without an engine.
package controls

import (
	"testing"

	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/recorded"
)

// environments are the environments of the project, and the one of the tests
// that has every feature on.
var environments = recorded.Environments("full")

const folder = recorded.Project

// estateOf returns what the four programs register in an environment.
func estateOf(t testing.TB, environment string) *snapshot.Snapshot {
	t.Helper()
	return recorded.Estate(t, environments[environment], environment)
}
