package session

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestEmulatorKeepsTheMark(t *testing.T) {
	endpoint := os.Getenv("RINGFENCE_AWS_ENDPOINT")
	if endpoint == "" {
		t.Fatal("RINGFENCE_AWS_ENDPOINT is not set: run this through `make test`")
	}
	s := Session{Name: "session-test", Folder: t.TempDir(), Emulator: Parameters{
		Endpoint: endpoint, Region: "eu-central-1",
		Credentials: aws.Credentials{AccessKeyID: "KEY", SecretAccessKey: "of no worth"},
	}}
	t.Cleanup(func() { _ = s.Emulator.RemoveMark(t.Context(), s.Name) })
	steps := []struct {
		name string
		do   func() error
		want Finding
	}{
		{"at first", func() error { return nil }, New},
		{"begun", func() error { return s.Begin(t.Context()) }, Current},
		{"begun again", func() error { return s.Begin(t.Context()) }, Current},
		{"marked by somebody else", func() error { return s.Emulator.SetMark(t.Context(), s.Name, "theirs") }, Foreign},
		{"ended", func() error { return s.End(t.Context()) }, New},
		{"ended again", func() error { return s.End(t.Context()) }, New},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got, err := s.Check(t.Context(), false); err != nil || got != step.want {
			t.Errorf("%s: found %v, %v; want %v", step.name, got, err, step.want)
		}
	}
}
