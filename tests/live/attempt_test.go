package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	environment "github.com/ringfence/ringfence/shared/config"
)

// answer is how the endpoint of a test answers every call.
type answer struct {
	// code is AWS's word for an error, and empty where the call works; message goes
	// with it.
	code, message string
	// hangUp answers nothing.
	hangUp bool
}

// ServeHTTP answers in the protocol of the service that is asked.
func (a answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	status := http.StatusForbidden
	switch {
	case a.hangUp:
		panic(http.ErrAbortHandler)
	case a.code == "" && r.Header.Get("X-Amz-Target") != "":
		fmt.Fprint(w, "{}")
	case a.code == "":
		fmt.Fprint(w, "<Response><CreateRoleResult><Role/></CreateRoleResult></Response>")
	case r.Header.Get("X-Amz-Target") != "":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type": "%s", "message": %q}`, a.code, a.message)
	case strings.Contains(string(body), "Version=2016-11-15"):
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors></Response>", a.code, a.message)
	case strings.Contains(string(body), "Action="):
		w.WriteHeader(status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", a.code, a.message)
	default:
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", a.code, a.message)
	}
}

// estate is a sandbox whose AWS is at an endpoint; without TLS it is at another one.
func estate(t *testing.T, endpoint, plain string) *Estate {
	t.Helper()
	env, err := environment.Load("../../shared/sandbox/testdata", "sandbox", "sandbox")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(env.Region), config.WithBaseEndpoint(endpoint),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("KEY", "secret", "")),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }))
	if err != nil {
		t.Fatal(err)
	}
	e := at(env)
	e.Integration, e.Scientist, e.Plain = cfg, cfg, plain
	return e
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

const explicitly = "User: x is not authorized to perform: y with an explicit deny in a permissions boundary"

// Only a denial counts: every other way in which a call can end fails every attempt,
// in words that say why.
func TestUnitOnlyADenialCounts(t *testing.T) {
	for _, tt := range []struct {
		what string
		answer
		says string
	}{
		{"refused", answer{code: "AccessDenied", message: explicitly}, ""},
		{"refused by JSON services", answer{code: "AccessDeniedException", message: explicitly}, ""},
		{"refused by EC2", answer{code: "UnauthorizedOperation", message: explicitly}, ""},
		{"refused without a reason", answer{code: "AccessDenied", message: "Access Denied"}, ""},
		{"allowed", answer{}, "AWS allowed it"},
		{"nothing is there", answer{code: "NoSuchBucket"}, "it failed for another reason"},
		{"too many calls", answer{code: "ThrottlingException", message: "Rate exceeded"}, "it failed for another reason"},
		{"slow down", answer{code: "SlowDown"}, "it failed for another reason"},
		{"a wrong signature", answer{code: "SignatureDoesNotMatch"}, "it failed for another reason"},
		{"an old session", answer{code: "ExpiredToken"}, "it failed for another reason"},
		{"a wrong request", answer{code: "ValidationException"}, "it failed for another reason"},
		{"no network", answer{hangUp: true}, "AWS did not answer"},
		{"nothing grants it", answer{code: "AccessDenied", message: "User: x is not authorized to perform: y because no identity-based policy allows the y action"},
			"nothing grants it"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			endpoint := serve(t, tt.answer)
			e := estate(t, endpoint, endpoint)
			for _, a := range Attempts() {
				a.Twin = nil // asks the same endpoint
				err := Try(t.Context(), e, a)
				if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
					t.Errorf("%s: %v, want %q", a.Name, err, tt.says)
				}
			}
		})
	}
}

// Where what is allowed does not work either, a refusal proves nothing.
func TestUnitATwinMustWork(t *testing.T) {
	denial := answer{code: "AccessDenied", message: explicitly}
	for _, tt := range []struct {
		what          string
		secure, plain answer
		says          string
	}{
		{"only without TLS", answer{}, denial, ""},
		{"both refused", denial, denial, "prove nothing"},
		{"both allowed", answer{}, answer{}, "AWS allowed it"},
	} {
		err := Try(t.Context(), estate(t, serve(t, tt.secure), serve(t, tt.plain)), Attempts()[0])
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v, want %q", tt.what, err, tt.says)
		}
	}
}

// What was allowed and stays is said.
func TestUnitWhatIsLeftBehindIsSaid(t *testing.T) {
	done := func(context.Context, *Estate) error { return nil }
	err := Try(t.Context(), nil, Attempt{Name: "x", Do: done, Undo: func(context.Context, *Estate) error { return errors.New("stuck") }})
	if err == nil || !strings.Contains(err.Error(), "could not be taken back: stuck") {
		t.Errorf("got %v", err)
	}
}

// Every attempt is a test of the live level, of a name of its own.
func TestUnitEveryAttemptIsALiveTest(t *testing.T) {
	content, err := os.ReadFile("live_test.go")
	if err != nil {
		t.Fatal(err)
	}
	attempts := Attempts()
	for _, a := range attempts {
		if strings.Count(string(content), fmt.Sprintf("refuse(t, %q)", a.Name)) != 1 {
			t.Errorf("live_test.go must try %q once", a.Name)
		}
	}
	if got := strings.Count(string(content), "func TestLive"); got != len(attempts) {
		t.Errorf("live_test.go has %d tests for %d attempts", got, len(attempts))
	}
}

// The emulator judges no access and allows everything: there every attempt must fail,
// each for that reason.
func TestEmulatorEveryAttemptFailsWhereAllIsAllowed(t *testing.T) {
	endpoint := os.Getenv("RINGFENCE_AWS_ENDPOINT")
	if endpoint == "" {
		t.Fatal("RINGFENCE_AWS_ENDPOINT is not set: run this through `make test`")
	}
	e := estate(t, endpoint, endpoint)
	e.Names.Prefix, e.Role = "ringfence-live", "ringfence-live-integration" // nobody else's in this emulator
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error {
			_, err := e.s3(false).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: e.data(), CreateBucketConfiguration: &types.CreateBucketConfiguration{
				LocationConstraint: types.BucketLocationConstraint(e.Names.Region),
			}})
			return err
		},
		func(ctx context.Context) error {
			_, err := cloudtrail.NewFromConfig(e.Integration).CreateTrail(ctx, &cloudtrail.CreateTrailInput{
				Name: aws.String(e.Names.Of("trail")), S3BucketName: e.data(),
			})
			return err
		},
		func(ctx context.Context) error {
			_, err := iam.NewFromConfig(e.Integration).CreateRole(ctx, &iam.CreateRoleInput{RoleName: &e.Role, AssumeRolePolicyDocument: aws.String(nothing)})
			return err
		},
	} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		ctx := context.Background()
		_, bucket := e.s3(false).DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: e.data()})
		_, trail := cloudtrail.NewFromConfig(e.Integration).DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: aws.String(e.Names.Of("trail"))})
		_, role := iam.NewFromConfig(e.Integration).DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &e.Role})
		if err := errors.Join(bucket, trail, role); err != nil {
			t.Error(err)
		}
	})
	for _, a := range Attempts() {
		if err := Try(t.Context(), e, a); err == nil || !strings.HasSuffix(err.Error(), "AWS allowed it") {
			t.Errorf("%s: %v, want that AWS allowed it", a.Name, err)
		}
	}
}
