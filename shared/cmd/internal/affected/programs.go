package affected

import (
	"fmt"
	"go/build"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/ringfence/ringfence/shared/graph"
)

// Programs is what the programs of a checkout are built from: the packages of
// the workspace that each of them imports, directly or not.
//
// The files themselves are read, as Go's own build does. `go list -deps` says
// the same (a test compares), but wants every module downloaded before it says
// anything, which a fresh machine has to wait for.
type Programs struct {
	root string
	// modules gives the folder of every module of the workspace by its path.
	modules map[string]string
	// packages are those that some program is built from, by folder.
	packages map[string]*build.Package
	// users are the programs that are built from a package, by its folder.
	users map[string][]program
}

// program is one of the binaries that a deployment runs.
type program struct {
	folder string
	// stack is empty for a program that works on every stack.
	stack graph.Name
	what  string
}

// ReadPrograms reads what the programs of the stacks, the command and the policy
// pack are built from.
func ReadPrograms(root string, stacks []graph.Stack) (*Programs, error) {
	p := &Programs{
		root: root, modules: map[string]string{}, packages: map[string]*build.Package{}, users: map[string][]program{},
	}
	if err := p.readModules(); err != nil {
		return nil, err
	}
	programs := []program{
		{folder: "shared/cmd", what: "the command, which deploys every stack"},
		{folder: "shared/policypack", what: "the policy pack, which judges every stack"},
	}
	for _, s := range stacks {
		programs = append(programs, program{folder: s.Name.Dir(), stack: s.Name})
	}
	for _, one := range programs {
		if err := p.follow(one, one.folder, map[string]bool{}); err != nil {
			return nil, fmt.Errorf("what %s is built from cannot be read: %w", one.folder, err)
		}
	}
	return p, nil
}

func (p *Programs) readModules() error {
	content, err := os.ReadFile(filepath.Join(p.root, "go.work"))
	if err != nil {
		return err
	}
	work, err := modfile.ParseWork("go.work", content, nil)
	if err != nil {
		return err
	}
	for _, use := range work.Use {
		folder := path.Clean(use.Path)
		content, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(folder), "go.mod"))
		if err != nil {
			return fmt.Errorf("go.work uses %s: %w", use.Path, err)
		}
		p.modules[modfile.ModulePath(content)] = folder
	}
	return nil
}

// follow notes that a program is built from a package and from all that this
// one imports of the workspace.
func (p *Programs) follow(from program, folder string, seen map[string]bool) error {
	if seen[folder] {
		return nil
	}
	seen[folder] = true
	if p.packages[folder] == nil {
		read, err := build.ImportDir(filepath.Join(p.root, filepath.FromSlash(folder)), 0)
		if err != nil {
			return err
		}
		p.packages[folder] = read
	}
	p.users[folder] = append(p.users[folder], from)
	for _, imported := range p.packages[folder].Imports {
		if own, ok := p.folder(imported); ok {
			if err := p.follow(from, own, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// folder is where a package of the workspace lies. Of nested modules, the inner
// one has it.
func (p *Programs) folder(importPath string) (folder string, ok bool) {
	for module := importPath; module != path.Dir(module); module = path.Dir(module) {
		if at, found := p.modules[module]; found {
			return path.Join(at, strings.TrimPrefix(importPath, module)), true
		}
	}
	return "", false
}

// Holds reports whether some program is built from the package in a folder.
func (p *Programs) Holds(folder string) bool { return p.packages[folder] != nil }

// Embeds reports whether a file is, or was, part of a program because a package
// embeds it.
func (p *Programs) Embeds(file string) bool { return p.embedder(file) != "" }

// embedder is the folder of the package that embeds a file: its own, or one
// above it.
func (p *Programs) embedder(file string) string {
	for folder := path.Dir(file); folder != path.Dir(folder); folder = path.Dir(folder) {
		if known := p.packages[folder]; known != nil && matches(known.EmbedPatterns, strings.TrimPrefix(file, folder+"/")) {
			return folder
		}
	}
	return ""
}

// matches reports whether a pattern of go:embed covers a file or a folder that it
// is in. The file need not exist any more.
func matches(patterns []string, file string) bool {
	for _, pattern := range patterns {
		for name := file; name != path.Dir(name); name = path.Dir(name) {
			if ok, _ := path.Match(strings.TrimPrefix(pattern, "all:"), name); ok {
				return true
			}
		}
	}
	return false
}

// inModule reports whether a file lies in a module of the workspace.
func (p *Programs) inModule(file string) bool {
	for _, folder := range p.modules {
		if strings.HasPrefix(file, folder+"/") {
			return true
		}
	}
	return false
}
