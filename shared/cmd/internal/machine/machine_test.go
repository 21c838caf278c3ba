package machine

import (
	"slices"
	"testing"
)

func TestUnitTheProviderGetsNothingThatTheEngineDoesNot(t *testing.T) {
	got := complete(
		[]string{"PATH=/checkout/bin:/bin", "AWS_REGION=eu-central-1"},
		[]string{"PATH=/bin", "AWS_PROFILE=production", "AWS_CA_BUNDLE=/etc/ca.pem"},
	)
	want := []string{"PATH=/checkout/bin:/bin", "AWS_REGION=eu-central-1", "AWS_PROFILE=", "AWS_CA_BUNDLE="}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestUnitTheSharedProviderCanBeTurnedOff(t *testing.T) {
	t.Setenv(SharedProviderVariable, "0")
	attach, stop, err := (&Machine{}).Provider(t.Context(), nil)
	if attach != "" || err != nil {
		t.Errorf("got %q, %v", attach, err)
	}
	stop()
}
