package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	// programsVariable names a folder of programs that are already built, one
	// per project, each called like its project without projectPrefix.
	programsVariable = "RINGFENCE_PROGRAMS"
	projectPrefix    = "ringfence-"
)

// programs finds the executable of a project, building it at most once.
type programs struct {
	folder string // the value of RINGFENCE_PROGRAMS

	mu    sync.Mutex
	temp  string            // where programs are built that nobody asked to keep
	found map[string]string // by program folder
}

func newPrograms(folder string) *programs {
	return &programs{folder: folder, found: map[string]string{}}
}

// choice says how a program comes to be: either it is there at path, or it is
// built to path (to a temporary place when path is empty).
type choice struct {
	path  string
	build bool
}

// choose picks the program: RINGFENCE_PROGRAMS, then options.binary, then
// options.buildTarget, then a temporary build.
func (p *programs) choose(info *pulumirpc.ProgramInfo) (choice, error) {
	options := info.GetOptions().GetFields()
	binary, target := options["binary"].GetStringValue(), options["buildTarget"].GetStringValue()
	switch {
	case p.folder != "":
		return p.prebuilt(info)
	case binary != "" && target != "":
		return choice{}, errors.New("Pulumi.yaml: runtime.options: binary and buildTarget exclude each other; keep one")
	case binary != "":
		if inside := filepath.Join(info.GetProgramDirectory(), binary); !filepath.IsAbs(binary) && isFile(inside) {
			return choice{path: inside}, nil
		}
		path, err := exec.LookPath(binary)
		if err != nil {
			return choice{}, fmt.Errorf("Pulumi.yaml: runtime.options.binary %q is neither in %s nor on PATH; build it first",
				binary, info.GetProgramDirectory())
		}
		return choice{path: path}, nil
	case target != "" && !filepath.IsAbs(target):
		target = filepath.Join(info.GetProgramDirectory(), target)
	}
	return choice{path: target, build: true}, nil
}

// prebuilt picks the project's program in the folder of built programs.
func (p *programs) prebuilt(info *pulumirpc.ProgramInfo) (choice, error) {
	file, err := workspace.DetectProjectPathFrom(info.GetRootDirectory())
	if err != nil {
		return choice{}, err
	}
	project, err := workspace.LoadProject(file)
	if err != nil {
		return choice{}, err
	}
	name := strings.TrimPrefix(project.Name.String(), projectPrefix)
	path := filepath.Join(p.folder, name)
	if !isFile(path) {
		return choice{}, fmt.Errorf("%s=%s holds no program %q for the project %s; build it there, or unset the variable to build from source",
			programsVariable, p.folder, name, project.Name)
	}
	return choice{path: path}, nil
}

// built says whether the program needs no building.
func (p *programs) built(info *pulumirpc.ProgramInfo) bool {
	c, err := p.choose(info)
	return err == nil && !c.build
}

// find returns the program's executable and builds it when it has to.
func (p *programs) find(ctx context.Context, info *pulumirpc.ProgramInfo) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	folder := info.GetProgramDirectory()
	if path := p.found[folder]; path != "" {
		return path, nil
	}
	c, err := p.choose(info)
	if err != nil {
		return "", err
	}
	if c.build {
		if c.path == "" {
			if c.path, err = p.temporary(); err != nil {
				return "", err
			}
		}
		if err := build(ctx, folder, info.GetEntryPoint(), c.path); err != nil {
			return "", err
		}
	}
	p.found[folder] = c.path
	return c.path, nil
}

// temporary names a file to build to; remove takes it away.
func (p *programs) temporary() (string, error) {
	if p.temp == "" {
		folder, err := os.MkdirTemp("", "ringfence-program-")
		if err != nil {
			return "", err
		}
		p.temp = folder
	}
	return filepath.Join(p.temp, fmt.Sprintf("program%d", len(p.found))), nil
}

func (p *programs) remove() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.temp != "" {
		os.RemoveAll(p.temp)
	}
}

// build compiles the program. The flags are those of every build in this
// repository, so that all of them share one build cache.
func build(ctx context.Context, folder, entry, path string) error {
	if entry == "" {
		entry = "."
	}
	cmd := command(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", path, entry)
	cmd.Dir = folder
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := run(cmd); err != nil {
		return fmt.Errorf("%s: go build: %w\n%s", folder, err, output.String())
	}
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
