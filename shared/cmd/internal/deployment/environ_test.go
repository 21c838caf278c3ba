package deployment

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

func siteAt(t *testing.T, root string, target config.Target) Site {
	t.Helper()
	e, err := estate.New(graph.All())
	if err != nil {
		t.Fatal(err)
	}
	return Site{
		Root: root, Estate: e, Name: "dev",
		Environment: &config.Environment{Name: "dev", Target: target, AccountID: "111111111111", Region: "eu-central-1"},
	}
}

func TestUnitNothingOfTheUsersReachesTheEmulator(t *testing.T) {
	base := []string{
		"HOME=/home/user", "AWS_PROFILE=production", "AWS_SESSION_TOKEN=real", "AWS_CA_BUNDLE=/etc/ca.pem",
		"PULUMI_ACCESS_TOKEN=real", "PULUMI_BACKEND_URL=s3://real", "AWS_REGION=us-east-1",
	}
	tools := Tools{Env: []string{"PULUMI_HOME=/checkout/.ringfence/pulumi"}}
	env := siteAt(t, "/checkout", config.Emulator).emulatedEnviron(base, tools, "http://127.0.0.1:5000")
	for _, variable := range env {
		if strings.Contains(variable, "real") || strings.HasPrefix(variable, "AWS_PROFILE") || strings.HasPrefix(variable, "AWS_CA_BUNDLE") {
			t.Errorf("%s reaches the engine", variable)
		}
	}
	for _, want := range []string{
		"HOME=/home/user", "AWS_ENDPOINT_URL=http://127.0.0.1:5000", "AWS_REGION=eu-central-1",
		"PULUMI_BACKEND_URL=file:///checkout/.ringfence/state/dev", "PULUMI_HOME=/checkout/.ringfence/pulumi",
	} {
		if !slices.Contains(env, want) {
			t.Errorf("the engine lacks %s", want)
		}
	}
}

func TestUnitUsersOwnSettingsReachARealAccount(t *testing.T) {
	base := []string{"AWS_PROFILE=production", "PULUMI_CONFIG_PASSPHRASE=real", "PULUMI_STACK=local", "PULUMI_DEBUG_PROVIDERS=aws:1"}
	env := siteAt(t, "/checkout", config.AWS).realEnviron(base, Tools{}, "s3://state")
	want := []string{
		"AWS_PROFILE=production", "PULUMI_CONFIG_PASSPHRASE=real", "PULUMI_BACKEND_URL=s3://state",
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true", "PULUMI_SKIP_UPDATE_CHECK=true",
	}
	if !slices.Equal(env, want) {
		t.Errorf("got %v, want %v", env, want)
	}
}

func TestUnitBackendOfARealEnvironment(t *testing.T) {
	tests := []struct {
		name, file, variable string
		want, wantError      string
	}{
		{"the file decides", "s3://ours", "s3://theirs", "s3://ours", ""},
		{"else the variable", "", "s3://theirs", "s3://theirs", ""},
		{"nothing", "", "", "", "set state.backend in stacks/environments/dev.yaml, for example s3://my-state-bucket, or the variable PULUMI_BACKEND_URL"},
		{"left over from the emulator", "", "file:///checkout/.ringfence/state/local", "", "the place for the state of the emulator: unset it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PULUMI_BACKEND_URL", tt.variable)
			site := siteAt(t, "/checkout", config.AWS)
			site.Environment.State.Backend = tt.file
			got, err := site.backend()
			if got != tt.want || (err == nil) != (tt.wantError == "") || (err != nil && !strings.Contains(err.Error(), tt.wantError)) {
				t.Errorf("got %q, %v; want %q, %q", got, err, tt.want, tt.wantError)
			}
		})
	}
}

func TestUnitSomethingMustEncryptTheSecrets(t *testing.T) {
	for _, variable := range []string{"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} {
		t.Setenv(variable, "") // restored when the test ends
		os.Unsetenv(variable)
	}
	site := siteAt(t, t.TempDir(), config.AWS)
	err := site.checkSecrets("s3://state")
	if want := "set state.secretsProvider in stacks/environments/dev.yaml"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("nothing encrypts: %v", err)
	}
	if err := site.checkSecrets("https://api.pulumi.com"); err != nil {
		t.Errorf("Pulumi Cloud encrypts by itself: %v", err)
	}
	site.Environment.State.SecretsProvider = "awskms://alias/x"
	if err := site.checkSecrets("s3://state"); err != nil {
		t.Errorf("with a provider: %v", err)
	}
	site.Environment.State.SecretsProvider = ""
	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "")
	if err := site.checkSecrets("s3://state"); err != nil {
		t.Errorf("with an empty passphrase, which Pulumi takes: %v", err)
	}
}

func TestUnitOwnSettingsMustNameTheirEnvironment(t *testing.T) {
	tests := []struct{ name, content, wantError string }{
		{"dev", "config: {}\n", ""},
		{"dev", "config:\n  ringfence:environment: dev\n", ""},
		{"pr-42", "config:\n  ringfence:environment: dev\n", ""},
		{"pr-42", "config: {}\n", `stacks/network/Pulumi.pr-42.yaml: config ringfence:environment must be "dev"`},
		{"dev", "config:\n  ringfence:environment: prod\n", `must be "dev"`},
		{"dev", "config: [", "is not valid YAML"},
	}
	for _, tt := range tests {
		site := siteAt(t, t.TempDir(), config.AWS)
		site.Name = tt.name
		file := filepath.Join(site.Root, "stacks/network/Pulumi."+tt.name+".yaml")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		d := &Deployment{Site: site}
		job, err := d.job(graph.Network, Known{}, nil)
		if (err == nil) != (tt.wantError == "") || (err != nil && !strings.Contains(err.Error(), tt.wantError)) {
			t.Errorf("%s with %q: %v, want %q", tt.name, tt.content, err, tt.wantError)
		}
		if err == nil && job.Settings != "" {
			t.Errorf("the user's own settings are not used: %+v", job)
		}
	}
}

func TestUnitFlagsChooseTheSameSite(t *testing.T) {
	tests := []struct{ environment, name, want string }{
		{"local", "local", ""},
		{"dev", "dev", " --env dev"},
		{"ephemeral", "pr-42", " --env ephemeral --name pr-42"},
		{"local", "mine", " --name mine"},
	}
	for _, tt := range tests {
		site := Site{Name: tt.name, Environment: &config.Environment{Name: tt.environment}}
		if got := site.Flags(); got != tt.want {
			t.Errorf("%s as %s: %q, want %q", tt.environment, tt.name, got, tt.want)
		}
	}
}
