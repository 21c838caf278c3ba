package sandbox

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/golden"
)

// Limits of IAM, in characters without blanks (IAM User Guide, "IAM and AWS STS
// quotas").
const (
	maxManaged = 6144
	maxTrust   = 2048
)

func read(t *testing.T) Sandbox {
	t.Helper()
	env, err := config.Load("testdata", "sandbox", "sandbox")
	if err != nil {
		t.Fatal(err)
	}
	return Of(env)
}

func check(t *testing.T, name, text string) {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join("testdata", name+".json"), append(out.Bytes(), '\n'))
}

func TestUnitPolicies(t *testing.T) {
	s := read(t)
	boundaries, err := s.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	duties, err := s.Duties()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(boundaries, duties...) {
		check(t, p.Name, p.Text)
		if len(p.Text) > maxManaged {
			t.Errorf("%s has %d characters; IAM takes %d", p.Name, len(p.Text), maxManaged)
		}
	}
	trust, err := s.Trust()
	if err != nil {
		t.Fatal(err)
	}
	check(t, "trust", trust)
	if len(trust) > maxTrust {
		t.Errorf("the trust policy has %d characters; IAM takes %d", len(trust), maxTrust)
	}
}

// Whatever is allowed on all resources has a reason.
func TestUnitWhatIsAllowedEverywhereSaysWhy(t *testing.T) {
	duties, err := read(t).Duties()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, d := range duties {
		var document struct {
			Statement []struct {
				Sid      string
				Resource any
			}
		}
		if err := json.Unmarshal([]byte(d.Text), &document); err != nil {
			t.Fatal(err)
		}
		for _, statement := range document.Statement {
			if statement.Resource != "*" {
				continue
			}
			found[statement.Sid] = true
			if Unscoped[statement.Sid] == "" {
				t.Errorf("%s allows on all resources; say in Unscoped why, or name the resources", statement.Sid)
			}
		}
	}
	for sid := range Unscoped {
		if !found[sid] {
			t.Errorf("Unscoped explains %s, which is none", sid)
		}
	}
}
