//go:build live

package live

import (
	"os"
	"testing"
)

// refuse makes an attempt in the sandbox that `./ringfence test --live` names.
func refuse(t *testing.T, name string) {
	t.Helper()
	e, err := Open(t.Context(), "../../stacks/environments", os.Getenv("RINGFENCE_LIVE_ENVIRONMENT"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Attempts() {
		if a.Name != name {
			continue
		}
		if err := Try(t.Context(), e, a); err != nil {
			t.Error(err)
		}
		return
	}
	t.Fatalf("there is no attempt %q", name)
}

func TestLivePlainHTTPIsRefused(t *testing.T) { refuse(t, "plain HTTP to the data bucket") }
func TestLiveOutsideTheEndpointIsRefused(t *testing.T) {
	refuse(t, "an object from outside the endpoint")
}
func TestLiveForeignKeyIsRefused(t *testing.T) { refuse(t, "an object with a foreign key") }
func TestLiveKeyOfTheCallerIsRefused(t *testing.T) {
	refuse(t, "an object with a key of the caller (SSE-C)")
}
func TestLiveOtherEncryptionIsRefused(t *testing.T) { refuse(t, "an object without the data key") }
func TestLiveStopLoggingIsRefused(t *testing.T)     { refuse(t, "an estate's role stops the trail") }
func TestLiveAnotherRegionIsRefused(t *testing.T)   { refuse(t, "an estate's role leaves the region") }
func TestLiveJobWithoutVPCIsRefused(t *testing.T)   { refuse(t, "a SageMaker job without a VPC") }
func TestLiveChangingItselfIsRefused(t *testing.T)  { refuse(t, "the integration role changes itself") }
func TestLiveRoleWithoutBoundaryIsRefused(t *testing.T) {
	refuse(t, "the integration role makes a role without the boundary")
}
