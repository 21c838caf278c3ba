// Package environmentfile writes where Pulumi's state is kept into an
// environment file.
//
// The file belongs to its people: every comment, blank line and order stays, and
// only the lines of the two values change. A value that somebody has chosen is
// never replaced. What was written is read again before it is kept, so that a
// form of YAML that this package does not know is refused and not broken.
package environmentfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"go.yaml.in/yaml/v3"

	"github.com/ringfence/ringfence/shared/config"
)

// Conflict is a value that stands in the file and is not the one to write.
type Conflict struct {
	// Key is state.backend or state.secretsProvider.
	Key string
	// Value is what the file says, Wanted what was to be written.
	Value, Wanted string
}

func (c Conflict) Error() string {
	return fmt.Sprintf("%s is %q, and the one made for this environment is %q: if nothing is deployed yet, take the line out and "+
		"run this again; if the state is there, keep it and leave this command alone", c.Key, c.Value, c.Wanted)
}

// example matches what the environment files of a fresh fork say: the bucket of
// an account that nobody has. Nothing can be kept there.
var example = regexp.MustCompile(`^s3://ringfence-[a-z0-9-]+-state-(0{12}|1{12}|2{12}|3{12}|4{12}|5{12}|6{12}|7{12}|8{12}|9{12})-[a-z0-9-]+\?region=[a-z0-9-]+$`)

// Unwritten lists what of the state is still to be written. It is a Conflict
// when the file has decided otherwise.
func Unwritten(has, wanted config.State) (map[string]string, error) {
	fresh := example.MatchString(has.Backend)
	missing := map[string]string{}
	for _, v := range []struct{ key, has, wanted string }{
		{"backend", has.Backend, wanted.Backend}, {"secretsProvider", has.SecretsProvider, wanted.SecretsProvider},
	} {
		switch {
		case v.has == v.wanted:
		case v.has == "" || fresh:
			missing[v.key] = v.wanted
		default:
			return nil, Conflict{Key: "state." + v.key, Value: v.has, Wanted: v.wanted}
		}
	}
	return missing, nil
}

// WriteState writes the state into the environment file and says whether it
// changed. Nothing is written when the file says it already.
func WriteState(file string, wanted config.State) (changed bool, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	edited, err := SetState(content, wanted)
	var conflict Conflict
	switch {
	case errors.As(err, &conflict):
		return false, fmt.Errorf("%s: %w", file, conflict)
	case err != nil:
		return false, fmt.Errorf("%s: %w: write it by hand:\n\nstate:\n  backend: %s\n  secretsProvider: %s",
			file, err, wanted.Backend, wanted.SecretsProvider)
	case bytes.Equal(content, edited):
		return false, nil
	}
	return true, replace(file, edited)
}

// SetState returns the content of an environment file with the state in it.
func SetState(content []byte, wanted config.State) ([]byte, error) {
	before, has, err := read(content)
	if err != nil {
		return nil, err
	}
	missing, err := Unwritten(has, wanted)
	if err != nil || len(missing) == 0 {
		return content, err
	}
	edited := edit(content, before, missing)
	after, now, err := read(edited)
	if err != nil || now != wanted || !sameBesidesState(before, after) {
		return nil, errors.New("its state section has a form that this command does not edit")
	}
	return edited, nil
}

// read parses a file and takes the state out of it.
func read(content []byte) (*yaml.Node, config.State, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, config.State{}, err
	}
	var file struct{ State config.State }
	if err := document.Decode(&file); err != nil {
		return nil, config.State{}, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, config.State{}, errors.New("it is no mapping of keys to values")
	}
	return document.Content[0], file.State, nil
}

// sameBesidesState compares two files, but for the state.
func sameBesidesState(a, b *yaml.Node) bool {
	var texts [2][]byte
	for i, root := range []*yaml.Node{a, b} {
		var values map[string]any
		if err := root.Decode(&values); err != nil {
			return false
		}
		delete(values, stateKey)
		texts[i], _ = yaml.Marshal(values)
	}
	return bytes.Equal(texts[0], texts[1])
}

// replace puts a new content in the place of a file at once.
func replace(file string, content []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Chmod(info.Mode().Perm()), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}
