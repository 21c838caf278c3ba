package recorded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/snapshot"
)

// Crowded records the environment local of a folder with so many training
// workloads in the place of its own.
func Crowded(t testing.TB, folder string, workloads int) *snapshot.Snapshot {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "local.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	settings, _, _ := strings.Cut(string(content), "workloads:\n")
	var b strings.Builder
	b.WriteString(settings + "workloads:\n")
	for i := range workloads {
		fmt.Fprintf(&b, "  - { name: w%d, owner: o, kind: training, runsOn: sagemaker, reads: [raw/w%d/], writes: [models/w%d/], classification: internal }\n", i, i, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "crowded.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return Estate(t, dir, "crowded")
}
