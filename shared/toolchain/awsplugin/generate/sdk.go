package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// kind is the shape of a property's value as the SDK declares it.
type kind int

const (
	scalar kind = iota
	open        // declared as interface{}: values of several kinds are accepted
	list
	dictionary
	object
)

// goType is the type of a property in the SDK.
type goType struct {
	kind    kind
	name    string            // of a scalar, as in Go
	element *goType           // of a list or dictionary
	fields  func() properties // of an object; on demand, because objects nest without end
}

// properties maps names of Pulumi properties to their types.
type properties map[string]*goType

// sdk is what the Go SDK declares. It is read from source: compiling the SDK takes very long.
type sdk struct {
	resources map[string]properties // by token
	functions map[string]properties // by token, arguments and results together
	config    properties
}

// goPackage is one parsed package of the SDK.
type goPackage struct {
	path string                // below the root
	all  map[string]*goPackage // every package by path
	// structs holds those with properties or none at all, by lower-cased name: the SDK is not
	// consistent in the case of the names that it derives from the name of a resource.
	structs   map[string]*ast.StructType
	imports   map[string]string   // local name → path below the root
	resources map[string][]string // token → names of the structs with its properties
	functions map[string][]string
	oldTokens []string // tokens that a resource was known by before
}

// readSDK reads every package below root, which is the SDK's package aws.
func readSDK(root string) (*sdk, error) {
	packages := map[string]*goPackage{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(root, path)
		packages[below] = &goPackage{
			path: below, all: packages,
			structs:   map[string]*ast.StructType{},
			imports:   map[string]string{},
			resources: map[string][]string{},
			functions: map[string][]string{},
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := parseAll(root, packages); err != nil {
		return nil, err
	}

	s := &sdk{resources: map[string]properties{}, functions: map[string]properties{}}
	for _, p := range packages {
		for token, structs := range p.resources {
			s.resources[token] = p.properties(structs...)
		}
		for token, structs := range p.functions {
			s.functions[token] = p.properties(structs...)
		}
	}
	for _, p := range packages {
		for _, token := range p.oldTokens {
			delete(s.resources, token)
		}
	}
	delete(s.resources, "pulumi:providers:aws")
	s.config = packages["."].properties("providerArgs")
	return s, nil
}

func parseAll(root string, packages map[string]*goPackage) error {
	failures := make(chan error, len(packages))
	var group sync.WaitGroup
	for _, p := range packages {
		group.Go(func() { failures <- p.parse(filepath.Join(root, p.path)) })
	}
	group.Wait()
	close(failures)
	var all []error
	for err := range failures {
		all = append(all, err)
	}
	return errors.Join(all...)
}

func (p *goPackage) parse(directory string) error {
	names, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			if _, below, ok := strings.Cut(unquote(i.Path), "/go/aws/"); ok {
				p.imports[filepath.Base(below)] = below
			}
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.GenDecl:
				if err := p.noteStructs(d); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			case *ast.FuncDecl:
				p.noteTokens(d)
			}
		}
	}
	return nil
}

func (p *goPackage) noteStructs(d *ast.GenDecl) error {
	for _, spec := range d.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		s, ok := t.Type.(*ast.StructType)
		if !ok || (len(tagged(s)) == 0 && len(s.Fields.List) > 0) {
			continue
		}
		name := strings.ToLower(t.Name.Name)
		switch other, taken := p.structs[name]; {
		case !taken || len(other.Fields.List) == 0:
			p.structs[name] = s
		case len(s.Fields.List) > 0:
			return fmt.Errorf("two structs are named %s but for case", t.Name.Name)
		}
	}
	return nil
}

// tagged returns the types of the fields of s that hold a Pulumi property, by its name.
func tagged(s *ast.StructType) map[string]ast.Expr {
	fields := map[string]ast.Expr{}
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		if name := reflect.StructTag(unquote(f.Tag)).Get("pulumi"); name != "" {
			fields[name] = f.Type
		}
	}
	return fields
}

// noteTokens records the token that a constructor or lookup function passes to the engine, and
// the old tokens that a constructor declares as aliases.
func (p *goPackage) noteTokens(f *ast.FuncDecl) {
	if f.Recv != nil || f.Body == nil {
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		first, ok := call.Args[0].(*ast.BasicLit)
		if !ok || first.Kind != token.STRING {
			return true
		}
		token := unquote(first)
		switch method.Sel.Name {
		case "RegisterResource":
			name := strings.TrimPrefix(f.Name.Name, "New")
			p.resources[token] = []string{name + "State", name + "Args"}
		case "Invoke":
			p.functions[token] = []string{f.Name.Name + "Args", f.Name.Name + "Result"}
		case "String":
			p.oldTokens = append(p.oldTokens, token)
		}
		return true
	})
}

// properties joins the properties of the named structs.
func (p *goPackage) properties(structs ...string) properties {
	joined := properties{}
	for _, name := range structs {
		if s, ok := p.structs[strings.ToLower(name)]; ok {
			for property, t := range tagged(s) {
				joined[property] = p.resolve(t)
			}
		}
	}
	return joined
}

func (p *goPackage) resolve(t ast.Expr) *goType {
	switch t := t.(type) {
	case *ast.StarExpr:
		return p.resolve(t.X)
	case *ast.ArrayType:
		return &goType{kind: list, element: p.resolve(t.Elt)}
	case *ast.MapType:
		return &goType{kind: dictionary, element: p.resolve(t.Value)}
	case *ast.InterfaceType:
		return &goType{kind: open}
	case *ast.SelectorExpr:
		name := t.X.(*ast.Ident).Name
		if other, ok := p.all[p.imports[name]]; ok {
			return other.resolve(t.Sel)
		}
		return &goType{kind: scalar, name: name + "." + t.Sel.Name}
	case *ast.Ident:
		if _, ok := p.structs[strings.ToLower(t.Name)]; !ok {
			return &goType{kind: scalar, name: t.Name}
		}
		return &goType{kind: object, fields: func() properties { return p.properties(t.Name) }}
	default:
		panic(fmt.Sprintf("the SDK's package %s has a property declared as %T", p.path, t))
	}
}

func unquote(literal *ast.BasicLit) string {
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		panic(fmt.Sprintf("literal %s of the SDK: %v", literal.Value, err))
	}
	return text
}
