package access

import (
	"maps"
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/authorization"
)

// A new action of SageMaker that knows one of the keys is to be guarded too.
func TestUnitSageMakerActionsAreThoseOfTheReference(t *testing.T) {
	want := map[string][]string{}
	for _, key := range []string{
		VPCSubnets, VPCSecurityGroups, NetworkIsolation, TrafficEncryption, VolumeKey, OutputKey, DirectInternet, RootAccess,
		AppNetwork, InstanceTypes,
	} {
		for _, action := range authorization.ActionsWith(key) {
			want[action] = append(want[action], key)
		}
	}
	got := map[string][]string{}
	for _, a := range SageMakerActions {
		got[a.Name] = a.Keys
	}
	for _, action := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(got[action], want[action]) {
			t.Errorf("%s knows %v, and AWS says %v", action, got[action], want[action])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d actions, and AWS has %d", len(got), len(want))
	}
}
