package cli

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/evidence"
)

// written is the folder of a signed report on an environment.
func written(t *testing.T, about evidence.Environment) string {
	t.Helper()
	signer, _, err := evidence.EnsureSigner(filepath.Join(t.TempDir(), "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := evidence.Bundle(&evidence.Report{
		Format: evidence.Format, Environment: about, Time: "2026-11-22T12:00:00Z", Commit: "0f3c9a1b2d4e5f60718293a4b5c6d7e8f9001122",
	}, signer)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "evidence")
	if err := evidence.Write(folder, files); err != nil {
		t.Fatal(err)
	}
	return folder
}

var (
	onLocal = evidence.Environment{Name: "local", Stacks: "local", Target: config.Emulator, Lifecycle: config.Ephemeral, Account: "123456789012", Region: "eu-central-1"}
	onDev   = evidence.Environment{Name: "dev", Stacks: "dev", Target: config.AWS, Lifecycle: config.Standard, Account: "111111111111", Region: "eu-central-1"}
)

// attested is a file with an attestation of a manifest with this content.
func attested(t *testing.T, subject string) string {
	t.Helper()
	payload := base64.StdEncoding.EncodeToString([]byte(`{"subject":[{"digest":{"sha256":"` + subject + `"}}]}`))
	return text(t, `{"dsseEnvelope":{"payload":"`+payload+`"}}`)
}

func text(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "attestation.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Whatever is wrong with the report is said before anybody is asked for anything.
func TestUnitReportUploadRefusesWhatItWouldNotVouchFor(t *testing.T) {
	root := checkout(t, nil)
	whole, changed := written(t, onLocal), written(t, onLocal)
	if err := os.WriteFile(filepath.Join(changed, evidence.TextFile), []byte("all is well\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no folder":            {nil, exitUsage, "takes the folder"},
		"not there":            {[]string{root + "/none"}, exitFailed, "there is no folder"},
		"a changed byte":       {[]string{changed}, exitFailed, "is not as it was made, and nothing was sent:\n  report.md has"},
		"signed by another":    {[]string{whole, "--signer", "SHA256:another"}, exitFailed, "not by SHA256:another"},
		"another environment":  {[]string{whole, "--env", "dev"}, exitFailed, "is a report on environment local (stacks local, emulator, ephemeral) in account 123456789012"},
		"other stacks":         {[]string{whole, "--name", "pr-1"}, exitFailed, "and not on environment local (stacks pr-1"},
		"no attestation":       {[]string{whole, "--attestation", text(t, "{}")}, exitFailed, "attestation.json is no attestation"},
		"two attestations":     {[]string{whole, "--attestation", text(t, `{"dsseEnvelope":{"payload":"e30="}}{}`)}, exitFailed, "more than one attestation"},
		"attests another":      {[]string{whole, "--attestation", attested(t, strings.Repeat("0", 64))}, exitFailed, "attests something else than this manifest.json"},
		"attestation is gone":  {[]string{whole, "--attestation", root + "/none.json"}, exitFailed, "none.json"},
		"no emulator":          {[]string{whole}, exitFailed, "the emulator does not run, and holds no audit bucket"},
		"no such environment":  {[]string{whole, "--env", "nowhere"}, exitFailed, `environment "nowhere"`},
		"a manifest as report": {[]string{filepath.Join(whole, evidence.ManifestFile)}, exitFailed, "manifest.json"},
	} {
		status, out, errOut := run(t, root, append([]string{"report", "upload"}, c.args...)...)
		if status != c.status || !strings.Contains(errOut, c.says) || out != "" {
			t.Errorf("%s: status %d, %s%s", name, status, out, errOut)
		}
	}
}

// unreliable passes requests on until it has passed some writes of objects; then it
// refuses every one. It remembers the names of the objects in the order they came.
type unreliable struct {
	mu      sync.Mutex
	left    int
	written []string
}

func (u *unreliable) before(t *testing.T, endpoint string) string {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u.refuses(r) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<Error><Code>AccessDenied</Code><Message>not you</Message></Error>")
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (u *unreliable) refuses(r *http.Request) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if r.Method != http.MethodPut {
		return false
	}
	if u.left--; u.left < 0 {
		return true
	}
	u.written = append(u.written, path.Base(r.URL.Path))
	return false
}

// An upload that ends half way is made whole by the next one, a third one changes
// nothing, and what was kept is a report that can be verified.
func TestEmulatorReportUploadGoesOnWhereItEnded(t *testing.T) {
	root, account := signedIn(t)
	about := onDev
	about.Account = account.ID
	folder := written(t, about)
	bucket := "ringfence-dev-audit-" + account.ID + "-eu-central-1"
	client := s3.NewFromConfig(account.Config("eu-central-1"), func(o *s3.Options) { o.UsePathStyle = true })
	auditBucket(t, client, bucket)
	way := &unreliable{left: 3}
	t.Setenv("AWS_ENDPOINT_URL", way.before(t, account.Endpoint))
	upload := func() (int, string) {
		status, out, errOut := run(t, root, "report", "upload", folder, "--env", "dev")
		return status, out + errOut
	}

	status, says := upload()
	if status != exitFailed || !strings.Contains(says, "only the role ringfence-dev-evidence adds reports, from workflows on main") ||
		!strings.Contains(says, "3 of 11 files are kept; the same command adds the rest") {
		t.Errorf("cut off: status %d, %s", status, says)
	}
	way.left = 100
	if status, says := upload(); status != exitOK || !strings.Contains(says, "8 added, 3 were there") || !strings.Contains(says, "locked     until 20") {
		t.Errorf("made whole: status %d, %s", status, says)
	}
	if order := way.written[len(way.written)-3:]; !slices.Equal(order, []string{evidence.ManifestFile, evidence.EnvelopeFile, evidence.SignerFile}) {
		t.Errorf("last came %v", order)
	}
	if status, says := upload(); status != exitOK || !strings.Contains(says, "0 added, 11 were there") {
		t.Errorf("again: status %d, %s", status, says)
	}
	copied := download(t, client, bucket)
	if v, err := evidence.Verify(copied, ""); err != nil || !v.OK() {
		t.Errorf("the copy: %v, %+v", err, v)
	}
}

// auditBucket makes a bucket that keeps as dev.yaml wants it.
func auditBucket(t *testing.T, client *s3.Client, bucket string) {
	t.Helper()
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &bucket, ObjectLockEnabledForBucket: aws.Bool(true),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{
		Bucket: &bucket, ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: types.ObjectLockEnabledEnabled,
			Rule:              &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(400)}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{
		Bucket: &bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
				SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: aws.String("arn:aws:kms:eu-central-1:111111111111:key/audit"),
			}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// download copies the one report of a bucket into a folder.
func download(t *testing.T, client *s3.Client, bucket string) string {
	t.Helper()
	folder := t.TempDir()
	listed, err := client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket, Prefix: aws.String("evidence/dev/20261122T120000Z-0f3c9a1b2d4e-")})
	if err != nil || len(listed.Versions) != 11 {
		t.Fatalf("%v: %d versions, want 11", err, len(listed.Versions))
	}
	for _, v := range listed.Versions {
		object, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: v.Key})
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(filepath.Join(folder, path.Base(*v.Key)))
		if err == nil {
			_, err = file.ReadFrom(object.Body)
		}
		if err != nil {
			t.Fatal(err)
		}
		if object.ObjectLockMode != types.ObjectLockModeGovernance {
			t.Errorf("%s is locked with %q", *v.Key, object.ObjectLockMode)
		}
	}
	return folder
}
