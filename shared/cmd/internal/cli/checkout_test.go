package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestUnitFindCheckout(t *testing.T) {
	root, other := checkout(t, nil), checkout(t, nil)
	built := func(root string) string { return filepath.Join(root, ".ringfence", "bin", "ringfence") }
	tests := []struct{ name, executable, folder, want string }{
		{"where it was built", built(root), "/", root},
		{"where it was built, called from another checkout", built(root), other, root},
		{"built elsewhere, from the root", "/usr/bin/ringfence", root, root},
		{"built elsewhere, from below", "/usr/bin/ringfence", filepath.Join(root, "stacks", "environments"), root},
		{"built in what is no checkout any more", built("/nowhere"), root, root},
	}
	for _, tt := range tests {
		if got, err := FindCheckout(tt.executable, tt.folder); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := FindCheckout("/usr/bin/ringfence", t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not inside a checkout") {
		t.Errorf("outside: %v", err)
	}
}
