package state

import (
	"strings"
	"testing"
)

func TestUnitDigestTellsStatesApart(t *testing.T) {
	const state = `{"manifest": {"time": "2026-01-01T00:00:00Z"}, "resources": [
		{"urn": "a", "inputs": {"n": 12345678901234567890, "s": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "one"}}},
		{"urn": "b", "dependencies": ["x", "y"], "propertyDependencies": {"p": ["x", "y"]}}]}`
	digest := func(content string) string {
		t.Helper()
		d, err := Deployment{Content: []byte(content)}.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	swapped := `{"manifest": {"time": "2027-01-01T00:00:00Z"}, "resources": [
		{"urn": "b", "dependencies": ["y", "x"], "propertyDependencies": {"p": ["y", "x"]}},
		{"urn": "a", "inputs": {"n": 12345678901234567890, "s": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "two"}}}]}`
	if digest(state) != digest(swapped) {
		t.Error("what nobody changed counts as changed")
	}
	for old, new := range map[string]string{
		"12345678901234567890": "12345678901234567891", `"x", "y"]}}]`: `"x"]}}]`, `}]}`: `}], "pending_operations": [{"type": "creating"}]}`,
	} {
		if changed := strings.Replace(state, old, new, 1); changed == state || digest(changed) == digest(state) {
			t.Errorf("%s for %s makes no difference", new, old)
		}
	}
	for _, empty := range []string{"", "null", `{"manifest": {}}`, `{"resources": []}`} {
		if got := digest(empty); got != "" {
			t.Errorf("%q has the digest %q, want none", empty, got)
		}
	}
	if _, err := (Deployment{Content: []byte("{")}).Digest(); err == nil {
		t.Error("half a state has a digest")
	}
}
