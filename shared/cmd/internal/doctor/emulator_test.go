package doctor

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/cmd/internal/bootstrap"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulatedaccount"
	"github.com/ringfence/ringfence/shared/names"
)

// inAccount lets the world reach an account of its own in the emulator.
func inAccount(t *testing.T) (*world, aws.Config) {
	w, account := newWorld(t), emulatedaccount.New(t)
	w.Environment.AccountID, w.Environment.Region = account.ID, "eu-west-3"
	w.Environment.Access.Deployers = []string{"arn:aws:iam::" + account.ID + ":role/people/deployer"}
	w.Environment.State = backend.Of(w.Environment).State()
	cfg := account.Config("eu-west-3")
	w.AWS = func(context.Context) (aws.Config, error) { return cfg, nil }
	return w, cfg
}

// signIn makes the deployer's role and signs in with it.
func (w *world) signIn(t *testing.T, cfg aws.Config) {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`
	_, err := iam.NewFromConfig(cfg).CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("deployer"), Path: aws.String("/people/"), AssumeRolePolicyDocument: &trust,
	})
	must(t, err)
	session, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: &w.Environment.Access.Deployers[0], RoleSessionName: aws.String("me"),
	})
	must(t, err)
	cfg.Credentials = credentials.NewStaticCredentialsProvider(
		*session.Credentials.AccessKeyId, *session.Credentials.SecretAccessKey, *session.Credentials.SessionToken)
	w.AWS = func(context.Context) (aws.Config, error) { return cfg, nil }
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The way from an empty account to one in which everything is ok, a step at a time.
func TestEmulatorDoctorFollowsTheWay(t *testing.T) {
	w, cfg := inAccount(t)
	expect := func(check string, state State, says string) {
		t.Helper()
		if got := one(t, Examine(t.Context(), w.Surroundings), check); got.State != state || !strings.Contains(fmt.Sprint(got.Says, got.Details), says) {
			t.Errorf("%+v, want %s, %s", got, state, says)
		}
	}
	id := w.Environment.AccountID
	w.Environment.AccountID = "412345678902"
	expect("credentials", Wrong, "you are signed in to account "+id)
	expect("state", Unseen, "takes credentials")
	w.Environment.AccountID = id
	expect("credentials", Wrong, "none of access.deployers")
	w.signIn(t, cfg)
	expect("credentials", OK, "assumed-role/deployer/me")

	expect("state", Later, "still to be made")
	must(t, bootstrap.Open(w.Environment, cfg).Make(t.Context(), func(bootstrap.Step) {}))
	expect("state", OK, "21 settings")
	written := w.Environment.State
	w.Environment.State.SecretsProvider = ""
	expect("state", Later, "does not say so")
	w.Environment.State.SecretsProvider = "awskms://alias/mine"
	expect("state", Wrong, "state.secretsProvider is")
	w.Environment.State = written

	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket:                  aws.String(backend.Of(w.Environment).Bucket()),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended},
	})
	must(t, err)
	expect("state", Wrong, "versioning is Suspended")
	must(t, bootstrap.Open(w.Environment, cfg).Make(t.Context(), func(bootstrap.Step) {}))

	expect("roles", Later, "nothing is deployed yet")
	w.makeRoles(t, cfg, "eve/fence")
	expect("roles", Wrong, "ringfence-dev-preview does not trust octo/fence")
	w.makeRoles(t, cfg, "octo/fence")
	expect("roles", Wrong, "oidc-provider/token.actions.githubusercontent.com is not there")
	_, err = iam.NewFromConfig(cfg).CreateOpenIDConnectProvider(t.Context(), &iam.CreateOpenIDConnectProviderInput{
		Url: aws.String("https://token.actions.githubusercontent.com"), ClientIDList: []string{"sts.amazonaws.com"},
		ThumbprintList: []string{strings.Repeat("0", 40)},
	})
	must(t, err)
	for _, f := range Examine(t.Context(), w.Surroundings) {
		if f.State != OK {
			t.Errorf("in the end: %+v", f)
		}
	}
}

// In a sandbox the roles of the estate come and go; what stands is what bootstrap
// has made.
func TestEmulatorDoctorFollowsASandbox(t *testing.T) {
	w, cfg := inAccount(t)
	w.Environment.GitHub.Integration = true
	w.signIn(t, cfg)
	expect := func(state State, says string) {
		t.Helper()
		if got := one(t, Examine(t.Context(), w.Surroundings), "roles"); got.State != state || !strings.Contains(fmt.Sprint(got.Says, got.Details), says) {
			t.Errorf("%+v, want %s, %s", got, state, says)
		}
	}
	expect(Later, "still to be made")
	must(t, bootstrap.Open(w.Environment, cfg).Make(t.Context(), func(bootstrap.Step) {}))
	expect(OK, "ringfence-dev-integration, 30 settings")
	_, err := iam.NewFromConfig(cfg).DeleteRolePermissionsBoundary(t.Context(), &iam.DeleteRolePermissionsBoundaryInput{
		RoleName: aws.String("ringfence-dev-integration"),
	})
	must(t, err)
	expect(Wrong, "not so that it is under its boundary: none")
}

// makeRoles makes the roles of the workflows, as far as this looks at them.
func (w *world) makeRoles(t *testing.T, cfg aws.Config, repository string) {
	t.Helper()
	client, n := iam.NewFromConfig(cfg), names.New(w.Name, w.Environment.AccountID, w.Environment.Region)
	for _, role := range backend.PipelineRoles(w.Environment) {
		name := aws.String(n.Of(role))
		trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:AssumeRoleWithWebIdentity",`+
			`"Condition":{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:%s:environment:dev"}}}}`, repository)
		_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: &trust})
		if err != nil {
			_, err = client.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: &trust})
		}
		must(t, err)
	}
}
