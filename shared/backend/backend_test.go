package backend

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/golden"
)

const environments = "../../stacks/environments"

func TestUnitPolicies(t *testing.T) {
	env, err := config.Load("../conformance/testdata", "minimal", "minimal")
	if err != nil {
		t.Fatal(err)
	}
	b := Of(env)
	for name, policy := range map[string]func() (string, error){
		"key":        b.KeyPolicy,
		"bucket":     func() (string, error) { return b.BucketPolicy("arn:aws:kms:eu-central-1:123456789012:key/state") },
		"log-bucket": b.LogBucketPolicy,
	} {
		text, err := policy()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, filepath.Join("testdata", name+".json"), append(out.Bytes(), '\n'))
	}
}

// What the environment files of this repository say is what is made, but where
// Pulumi Cloud keeps the state and nothing is.
func TestUnitEnvironmentFilesNameTheirBackend(t *testing.T) {
	for _, name := range config.List(environments) {
		env, err := config.Load(environments, name, name)
		if err != nil {
			t.Fatal(err)
		}
		made := env.Target == config.AWS && !strings.HasPrefix(env.State.Backend, "https://")
		if want := Of(env).State(); made && env.State != want {
			t.Errorf("%s: %+v, want %+v", name, env.State, want)
		}
	}
}

// The roles are those of the estate, not of a workload.
func TestUnitPipelineRolesAreReserved(t *testing.T) {
	for _, role := range PipelineRoles(&config.Environment{GitHub: config.GitHub{Integration: true}}) {
		if !slices.Contains(config.ReservedNames, role) {
			t.Errorf("%s can be the name of a workload", role)
		}
	}
}
