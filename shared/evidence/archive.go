package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ArchiveFolder names a report among others of its environment, such as
// dev/20270131T120000Z-0f3c9a1b2d4e-5d41402abc4b: its stacks, time and commit, and
// the digest of the manifest, which speaks for every byte. So what has the same name
// is the same report.
func ArchiveFolder(m Manifest) (string, error) {
	at, err := time.Parse(time.RFC3339, m.Time)
	if err != nil {
		return "", fmt.Errorf("%s has no time: %w", ManifestFile, err)
	}
	content, err := m.bytes()
	if err != nil {
		return "", err
	}
	commit := "uncommitted"
	if m.Commit != "" {
		commit = first(m.Commit)
	}
	if strings.ContainsAny(m.Environment.Stacks+commit, "/\\.") || m.Environment.Stacks == "" {
		return "", fmt.Errorf("%s is about stacks %q at commit %q, which name no folder", ManifestFile, m.Environment.Stacks, m.Commit)
	}
	return m.Environment.Stacks + "/" + at.UTC().Format("20060102T150405Z") + "-" + commit + "-" + first(digest(content)), nil
}

// first is as much of a digest as tells it from others.
func first(digest string) string { return digest[:min(len(digest), 12)] }

// CheckAttestation is an error when a Sigstore bundle, as actions/attest writes it,
// is not about a report's manifest. Who signed it is for gh attestation verify to
// say.
func CheckAttestation(bundle, manifest []byte) error {
	var attested struct {
		Envelope struct {
			Payload string `json:"payload"`
		} `json:"dsseEnvelope"`
	}
	decoder := json.NewDecoder(bytes.NewReader(bundle))
	if err := decoder.Decode(&attested); err != nil || attested.Envelope.Payload == "" {
		return errors.New("is no attestation: it holds no dsseEnvelope")
	}
	if decoder.Decode(new(json.RawMessage)) != io.EOF {
		return errors.New("holds more than one attestation")
	}
	payload, err := base64.StdEncoding.DecodeString(attested.Envelope.Payload)
	if err != nil {
		return fmt.Errorf("is no attestation: %w", err)
	}
	var statement struct {
		Subject []struct {
			Digest map[string]string `json:"digest"`
		} `json:"subject"`
	}
	if err := json.Unmarshal(payload, &statement); err != nil {
		return fmt.Errorf("is no attestation: %w", err)
	}
	for _, subject := range statement.Subject {
		if subject.Digest["sha256"] == digest(manifest) {
			return nil
		}
	}
	return fmt.Errorf("attests something else than this %s, whose SHA-256 is %s", ManifestFile, digest(manifest))
}
