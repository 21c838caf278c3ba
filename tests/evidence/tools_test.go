package evidence

import (
	"context"
	_ "embed" // for the pins
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ringfence/ringfence/tests/pinned"
)

// What comes from npm, pinned with its digest.
var (
	//go:embed package.json
	packageJSON string
	//go:embed package-lock.json
	packageLock string
)

var makeTools = sync.OnceValues(func() (string, error) {
	return pinned.Make(root, "evidence-tools", packageJSON+packageLock, func(folder string) error {
		for name, content := range map[string]string{"package.json": packageJSON, "package-lock.json": packageLock} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
				return err
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		install.Dir = folder
		if out, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("npm ci: %w\n%s", err, out)
		}
		return nil
	})
})

// axe is the source of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	place, err := makeTools()
	if err != nil {
		t.Fatalf("axe-core, which looks for barriers in the page, cannot be installed: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(place, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// chromium is the path of a Chromium, or of a browser made of it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("the page is tested in Chromium, and there is none on this machine: on Debian or Ubuntu, apt-get install chromium; elsewhere, put chromium or google-chrome on the PATH")
	return ""
}
