package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/ringfence/ringfence/shared/folder"
)

// The files of a report.
const (
	PageFile       = "report.html"
	TextFile       = "report.md"
	ControlsFile   = "controls.json"
	OSCALFile      = "oscal-assessment-results.json"
	SARIFFile      = "results.sarif"
	AccessFile     = "access.json"
	AccessTable    = "access.csv"
	ExceptionsFile = "exceptions.json"
	// ManifestFile lists all of the above.
	ManifestFile = "manifest.json"
	// EnvelopeFile is the signed statement about the manifest, and SignerFile the
	// public key that it was signed with.
	EnvelopeFile = "manifest.dsse.json"
	SignerFile   = "signer.pem"
)

// File is one file of a bundle.
type File struct {
	Name    string
	Content []byte
}

// Bundle makes the files of a report with their manifest, signed when there is a
// signer.
func Bundle(r *Report, signer *Signer) ([]File, error) {
	files, err := r.files()
	if err != nil {
		return nil, err
	}
	manifest, err := newManifest(r, files, signer).bytes()
	if err != nil {
		return nil, err
	}
	files = append(files, File{ManifestFile, manifest})
	if signer == nil {
		return files, nil
	}
	envelope, err := signer.envelope(manifest)
	if err != nil {
		return nil, err
	}
	return append(files, File{EnvelopeFile, envelope}, File{SignerFile, signer.public()}), nil
}

// files are the files that the manifest lists.
func (r *Report) files() ([]File, error) {
	var files []File
	var problems []error
	add := func(name string, content []byte, err error) {
		files, problems = append(files, File{name, content}), append(problems, err)
	}
	content, err := r.page()
	add(PageFile, content, err)
	add(TextFile, r.markdown(), nil)
	content, err = indented(r)
	add(ControlsFile, content, err)
	content, err = r.oscal()
	add(OSCALFile, content, err)
	content, err = r.sarif()
	add(SARIFFile, content, err)
	content, err = indented(append([]Access{}, r.Access...))
	add(AccessFile, content, err)
	content, err = r.accessCSV()
	add(AccessTable, content, err)
	content, err = indented(r.Exceptions)
	add(ExceptionsFile, content, err)
	return files, errors.Join(problems...)
}

// indented is a value as JSON for people and programs.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// Write puts the files into a folder, whole or not at all. A folder that is there
// is replaced when it holds an older report and nothing else; anything else is
// an error, and stays as it is.
func Write(place string, files []File) error {
	if err := Replaceable(place); err != nil {
		return err
	}
	return folder.Replace(place, 0o755, func(fresh string) error {
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(fresh, f.Name), f.Content, 0o644); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetSignedAside moves a signed report out of a place that an unsigned one is to take,
// into the folder <place>.signed, and returns where it is now: somebody vouches for
// it. It leaves anything else as it is, and returns nothing.
func SetSignedAside(place string) (string, error) {
	content, err := os.ReadFile(filepath.Join(place, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	m, err := parseManifest(content)
	if err != nil || m.Signer == "" {
		return "", nil // damaged or of another version, which nobody can verify, or not signed
	}
	name, err := ArchiveFolder(m)
	if err != nil {
		return "", err
	}
	aside := filepath.Join(filepath.Clean(place)+".signed", path.Base(name))
	if err := os.MkdirAll(filepath.Dir(aside), 0o755); err != nil {
		return "", err
	}
	// Where it lies already, the copy is as good: its name has its digest.
	if _, err := os.Stat(aside); err == nil {
		return aside, nil
	}
	return aside, os.Rename(place, aside)
}

// Replaceable is an error where a folder holds what is no report, and so is not to be
// replaced by one.
func Replaceable(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, ManifestFile)); err != nil {
		return fmt.Errorf("%s is no report: give a folder that is empty or not there yet", folder)
	}
	for _, entry := range entries {
		if !slices.Contains(known, entry.Name()) {
			return fmt.Errorf("%s holds %s, which is no file of a report: move it away, or give another folder", folder, entry.Name())
		}
	}
	return nil
}

// known are the names of all files that a report may have.
var known = []string{PageFile, TextFile, ControlsFile, OSCALFile, SARIFFile, AccessFile, AccessTable, ExceptionsFile, ManifestFile, EnvelopeFile, SignerFile}
