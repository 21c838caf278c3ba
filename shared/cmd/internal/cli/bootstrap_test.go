package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/doctor"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulatedaccount"
)

// dev is the environment file of these tests with changes, old and new in turn.
func dev(t *testing.T, changes ...string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/dev.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(changes...).Replace(string(content))
}

func TestUnitBootstrapMakesNothingForPulumiCloud(t *testing.T) {
	const state = "  backend: s3://ringfence-dev-state-111111111111-eu-central-1?region=eu-central-1\n" +
		"  secretsProvider: awskms://alias/ringfence-dev-state?region=eu-central-1\n"
	root := checkout(t, map[string]string{"dev": dev(t, state, "  backend: https://api.pulumi.com\n")})
	status, out, errOut := run(t, root, "bootstrap", "--env", "dev")
	if status != exitOK || !strings.Contains(out, "nothing to make: Pulumi Cloud (https://api.pulumi.com)") {
		t.Errorf("status %d, %s%s", status, out, errOut)
	}
}

// What somebody has decided otherwise is said before anybody is asked for
// credentials.
func TestUnitBootstrapLeavesAChosenStateAlone(t *testing.T) {
	content := dev(t, "s3://ringfence-dev-state-111111111111-eu-central-1?region=eu-central-1", "s3://ours")
	root := checkout(t, map[string]string{"dev": content})
	status, _, errOut := run(t, root, "bootstrap", "--env", "dev", "--yes")
	if want := `stacks/environments/dev.yaml: state.backend is "s3://ours"`; status != exitFailed || !strings.Contains(errOut, want) {
		t.Errorf("status %d, %s", status, errOut)
	}
	if now, _ := os.ReadFile(filepath.Join(deployment.EnvironmentsDir(root), "dev.yaml")); string(now) != content {
		t.Errorf("the file is now\n%s", now)
	}
}

// Whoever has the repository of the examples must not get roles in somebody's account.
func TestUnitTheRepositoryOfTheExamplesIsRefused(t *testing.T) {
	root := checkout(t, map[string]string{"dev": dev(t, "octo/fence", "acme/ringfence")})
	for _, command := range [][]string{{"bootstrap", "--env", "dev", "--yes"}, {"up", "--env", "dev"}} {
		status, _, errOut := run(t, root, command...)
		if want := `stacks/environments/dev.yaml: github.repository is "acme/ringfence", the example`; status != exitFailed || !strings.Contains(errOut, want) {
			t.Errorf("%v: status %d, %s", command, status, errOut)
		}
	}
}

// signedIn is a checkout whose dev.yaml names an account of its own in the
// emulator, to which the process is signed in.
func signedIn(t *testing.T) (root string, account *emulatedaccount.Account) {
	t.Helper()
	account = emulatedaccount.New(t)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": account.Endpoint, "AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "of no worth", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	content := dev(t,
		"s3://ringfence-dev-state-111111111111", "s3://ringfence-dev-state-111111111111", // as a fresh fork has it
		"111111111111", account.ID)
	return checkout(t, map[string]string{"dev": content}), account
}

func TestEmulatorBootstrapRefusesAnotherAccount(t *testing.T) {
	root, account := signedIn(t)
	account.ID = "900000000000"
	status, _, errOut := run(t, root, "bootstrap", "--env", "dev", "--yes")
	if status != exitFailed || !strings.Contains(errOut, "but the credentials are of account 900000000000") {
		t.Errorf("status %d, %s", status, errOut)
	}
	if asked := account.Changes("/"); len(asked) != 1 { // who is it?
		t.Errorf("asked for %v", asked)
	}
}

func TestEmulatorBootstrapAsks(t *testing.T) {
	root, account := signedIn(t)
	status, out, errOut := run(t, root, "bootstrap", "--env", "dev") // nobody types anything
	if status != exitFailed || !strings.Contains(errOut, `that is not "dev": nothing was made`) {
		t.Errorf("status %d, %s", status, errOut)
	}
	check(t, "bootstrap-asks.golden", strings.ReplaceAll(out+errOut, account.ID, "ACCOUNT"))
	if asked := account.Changes("/"); len(asked) != 1 {
		t.Errorf("asked for %v", asked)
	}
}

// From a fresh fork: everything is made, and the file says so; a second run
// changes neither.
func TestEmulatorBootstrapWritesTheEnvironmentFile(t *testing.T) {
	root, account := signedIn(t)
	file := filepath.Join(deployment.EnvironmentsDir(root), "dev.yaml")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	status, out, errOut := run(t, root, "bootstrap", "--env", "dev", "--yes")
	if status != exitOK {
		t.Fatalf("status %d, %s", status, errOut)
	}
	check(t, "bootstrap.golden", strings.ReplaceAll(out, account.ID, "ACCOUNT"))
	after, err := os.ReadFile(file)
	want := strings.Replace(string(before), "state-111111111111", "state-"+account.ID, 1)
	if err != nil || string(after) != want {
		t.Errorf("the file is now\n%s\n%v", after, err)
	}
	status, _, errOut = run(t, root, "bootstrap", "--env", "dev", "--json")
	if status != exitFailed { // even then it asks
		t.Errorf("status %d, %s", status, errOut)
	}
	status, out, errOut = run(t, root, "bootstrap", "--env", "dev", "--json", "--yes")
	var result bootstrapped
	if err := json.Unmarshal([]byte(out), &result); err != nil || status != exitOK {
		t.Fatalf("status %d, %v, %s", status, err, errOut)
	}
	for _, s := range result.Steps {
		if s.Outcome != "as it should be" {
			t.Errorf("the second run: %+v", s)
		}
	}
	if result.File != "as it should be" || result.Backend != "s3://ringfence-dev-state-"+account.ID+"-eu-central-1?region=eu-central-1" {
		t.Errorf("%+v", result)
	}
}

func TestUnitDoctorWithoutAnything(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	root := checkout(t, map[string]string{"broken": "target: aws\nregin: eu-central-1\n"})
	for environment, want := range map[string]map[string]doctor.State{
		"dev":     {"environment": doctor.OK, "account": doctor.Later, "credentials": doctor.Later, "state": doctor.Unseen, "tools": doctor.Later},
		"broken":  {"environment": doctor.Wrong, "account": doctor.Unseen, "credentials": doctor.Unseen, "variable": doctor.Unseen},
		"nowhere": {"environment": doctor.Wrong},
		"local":   {"environment": doctor.OK, "credentials": doctor.Unused},
	} {
		status, out, _ := run(t, root, "doctor", "--env", environment, "--json")
		var result struct{ Checks []doctor.Finding }
		if err := json.Unmarshal([]byte(out), &result); err != nil || status != exitFailed { // this checkout has no go.work
			t.Fatalf("%s: status %d, %v", environment, status, err)
		}
		for _, f := range result.Checks {
			if state, given := want[f.Check]; given && f.State != state {
				t.Errorf("%s: %+v, want %s", environment, f, state)
			}
		}
	}
}

func TestUnitFindingsForPeople(t *testing.T) {
	var out strings.Builder
	a := &App{Out: &out}
	if err := a.showFindings("dev", []doctor.Finding{
		{Check: "go", Title: "Go and Git are installed", State: doctor.OK, Says: "go1.26.8"},
		{Check: "state", Title: "It is there", State: doctor.Wrong, Says: "it is not", Details: []string{"one", "two"}, Way: "./ringfence bootstrap"},
		{Check: "github", Title: "GitHub answers", State: doctor.Unseen, Says: "there is no gh", Way: "install it"},
	}); err != nil {
		t.Fatal(err)
	}
	check(t, "doctor.golden", out.String())
}
