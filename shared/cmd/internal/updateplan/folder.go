package updateplan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3"

	"github.com/ringfence/ringfence/shared/folder"
	"github.com/ringfence/ringfence/shared/graph"
)

// manifestFile is the name of the manifest in the folder of a plan.
const manifestFile = "manifest.json"

// file is the name of a stack's update plan in the folder of a plan.
func file(stack graph.Name) string { return string(stack) + ".json" }

// Check reports why a plan cannot be saved as the folder: it may be missing,
// empty, or an earlier plan, which is replaced.
func Check(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return fmt.Errorf("a plan cannot be saved as %s: %w", folder, err)
	}
	if _, err := os.Lstat(filepath.Join(folder, manifestFile)); err != nil {
		return fmt.Errorf("%s is not empty and holds no plan, so it is left alone: name a folder that does not exist yet", folder)
	}
	return nil
}

// Save writes a plan, with the update plans of its stacks. It is there as a
// whole or not at all, and only its owner can read it.
func Save(place string, m Manifest, plans map[graph.Name][]byte) error {
	if err := Check(place); err != nil {
		return err
	}
	return folder.Replace(place, 0o700, func(fresh string) error {
		if err := write(fresh, m, plans); err != nil {
			return fmt.Errorf("saving the plan: %w", err)
		}
		return nil
	})
}

func write(folder string, m Manifest, plans map[graph.Name][]byte) error {
	m.Format, m.Pulumi = format, sdk.Version.String()
	for i, s := range m.Stacks {
		m.Stacks[i].Plan = Digest(plans[s.Stack])
		if err := os.WriteFile(filepath.Join(folder, file(s.Stack)), plans[s.Stack], 0o600); err != nil {
			return err
		}
	}
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, manifestFile), append(content, '\n'), 0o600)
}

// Plan is a plan that was read and found whole.
type Plan struct {
	Manifest
	// Folder is where it lies.
	Folder string

	// plans are the update plans as they were checked. The folder may change after
	// that, so it is not read again.
	plans map[graph.Name][]byte
}

// Extract writes a stack's update plan, as it was checked, into a folder that only
// its owner can read, and returns the path of the file.
func (p Plan) Extract(stack graph.Name, folder string) (string, error) {
	path := filepath.Join(folder, file(stack))
	return path, os.WriteFile(path, p.plans[stack], 0o600)
}

// Open reads a plan and makes sure that all of it is there as it was saved.
func Open(folder string) (Plan, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Folder: folder, plans: map[graph.Name][]byte{}}
	content, err := read(filepath.Join(folder, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Plan{}, fmt.Errorf("%s holds no plan: ./ringfence preview --save-plan makes one", folder)
	}
	if err != nil {
		return Plan{}, broken(folder, err.Error())
	}
	if err := json.Unmarshal(content, &p.Manifest); err != nil {
		return Plan{}, broken(folder, fmt.Sprintf("%s is no manifest: %v", manifestFile, err))
	}
	if p.Format != format || p.Pulumi != sdk.Version.String() {
		return Plan{}, fmt.Errorf("the plan in %s has format %d of Pulumi %s, and this is format %d of Pulumi %s: make a new plan",
			folder, p.Format, p.Pulumi, format, sdk.Version)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&Manifest{}); err != nil {
		return Plan{}, broken(folder, fmt.Sprintf("%s: %v", manifestFile, err))
	}
	return p, p.whole()
}

// whole makes sure of the update plans, and keeps them.
func (p Plan) whole() error {
	for _, s := range p.Stacks {
		if !stackName.MatchString(string(s.Stack)) {
			return broken(p.Folder, fmt.Sprintf("%s names a stack %q", manifestFile, s.Stack))
		}
		content, err := read(filepath.Join(p.Folder, file(s.Stack)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return broken(p.Folder, file(s.Stack)+" is missing")
		case err != nil:
			return broken(p.Folder, err.Error())
		case Digest(content) != s.Plan:
			return broken(p.Folder, file(s.Stack)+" is not what was saved")
		}
		p.plans[s.Stack] = content
	}
	return nil
}

// stackName is what the name of a stack looks like, so that none leads out of the
// folder.
var stackName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// broken words that a plan is not whole.
func broken(folder, why string) error {
	return fmt.Errorf("the plan in %s is not whole: %s. Make a new one, or fetch it again", folder, why)
}

// read reads a file of a plan, which is a plain file in the folder and no link to
// another place.
func read(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a plain file", filepath.Base(path))
	}
	return os.ReadFile(path)
}

// Digest is the SHA-256 of a content, in hexadecimal digits.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// DigestFile is the digest of a file, which may be large.
func DigestFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func sorted(values map[string]any) []string { return slices.Sorted(maps.Keys(values)) }
