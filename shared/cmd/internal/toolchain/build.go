package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

// goBuild is one run of "go build".
type goBuild struct {
	folder    string   // where it runs
	workspace string   // the go.work that rules, or "off"
	ldflags   []string // beyond leaving out what only debuggers read
	output    string   // a file, or a folder ending with a slash
	packages  []string
}

// run builds. Every build has the same flags, so that all checkouts on a
// machine share one build cache; and none of them looks at git, whose state
// would make each build a new one.
func (b goBuild) run(ctx context.Context) error {
	args := []string{
		"build", "-trimpath", "-buildvcs=false", "-mod=readonly",
		"-ldflags", strings.Join(append([]string{"-s", "-w"}, b.ldflags...), " "), "-o", b.output,
	}
	cmd := exec.Command("go", append(args, b.packages...)...)
	cmd.Dir = b.folder
	cmd.Env = append(os.Environ(), "GOWORK="+b.workspace)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := process.Run(ctx, cmd)
	switch {
	case err == nil, ctx.Err() != nil:
		return err
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("go is not on PATH: install Go 1.26 or newer (https://go.dev/dl)")
	}
	return fmt.Errorf("go build %s in %s: %w\n%s", strings.Join(b.packages, " "), b.folder, err, strings.TrimSpace(output.String()))
}
