package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
)

// Manifest lists the files of a report, and says what it is about.
type Manifest struct {
	Format      string      `json:"format"`
	Environment Environment `json:"environment"`
	// Time is the declared time of the report.
	Time      string          `json:"time"`
	Basis     Basis           `json:"basis"`
	Commit    string          `json:"commit"`
	Modified  bool            `json:"modified,omitempty"`
	Catalogue string          `json:"catalogue"`
	Headline  Headline        `json:"headline"`
	Stacks    []ManifestStack `json:"stacks"`
	Files     []ListedFile    `json:"files"`
	// Signer is the fingerprint of the key that signed the manifest; empty where
	// that was left to somebody else.
	Signer string `json:"signer,omitempty"`
}

// ManifestStack is the version of a stack.
type ManifestStack struct {
	Name     graph.Name `json:"name"`
	Contract int        `json:"contract,omitempty"`
	Deployed string     `json:"deployed,omitempty"`
	Digest   string     `json:"digest,omitempty"`
}

// ListedFile is one file: its size in bytes and its SHA-256 in hex.
type ListedFile struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

func newManifest(r *Report, files []File, signer *Signer) Manifest {
	m := Manifest{
		Format: Format, Environment: r.Environment, Time: r.Time, Basis: r.Basis, Commit: r.Commit, Modified: r.Modified,
		Catalogue: r.Catalogue, Headline: r.Headline,
	}
	for _, s := range r.Stacks {
		m.Stacks = append(m.Stacks, ManifestStack{s.Name, s.Contract, s.Deployed, s.Digest})
	}
	for _, f := range files {
		m.Files = append(m.Files, ListedFile{f.Name, len(f.Content), digest(f.Content)})
	}
	if signer != nil {
		m.Signer = signer.Fingerprint()
	}
	return m
}

func (m Manifest) bytes() ([]byte, error) { return indented(m) }

// parseManifest reads a manifest exactly as Bundle writes it: a file in which a
// space was changed was changed.
func parseManifest(content []byte) (Manifest, error) {
	var m Manifest
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("is no manifest: %w", err)
	}
	if m.Format != Format {
		return Manifest{}, fmt.Errorf("has format %q; this version reads %s", m.Format, Format)
	}
	again, err := m.bytes()
	if err == nil && !bytes.Equal(again, content) {
		err = fmt.Errorf("is not as a report writes it")
	}
	for _, f := range m.Files {
		if !slices.Contains(known, f.Name) {
			return Manifest{}, fmt.Errorf("lists %q, which is no file of a report", f.Name)
		}
	}
	return m, err
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
