package evidence

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// signed is a small signed report, as the files of a folder.
func signed(t *testing.T) (map[string][]byte, *Signer) {
	t.Helper()
	signer, made, err := EnsureSigner(filepath.Join(t.TempDir(), "keys", "key.pem"))
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	files := []File{{TextFile, []byte("# A report\n")}, {AccessTable, []byte("principal\n")}}
	manifest, err := newManifest(&Report{Environment: Environment{Name: "local"}, Time: "2026-11-22T12:00:00Z"}, files, signer).bytes()
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := signer.envelope(manifest)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{ManifestFile: manifest, EnvelopeFile: envelope, SignerFile: signer.public()}
	for _, f := range files {
		out[f.Name] = f.Content
	}
	return out, signer
}

func inFolder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestUnitVerifySaysWhatItCheckedAndWhatNot(t *testing.T) {
	files, signer := signed(t)
	v, err := Verify(inFolder(t, files), "")
	if err != nil || !v.OK() || len(v.Checked) != 2 {
		t.Fatalf("%v: %+v", err, v)
	}
	if all := strings.Join(v.NotChecked, "\n"); !strings.Contains(all, "whose key "+signer.Fingerprint()) || !strings.Contains(all, "the time 2026-11-22T12:00:00Z") {
		t.Errorf("not checked: %s", all)
	}
	if v, err = Verify(inFolder(t, files), signer.Fingerprint()); err != nil || !v.OK() || len(v.Checked) != 3 {
		t.Errorf("with its own key: %v: %+v", err, v)
	}
	if v, err = Verify(inFolder(t, files), "SHA256:another"); err != nil || v.OK() {
		t.Errorf("with another key: %v: %+v", err, v)
	}
}

// Whatever byte of whatever file is changed, it is found.
func TestUnitVerifyFindsEveryChangedByte(t *testing.T) {
	files, _ := signed(t)
	for name, content := range files {
		for i := range content {
			for _, flip := range []byte{0x01, 0x03, 0x0f, 0x20} { // 3 and 15: other ways to write the last bits of base64
				changed := append([]byte{}, content...)
				changed[i] ^= flip
				files[name] = changed
				if v := verify(files, ""); v.OK() {
					t.Errorf("%s: byte %d of %d changed from %q to %q, and nobody noticed", name, i, len(content), content[i], changed[i])
				}
			}
		}
		files[name] = append(append([]byte{}, content...), '\n')
		if v := verify(files, ""); v.OK() {
			t.Errorf("%s: a line was added, and nobody noticed", name)
		}
		files[name] = content
	}
	if v := verify(files, ""); !v.OK() {
		t.Errorf("unchanged: %v", v.Problems)
	}
}

func TestUnitVerifyFindsMissingAndStrangeFiles(t *testing.T) {
	for name := range mustSigned(t) {
		files, _ := signed(t)
		delete(files, name)
		if v, err := Verify(inFolder(t, files), ""); err == nil && v.OK() {
			t.Errorf("%s is gone, and nobody noticed", name)
		}
	}
	files, _ := signed(t)
	files["notes.txt"] = []byte("hello")
	if v, err := Verify(inFolder(t, files), ""); err != nil || v.OK() || !strings.Contains(v.Problems[0], "notes.txt") {
		t.Errorf("%v: %+v", err, v)
	}
	delete(files, "notes.txt")
	dir := inFolder(t, files)
	if err := os.Symlink(filepath.Join(dir, TextFile), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(dir, ""); err != nil || v.OK() {
		t.Errorf("a link: %v: %+v", err, v)
	}
}

func mustSigned(t *testing.T) map[string][]byte {
	t.Helper()
	files, _ := signed(t)
	return files
}

// Who signs another manifest with a key of their own makes a report that is whole,
// and of another key.
func TestUnitVerifyTellsAForgerByTheKey(t *testing.T) {
	files, signer := signed(t)
	forged, forger := signed(t)
	if v := verify(forged, signer.Fingerprint()); v.OK() {
		t.Error("a report of another key is taken for one of the trusted key")
	}
	files[SignerFile], files[EnvelopeFile] = forged[SignerFile], forged[EnvelopeFile]
	if v := verify(files, ""); v.OK() {
		t.Errorf("the signature of %s is taken for another manifest", forger.Fingerprint())
	}
}

func TestUnitUnsignedReportIsSaidToBeUnsigned(t *testing.T) {
	files := []File{{TextFile, []byte("# A report\n")}}
	manifest, err := newManifest(&Report{}, files, nil).bytes()
	if err != nil {
		t.Fatal(err)
	}
	dir := inFolder(t, map[string][]byte{TextFile: files[0].Content, ManifestFile: manifest})
	v, err := Verify(dir, "")
	if err != nil || !v.OK() || !strings.Contains(strings.Join(v.NotChecked, "\n"), "gh attestation verify") {
		t.Errorf("%v: %+v", err, v)
	}
	if v, err = Verify(dir, "SHA256:trusted"); err != nil || v.OK() {
		t.Errorf("a key is demanded: %v: %+v", err, v)
	}
}

func TestUnitSigningKeyIsItsOwnersAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	first, _, err := EnsureSigner(file)
	if err != nil {
		t.Fatal(err)
	}
	again, made, err := EnsureSigner(file)
	if err != nil || made || again.Fingerprint() != first.Fingerprint() {
		t.Errorf("the key was made anew: %v, %v", made, err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSigner(file); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all can read: %v", err)
	}
	for name, content := range map[string]string{"text": "hello", "public": string(first.public()), "empty": ""} {
		bad := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(bad, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSigner(bad); err == nil || !strings.Contains(err.Error(), "openssl genpkey") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
