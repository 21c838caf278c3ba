package toolchain

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// downloadPatience is how long the network may be silent. Where it is closed,
// that is mostly known at once; a network that swallows everything must not
// hold up the other ways for long.
const downloadPatience = 10 * time.Second

// openDownload opens the official plugin's archive at the places where the CLI
// itself would look for it.
func openDownload(ctx context.Context) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	giveUp := func() { cancel(errSilent) }
	r := &patientReader{ctx: ctx, cancel: giveUp, timer: time.AfterFunc(downloadPatience, giveUp)}
	version := semver.MustParse(AWSPluginVersion)
	plugin := workspace.PluginDescriptor{Name: "aws", Kind: apitype.ResourcePlugin, Version: &version}
	body, _, err := plugin.Download(ctx)
	if err != nil {
		defer giveUp()
		return nil, r.explain(err)
	}
	r.body = body
	return r, nil
}

// patientReader gives up when nothing comes for the time of patience.
type patientReader struct {
	ctx    context.Context
	cancel func()
	timer  *time.Timer
	body   io.ReadCloser
}

var errSilent = fmt.Errorf("nothing came for %s", downloadPatience)

// explain puts the reason of a cancellation in its place.
func (r *patientReader) explain(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Cause(r.ctx)
	}
	return err
}

func (r *patientReader) Read(b []byte) (int, error) {
	r.timer.Reset(downloadPatience)
	n, err := r.body.Read(b)
	return n, r.explain(err)
}

func (r *patientReader) Close() error {
	r.timer.Stop()
	defer r.cancel()
	return r.body.Close()
}

// unpackPlugin makes the plugin folder of the official archive.
func (l layout) unpackPlugin(ctx context.Context, archive io.ReadCloser, say func(string)) (part, error) {
	say("downloading the AWS plugin " + AWSPluginVersion)
	defer archive.Close()
	defer context.AfterFunc(ctx, func() { archive.Close() })()
	err := l.fillPluginFolder(func(folder string) error { return untar(archive, folder) })
	return part{Version: AWSPluginVersion, Kind: official, From: "downloaded"}, err
}

// untar unpacks the files of a compressed archive into folder.
func untar(archive io.Reader, folder string) error {
	packed, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	entries := tar.NewReader(packed)
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if entry.Typeflag != tar.TypeReg {
			continue
		}
		if !filepath.IsLocal(entry.Name) {
			return fmt.Errorf("the archive of the AWS plugin holds %q, which lies outside of it", entry.Name)
		}
		if err := writeFile(filepath.Join(folder, entry.Name), entries, entry.FileInfo().Mode().Perm()); err != nil {
			return err
		}
	}
	if !isExecutable(filepath.Join(folder, pluginName)) {
		return fmt.Errorf("the archive of the AWS plugin holds no executable %s", pluginName)
	}
	return nil
}

func writeFile(path string, content io.Reader, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
