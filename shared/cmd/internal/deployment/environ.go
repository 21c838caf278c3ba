package deployment

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Variables that the engine, the provider and the programs read.
const (
	backendVariable    = "PULUMI_BACKEND_URL"
	passphraseVariable = "PULUMI_CONFIG_PASSPHRASE"
	passphraseFile     = "PULUMI_CONFIG_PASSPHRASE_FILE"
)

// emulatorPassphrase protects nothing: the emulated estate has no secrets, but
// Pulumi insists on a passphrase.
const emulatorPassphrase = "ringfence-emulated-aws-passphrase"

// emulatorSalt goes with the passphrase. All stacks share it, because an engine
// derives the key once per salt, at 0.2 s, and a stack that reads two others
// would do so three times.
const emulatorSalt = "v1:rQRwZFaiyfk=:v1:XWXIU6qXZp38CYpT:fEZHs+4H1lEHDg8Z202ZuMWoI2AFaw=="

// EmulatorVariables are the variables that let any AWS tool talk to the
// emulator, in the order in which they are shown.
func (s Site) EmulatorVariables(endpoint string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + endpoint,
		"AWS_ACCESS_KEY_ID=" + Keys.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + Keys.SecretAccessKey,
		"AWS_REGION=" + s.Environment.Region,
		"AWS_DEFAULT_REGION=" + s.Environment.Region,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// PulumiVariables are the variables with which plain Pulumi finds the state of
// an emulated environment.
func (s Site) PulumiVariables() []string {
	return []string{
		backendVariable + "=" + s.State().URL(),
		passphraseVariable + "=" + emulatorPassphrase,
		"PULUMI_STACK=" + s.Name,
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true",
		"PULUMI_SKIP_UPDATE_CHECK=true",
	}
}

// environ is the whole environment of an engine for an emulated site. Nothing
// of the user's own AWS or Pulumi reaches it.
func (s Site) emulatedEnviron(base []string, tools Tools, endpoint string) []string {
	env := without(base, "AWS_", "PULUMI_")
	env = append(env, s.EmulatorVariables(endpoint)...)
	env = append(env, s.PulumiVariables()...)
	// The state is worth no more than the emulator's memory.
	env = append(env, "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true")
	return append(env, tools.Env...)
}

// realEnviron is the whole environment of an engine for an AWS account: the
// user's own, with the backend of the environment file.
func (s Site) realEnviron(base []string, tools Tools, backend string) []string {
	env := without(base, "PULUMI_STACK=", "PULUMI_DEBUG_PROVIDERS=")
	env = append(env, backendVariable+"="+backend,
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true", "PULUMI_SKIP_UPDATE_CHECK=true")
	return append(env, tools.Env...)
}

// without drops the variables whose names start with one of the prefixes.
func without(env []string, prefixes ...string) []string {
	var kept []string
	for _, e := range env {
		drop := false
		for _, p := range prefixes {
			drop = drop || strings.HasPrefix(e, p)
		}
		if !drop {
			kept = append(kept, e)
		}
	}
	return kept
}

// value is that of a variable, or empty.
func value(env []string, name string) string {
	found := ""
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			found = v // the last one counts
		}
	}
	return found
}

// backend is where Pulumi keeps the state of a real environment.
func (s Site) backend() (string, error) {
	url := s.Environment.State.Backend
	if url == "" {
		url = os.Getenv(backendVariable)
	}
	if url == "" {
		return "", fmt.Errorf("environment %s: nothing says where its state is kept: set state.backend in %s, "+
			"for example s3://my-state-bucket, or the variable %s", s.Environment.Name, s.File(), backendVariable)
	}
	if strings.HasPrefix(url, "file://"+s.runtime("state")) {
		return "", fmt.Errorf("environment %s: %s is %s, the place for the state of the emulator: unset it, and set "+
			"state.backend in %s", s.Environment.Name, backendVariable, url, s.File())
	}
	return url, nil
}

// checkSecrets makes sure that something encrypts the secrets of the state.
func (s Site) checkSecrets(backend string) error {
	cloud := strings.HasPrefix(backend, "https://") || strings.HasPrefix(backend, "http://")
	_, byHand := os.LookupEnv(passphraseVariable)
	if cloud || byHand || os.Getenv(passphraseFile) != "" || s.Environment.State.SecretsProvider != "" {
		return nil
	}
	for _, n := range s.Estate.Names() {
		if _, own := s.ownSettings(n.Dir()); !own {
			return fmt.Errorf("environment %s: nothing says how secrets in the state are encrypted: set state.secretsProvider "+
				"in %s, for example awskms://alias/my-key?region=%s, or the variable %s",
				s.Environment.Name, s.File(), s.Environment.Region, passphraseVariable)
		}
	}
	return nil
}

// environmentKey is the Pulumi config key that names the environment file.
const environmentKey = "ringfence:environment"

// ownSettings returns the path of the user's own Pulumi.<stack>.yaml in a
// source folder. A real environment uses it in place of a generated one.
func (s Site) ownSettings(dir string) (string, bool) {
	file := filepath.Join(s.Root, filepath.FromSlash(dir), settingsFile(s.Name))
	_, err := os.Stat(file)
	return file, err == nil && !s.Emulated()
}

// settingsFile is the name of the file with the settings of a stack.
func settingsFile(stack string) string { return workspace.ProjectFile + "." + stack + ".yaml" }
