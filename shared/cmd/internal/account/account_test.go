package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// answering answers GetCallerIdentity.
func answering(t *testing.T, status int, body string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111111111111:assumed-role/deploy/ci</Arn>` +
	`<Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

const expired = `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`

type noCredentials struct{}

func (noCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, fmt.Errorf("failed to refresh: %w", errors.New("no role found"))
}

func TestUnitAccountCheck(t *testing.T) {
	keys := aws.Credentials{AccessKeyID: "KEY", SecretAccessKey: "secret"}
	answers := Emulated(answering(t, http.StatusOK, identity), "eu-central-1", keys)
	silent := httptest.NewServer(nil)
	silent.Close()
	without := answers
	without.Credentials = noCredentials{}
	tests := []struct {
		name    string
		account string
		cfg     aws.Config
		want    []string // parts of the message; none: no error
	}{
		{"the right account", "111111111111", answers, nil},
		{"another account", "222222222222", answers, []string{
			`stacks/environments/dev.yaml: accountId is "222222222222"`, "of account 111111111111",
			"arn:aws:sts::111111111111:assumed-role/deploy/ci", "or correct accountId",
		}},
		{"no credentials", "222222222222", without, []string{
			"no AWS credentials for account 222222222222", "sign in", "(no role found)",
		}},
		{"expired credentials", "111111111111", Emulated(answering(t, http.StatusForbidden, expired), "eu-central-1", keys), []string{
			"AWS refuses the credentials: The security token included in the request is expired", "sign in again",
		}},
		{"nothing listens", "111111111111", Emulated(silent.URL, "eu-central-1", keys), []string{
			"nothing answers at " + silent.URL, "connection refused",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(t.Context(), Wanted{File: "stacks/environments/dev.yaml", Account: tt.account}, tt.cfg)
			if (err == nil) != (tt.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q\nlacks %q", err, part)
				}
			}
		})
	}
}

func TestUnitWrongAccountThroughALeftoverEndpoint(t *testing.T) {
	endpoint := answering(t, http.StatusOK, identity)
	t.Setenv("AWS_ENDPOINT_URL", endpoint)
	t.Setenv("AWS_ACCESS_KEY_ID", "KEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	cfg, err := Real(t.Context(), "eu-central-1")
	if err != nil {
		t.Fatal(err)
	}
	err = Check(t.Context(), Wanted{File: "stacks/environments/dev.yaml", Account: "222222222222"}, cfg)
	if want := "AWS_ENDPOINT_URL=" + endpoint + " sends every call there: unset it"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}
