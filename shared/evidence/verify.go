package evidence

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Verification is what became of a report that was checked.
type Verification struct {
	Manifest Manifest `json:"manifest"`
	// Checked says what was checked and is right.
	Checked []string `json:"checked"`
	// NotChecked says what could not be checked, and how it can.
	NotChecked []string `json:"notChecked"`
	// Problems says what is wrong; the report is not to be trusted when there are any.
	Problems []string `json:"problems"`
}

// OK reports that nothing is wrong.
func (v *Verification) OK() bool { return len(v.Problems) == 0 }

func (v *Verification) problem(format string, args ...any) {
	v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
}

// Verify checks the report in a folder, offline. Trusted is the fingerprint of
// the key that must have signed it, or empty when its reader compares it.
func Verify(folder, trusted string) (*Verification, error) {
	v, _, err := Read(folder, trusted)
	return v, err
}

// Read is Verify, and returns the very files that were checked, in the order in
// which they are written: the manifest and what signs it last. The report is to be
// used only when the verification is OK.
func Read(folder, trusted string) (*Verification, []File, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("there is no folder %s: name the one that holds the report", folder)
	}
	if err != nil {
		return nil, nil, err
	}
	files := map[string][]byte{}
	var strange []string
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			strange = append(strange, entry.Name()+" is no plain file")
			continue
		}
		if files[entry.Name()], err = os.ReadFile(filepath.Join(folder, entry.Name())); err != nil {
			return nil, nil, err
		}
	}
	if _, found := files[ManifestFile]; !found {
		return nil, nil, fmt.Errorf("%s holds no %s: it is no report", folder, ManifestFile)
	}
	v := verify(files, trusted)
	v.Problems = append(append([]string{}, strange...), v.Problems...)
	var ordered []File
	for _, name := range known {
		if content, found := files[name]; found {
			ordered = append(ordered, File{name, content})
		}
	}
	return v, ordered, nil
}

// verify checks the files of a folder.
func verify(files map[string][]byte, trusted string) *Verification {
	v := &Verification{Checked: []string{}, NotChecked: []string{}, Problems: []string{}}
	var err error
	if v.Manifest, err = parseManifest(files[ManifestFile]); err != nil {
		v.problem("%s %v", ManifestFile, err)
		return v
	}
	v.checkFiles(files)
	v.checkSignature(files, trusted)
	v.NotChecked = append(v.NotChecked,
		"the time "+v.Manifest.Time+": it is the one that the maker of the report declared",
		"whether the estate was as the report says: make a report anew, and compare the digests of the stacks")
	return v
}

// checkFiles compares the files with the manifest.
func (v *Verification) checkFiles(files map[string][]byte) {
	before := len(v.Problems)
	listed := map[string]bool{ManifestFile: true}
	if v.Manifest.Signer != "" {
		listed[EnvelopeFile], listed[SignerFile] = true, true
	}
	for _, f := range v.Manifest.Files {
		content, found := files[f.Name]
		switch {
		case listed[f.Name]:
			v.problem("%s is listed twice", f.Name)
		case !found:
			v.problem("%s is missing", f.Name)
		case len(content) != f.Size:
			v.problem("%s has %d bytes, not %d", f.Name, len(content), f.Size)
		case digest(content) != f.SHA256:
			v.problem("%s was changed: its SHA-256 is %s, not %s", f.Name, digest(content), f.SHA256)
		}
		listed[f.Name] = true
	}
	var extra []string
	for name := range files {
		if !listed[name] {
			extra = append(extra, name)
		}
	}
	slices.Sort(extra)
	for _, name := range extra {
		v.problem("%s does not belong to the report", name)
	}
	if len(v.Problems) == before {
		v.Checked = append(v.Checked, fmt.Sprintf("%d files are as the manifest lists them, and there is no other", len(v.Manifest.Files)))
	}
}

// checkSignature checks that the manifest is signed, by the key it names and by
// the one that is trusted.
func (v *Verification) checkSignature(files map[string][]byte, trusted string) {
	signer := v.Manifest.Signer
	switch {
	case signer == "" && trusted != "":
		v.problem("the report is not signed, and %s should have", trusted)
		return
	case signer == "":
		v.NotChecked = append(v.NotChecked,
			"who made it: the report carries no signature. One that a workflow made is attested: gh attestation verify DIR/"+ManifestFile+
				" --repo OWNER/NAME --source-ref refs/heads/main --signer-workflow OWNER/NAME/.github/workflows/deploy-environment.yml")
		return
	}
	if err := signature(files, signer); err != nil {
		v.problem("the signature: %v", err)
		return
	}
	v.Checked = append(v.Checked, "the manifest is signed by key "+signer)
	switch trusted {
	case "":
		v.NotChecked = append(v.NotChecked, "whose key "+signer+" is: compare it with the fingerprint that its owner gives, or name it with --signer")
	case signer:
		v.Checked = append(v.Checked, "that is the key that is trusted")
	default:
		v.problem("the report is signed by %s, not by %s", signer, trusted)
	}
}

// signature checks the envelope. It must be written exactly as Bundle does, so
// that no byte of it can be changed unseen.
func signature(files map[string][]byte, signer string) error {
	public, err := parsePublic(files[SignerFile])
	if err != nil {
		return fmt.Errorf("%s %w", SignerFile, err)
	}
	if fingerprint(public) != signer || !bytes.Equal(publicPEM(public), files[SignerFile]) {
		return fmt.Errorf("%s is not the key %s", SignerFile, signer)
	}
	var envelope dsse.Envelope
	if err := json.Unmarshal(files[EnvelopeFile], &envelope); err != nil {
		return fmt.Errorf("%s is no envelope: %w", EnvelopeFile, err)
	}
	if err := verified(&envelope, public); err != nil {
		return err
	}
	payload, err := envelope.DecodeB64Payload()
	if err != nil {
		return err
	}
	want, err := statement(files[ManifestFile])
	if err != nil || envelope.PayloadType != payloadType || !bytes.Equal(payload, want) {
		return errors.New("it was made for another manifest")
	}
	again, err := indented(envelope)
	if err != nil || !bytes.Equal(again, files[EnvelopeFile]) || !canonical(envelope) {
		return fmt.Errorf("%s is not as a report writes it", EnvelopeFile)
	}
	return nil
}

func verified(envelope *dsse.Envelope, public ed25519.PublicKey) error {
	verifier, err := dsse.NewEnvelopeVerifier(key{public: public})
	if err != nil {
		return err
	}
	_, err = verifier.Verify(context.Background(), envelope)
	return err
}

// canonical reports that there is one signature, and that base64 is written in
// the one way there should be: decoders overlook the last bits.
func canonical(e dsse.Envelope) bool {
	if len(e.Signatures) != 1 {
		return false
	}
	return recoded(e.Payload) && recoded(e.Signatures[0].Sig)
}

func recoded(text string) bool {
	content, err := base64.StdEncoding.DecodeString(text)
	return err == nil && base64.StdEncoding.EncodeToString(content) == text
}
