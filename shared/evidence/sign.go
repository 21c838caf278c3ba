package evidence

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Signer signs manifests with an Ed25519 key.
type Signer struct{ private ed25519.PrivateKey }

const (
	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// LoadSigner reads a private key: Ed25519, PKCS #8, PEM, and nobody's but its
// owner's to read.
func LoadSigner(file string) (*Signer, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("signing key %s can be read by others (mode %04o): chmod 600 %[1]s, or make a new one if somebody may have read it", file, info.Mode().Perm())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	block, rest := pem.Decode(content)
	if block == nil || block.Type != privateBlock || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("signing key %s is no private key in PEM (PKCS #8); openssl genpkey -algorithm ed25519 makes one", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("signing key %s is no Ed25519 key; openssl genpkey -algorithm ed25519 makes one", file)
	}
	return &Signer{private}, nil
}

// EnsureSigner is LoadSigner, and makes a key where the file is not there yet.
func EnsureSigner(file string) (signer *Signer, made bool, err error) {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		signer, err := LoadSigner(file)
		return signer, false, err
	}
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, false, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, false, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, false, fmt.Errorf("signing key: %w", err)
	}
	fresh, err := os.CreateTemp(filepath.Dir(file), ".key-") // with mode 0600
	if err != nil {
		return nil, false, fmt.Errorf("signing key: %w", err)
	}
	defer os.Remove(fresh.Name())
	_, err = fresh.Write(pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: der}))
	if err := errors.Join(err, fresh.Close()); err != nil {
		return nil, false, fmt.Errorf("signing key: %w", err)
	}
	// A link fails where another process was faster; its key counts then.
	if err := os.Link(fresh.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, fmt.Errorf("signing key: %w", err)
	}
	signer, err = LoadSigner(file)
	return signer, true, err
}

// Fingerprint names the public key, such as SHA256:… over its DER form.
func (s *Signer) Fingerprint() string { return fingerprint(s.private.Public().(ed25519.PublicKey)) }

func fingerprint(key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err) // every Ed25519 key has a DER form
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// public is the public key in PEM.
func (s *Signer) public() []byte { return publicPEM(s.private.Public().(ed25519.PublicKey)) }

func publicPEM(key ed25519.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err) // every Ed25519 key has a DER form
	}
	return pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: der})
}

func parsePublic(content []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(content)
	if block == nil || block.Type != publicBlock {
		return nil, errors.New("is no public key in PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, errors.New("is no Ed25519 public key")
	}
	return key, nil
}

// The statement about a manifest (in-toto Attestation Framework, Statement v1).
const (
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://github.com/ringfence/ringfence/evidence/v1"
	payloadType   = "application/vnd.in-toto+json"
)

// statement says what a manifest is about. It follows from the manifest alone.
func statement(manifest []byte) ([]byte, error) {
	m, err := parseManifest(manifest)
	if err != nil {
		return nil, err
	}
	m.Files = nil // the digest of the manifest speaks for them
	return json.Marshal(object{
		"_type": statementType, "predicateType": predicateType, "predicate": m,
		"subject": []object{{"name": ManifestFile, "digest": object{"sha256": digest(manifest)}}},
	})
}

// envelope signs the statement about a manifest (DSSE, Dead Simple Signing
// Envelope 1.0).
func (s *Signer) envelope(manifest []byte) ([]byte, error) {
	payload, err := statement(manifest)
	if err != nil {
		return nil, err
	}
	signing, err := dsse.NewEnvelopeSigner(key{s.private, s.private.Public().(ed25519.PublicKey)})
	if err != nil {
		return nil, err
	}
	envelope, err := signing.SignPayload(context.Background(), payloadType, payload)
	if err != nil {
		return nil, err
	}
	return indented(envelope)
}

// key is an Ed25519 key as package dsse wants it.
type key struct {
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

func (k key) Sign(_ context.Context, data []byte) ([]byte, error) {
	return ed25519.Sign(k.private, data), nil
}

func (k key) Verify(_ context.Context, data, signature []byte) error {
	if !ed25519.Verify(k.public, data, signature) {
		return errors.New("the signature does not fit")
	}
	return nil
}

func (k key) KeyID() (string, error) { return fingerprint(k.public), nil }

func (k key) Public() crypto.PublicKey { return k.public }
