package deployment_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ringfence/ringfence/shared/cmd/internal/bootstrap"
	"github.com/ringfence/ringfence/shared/cmd/internal/emulatedaccount"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
)

// bootstrapped makes the estate one in an account of its own in the emulator,
// with the state in the bucket and under the key that `bootstrap` has made there.
func (a *throwAway) bootstrapped(t *testing.T) *emulatedaccount.Account {
	t.Helper()
	account := emulatedaccount.New(t)
	a.real(t, map[string]string{
		"AWS_ENDPOINT_URL": account.Endpoint, "AWS_REGION": "eu-west-3", "PULUMI_BACKEND_URL": "", "AWS_EC2_METADATA_DISABLED": "true",
	})
	a.Environment.AccountID, a.Environment.Region = account.ID, "eu-west-3"
	store := bootstrap.Open(a.Environment, account.Config("eu-west-3"))
	if err := store.Make(t.Context(), func(bootstrap.Step) {}); err != nil {
		t.Fatal(err)
	}
	a.Environment.State = store.State()
	return account
}

// objects are all versions of all objects in the bucket of the state.
func objects(t *testing.T, account *emulatedaccount.Account, bucket string) map[string]string {
	t.Helper()
	client := s3.NewFromConfig(account.Config("eu-west-3"), func(o *s3.Options) { o.UsePathStyle = true })
	out, err := client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, v := range out.Versions {
		all[aws.ToString(v.Key)+" "+aws.ToString(v.VersionId)] = aws.ToString(v.ETag)
	}
	for _, m := range out.DeleteMarkers {
		all[aws.ToString(m.Key)+" "+aws.ToString(m.VersionId)] = "deleted"
	}
	return all
}

// The whole life of an estate whose state lies in the bucket that `bootstrap`
// makes, encrypted with its key. What only looks changes no object there.
func TestEmulatorStateInTheBucketOfBootstrap(t *testing.T) {
	a := chain(t)
	account := a.bootstrapped(t)
	bucket, _, _ := strings.Cut(strings.TrimPrefix(a.Environment.State.Backend, "s3://"), "?")
	account.Changes("/")

	if p := a.preview(t, estate.Done); p.Stacks[1].Created != 3 {
		t.Errorf("before anything is deployed, left: %+v", p.Stacks[1])
	}
	// Engines that look side by side may each find that it was never used.
	if changes := slices.Compact(account.Changes("/" + bucket + "/")); strings.Join(changes, "") != "PUT /"+bucket+"/.pulumi/meta.yaml" {
		t.Errorf("a preview of a bucket that was never used asks for %v", changes)
	}

	a.up(t, estate.Done)
	stands := objects(t, account, bucket)
	if keys := strings.Join(slices.Collect(maps.Keys(stands)), "\n"); !strings.Contains(keys, ".pulumi/stacks/ringfence-base/dev.json") {
		t.Fatalf("the bucket holds\n%s", keys)
	}
	// What the roles of the workflows must be allowed; see the security stack.
	if got, want := folders(account.Changes("/"+bucket+"/")), []string{
		"DELETE locks/organization/ringfence-base/dev", "DELETE locks/organization/ringfence-left/dev",
		"PUT backups/ringfence-base/dev", "PUT backups/ringfence-left/dev",
		"PUT history/ringfence-base/dev", "PUT history/ringfence-left/dev",
		"PUT locks/organization/ringfence-base/dev", "PUT locks/organization/ringfence-left/dev",
		"PUT stacks/ringfence-base", "PUT stacks/ringfence-left",
	}; !slices.Equal(got, want) {
		t.Errorf("a deployment changes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// As on the next machine: what the state says about secrets will do.
	if err := os.RemoveAll(filepath.Join(a.Root, ".ringfence/settings")); err != nil {
		t.Fatal(err)
	}
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" || !p.Stacks[1].Exact {
		t.Errorf("nothing changed, and the preview shows %+v", p.Stacks)
	}
	if drift, err := a.Drift(context.Background(), a.all()); err != nil || drift.Drifted || drift.Result != estate.Done {
		t.Errorf("drift of things that cannot drift: %+v, %v", drift, err)
	}
	if _, err := a.Survey(context.Background()); err != nil {
		t.Error(err)
	}
	if changes := account.Changes("/" + bucket + "/"); len(changes) > 0 {
		t.Errorf("looking asks for %v", changes)
	}
	a.preview(t, estate.Done)
	if calls := account.Calls("TrentService"); !slices.Equal(calls, []string{"Decrypt"}) {
		t.Errorf("looking takes the key for %v; the roles that look may decrypt with it", calls)
	}
	if now := objects(t, account, bucket); !maps.Equal(now, stands) {
		t.Errorf("looking changed the bucket: %v, before %v", now, stands)
	}

	report := a.up(t, estate.Done)
	if calls := account.Calls("TrentService"); !slices.Equal(calls, []string{"Decrypt"}) {
		t.Errorf("a deployment of stacks that are there takes the key for %v", calls)
	}
	if got, want := report.Stacks[1].Changes, (engine.Changes{Unchanged: 3}); got != want {
		t.Errorf("the second deployment: %+v, want %+v", got, want)
	}
}

// What is done to one environment asks the backend for no more when it holds
// others: nothing reads through all of them.
func TestEmulatorEnvironmentsOnOneBackendDoNotSlowEachOther(t *testing.T) {
	a := newThrowAway(t, diamond[:1])
	account := a.bootstrapped(t)
	bucket, _, _ := strings.Cut(strings.TrimPrefix(a.Environment.State.Backend, "s3://"), "?")
	a.up(t, estate.Done)
	asked := func() map[string]int {
		counts := map[string]int{}
		for what, do := range map[string]func(){
			"status":  func() { _, _ = a.Survey(t.Context()) },
			"preview": func() { a.preview(t, estate.Done) },
			"up":      func() { a.up(t, estate.Done) },
		} {
			account.Requests("/")
			do()
			counts[what] = account.Requests("/" + bucket + "/")
		}
		return counts
	}
	alone := asked()
	client := s3.NewFromConfig(account.Config("eu-west-3"), func(o *s3.Options) { o.UsePathStyle = true })
	stands, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		other := fmt.Sprintf("env-%d", i)
		for _, object := range stands.Contents {
			key := strings.ReplaceAll(*object.Key, "/dev", "/"+other)
			if _, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{
				Bucket: &bucket, Key: &key, CopySource: aws.String(bucket + "/" + *object.Key),
			}); err != nil && key != *object.Key {
				t.Fatal(err)
			}
		}
	}
	if names, err := a.Names(t.Context()); err != nil || len(names) != 8 {
		t.Fatalf("the backend knows the names %v, %v; want eight", names, err)
	}
	if beside := asked(); !maps.Equal(alone, beside) {
		t.Errorf("with seven environments beside it, the backend is asked for %v times, and alone for %v", beside, alone)
	}
	if alone["preview"] == 0 || alone["status"] == 0 {
		t.Errorf("nothing was asked for: %v", alone)
	}
}

// folders are the folders below .pulumi that changes are made in.
func folders(changes []string) []string {
	var out []string
	for _, change := range changes {
		method, file, _ := strings.Cut(change, " ")
		_, file, _ = strings.Cut(file, "/.pulumi/")
		out = append(out, method+" "+path.Dir(file))
	}
	return slices.Compact(out) // they are sorted
}
