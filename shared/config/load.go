package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one thing wrong with an environment file.
type Problem struct {
	// Line is the line in the file, counted from 1; 0 when unknown.
	Line int
	// Key is the path of the value, such as network.subnets[1].cidr.
	Key string
	// Value is what the file says.
	Value string
	// Rule is what must hold.
	Rule string
	// Example is a value that would do; may be empty.
	Example string
}

func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	b.WriteString(p.Key)
	if p.Value != "" {
		fmt.Fprintf(&b, " is %q", p.Value)
	}
	b.WriteString(": " + p.Rule)
	if p.Example != "" {
		b.WriteString(", for example " + p.Example)
	}
	return b.String()
}

// Problems is everything wrong with one environment file.
type Problems struct {
	// File is the path of the environment file.
	File string
	// List holds the problems in the order of their lines.
	List []Problem
}

func (p *Problems) Error() string {
	noun := "problems"
	if len(p.List) == 1 {
		noun = "problem"
	}
	lines := []string{fmt.Sprintf("%s has %d %s:", p.File, len(p.List), noun)}
	for _, problem := range p.List {
		lines = append(lines, "  "+problem.String())
	}
	return strings.Join(lines, "\n")
}

// Load reads <dir>/<name>.yaml for the Pulumi stack called stack, whose name
// starts the names of everything created. All problems are returned together
// as *Problems.
func Load(dir, name, stack string) (*Environment, error) {
	file := filepath.Join(dir, name+".yaml")
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("environment %q: there is no %s; the environments are %s",
			name, file, strings.Join(List(dir), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("environment %q: %w", name, err)
	}
	return Parse(file, content, name, stack)
}

// Parse reads the content of an environment file; see Load.
func Parse(file string, content []byte, name, stack string) (*Environment, error) {
	env := &Environment{Name: name}
	if err := Decode(file, content, env, func() []Problem { return validate(env, stack) }); err != nil {
		return nil, err
	}
	return env, nil
}

// Decode reads a YAML file into a struct whose fields have yaml tags. Unknown
// keys, keys given twice and values of the wrong type are problems, and so is
// what check finds in what could be read. All problems are returned together, as
// *Problems.
func Decode(file string, content []byte, into any, check func() []Problem) error {
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s is empty: copy another environment file and change it", file)
		}
		return fmt.Errorf("%s is not valid YAML: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s holds more than one YAML document: keep one in a file", file)
	}
	d := &decoding{lines: map[string]int{}}
	d.decode(document.Content[0], into)
	d.problems = append(d.problems, d.beyond(check())...)
	if len(d.problems) == 0 {
		return nil
	}
	for i, p := range d.problems {
		if p.Line == 0 {
			d.problems[i].Line = d.line(p.Key)
		}
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return a.Line - b.Line })
	return &Problems{File: file, List: d.problems}
}

// ExceptionsFile is the register of exceptions to controls, beside the
// environment files.
const ExceptionsFile = "exceptions.yaml"

// List returns the names of the environments in dir, sorted.
func List(dir string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
	var names []string
	for _, f := range files {
		if filepath.Base(f) == ExceptionsFile {
			continue
		}
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".yaml"))
	}
	slices.Sort(names)
	return names
}
